"""Rules about answers and spend: over-fitting, failed answers, rate limits, a budget that ends too early."""

from __future__ import annotations

import math
from collections.abc import Sequence

from omegaweb.runs.advice.measured import Measured
from omegaweb.runs.advice.piece import Advice, Change, tuned
from omegaweb.runs.wording import two_places

Z = 1.96  # standard errors on each side of a 95 % interval
FEWEST_REWARDS = 10
FEWEST_ANSWERS = 20
FAILING_SHARE = 0.1
#: Refusals are waited out and tried again: those that show as failures are the ones that outlasted all waiting.
REFUSED_SHARE = 0.02
NEARLY_SPENT = 0.9
#: A best that is younger than this share of the calls says that the search still gets somewhere.
YOUNG = 0.2
MOST_EXAMPLES = 4
LIMIT_FIELDS = {
    "calls": ("budget_calls", "Calls"),
    "tokens": ("budget_tokens", "Tokens"),
    "cost": ("budget_cost", "US dollars"),
    "seconds": ("budget_minutes", "Minutes"),
}
#: What a limit is called, where its unit is not.
UNITS = {"cost": "money", "seconds": "time"}


def over_fitted(measured: Measured) -> Advice | None:
    """The best does clearly worse on validation rows than on training rows."""
    train, validation = measured.train, measured.validation
    if len(train) < FEWEST_REWARDS or len(validation) < FEWEST_REWARDS:
        return None
    gap = _mean(train) - _mean(validation)
    margin = Z * math.sqrt(_variance(train) / len(train) + _variance(validation) / len(validation))
    if gap - margin <= 0:
        return None
    limit = measured.parameter("example_limit")
    fewer = isinstance(limit, int) and limit > MOST_EXAMPLES
    return Advice(
        code="over_fitted",
        title="Better on training rows than on validation rows",
        measured=f"The best earns {two_places(_mean(train))} on {len(train)} training rows and "
        f"{two_places(_mean(validation))} on {len(validation)} validation rows: a gap of {two_places(gap)} "
        f"(95 % {two_places(gap - margin)}–{two_places(gap + margin)}).",
        meaning="It has learned these training rows rather than the task. Fewer worked examples leave less room for "
        "that; more training rows help most.",
        changes=tuned(measured, "example_limit", MOST_EXAMPLES) if fewer else (),
    )


def rate_limited(measured: Measured) -> Advice | None:
    """Providers refuse questions because there are too many."""
    if measured.answers < FEWEST_ANSWERS or measured.refused / measured.answers < REFUSED_SHARE:
        return None
    calmer = max(1, measured.concurrency // 2)
    change = Change(field="concurrency", label="Calls at a time", before=measured.concurrency, after=calmer)
    return Advice(
        code="rate_limited",
        title="The provider refuses calls: too many at a time",
        measured=f"{measured.refused} of the newest {measured.answers} answers are missing because of a rate limit.",
        meaning="Each counts as a wrong answer, so rewards look lower than they are. Ask fewer at a time.",
        changes=(change,) if calmer != measured.concurrency else (),
    )


def failing(measured: Measured) -> Advice | None:
    """Many samples get no answer, for other reasons than a rate limit."""
    broken = measured.failed - measured.refused
    if measured.answers < FEWEST_ANSWERS or broken / measured.answers < FAILING_SHARE:
        return None
    return Advice(
        code="failing",
        title="Many samples get no answer that can be used",
        measured=f"{broken} of the newest {measured.answers} answers failed: errors, or an answer in another form than "
        "the outputs ask for.",
        meaning="The search then learns to be understood rather than to be right. Look at the errors under Samples: "
        "simpler outputs, or a model that keeps to a form, mend this better than any setting here.",
    )


def ends_early(measured: Measured) -> Advice | None:
    """The budget is nearly gone, and the search still finds better ones."""
    spent = {unit: share for unit, share in measured.used.items() if share >= NEARLY_SPENT}
    if not spent or not measured.calls or not measured.since_best < measured.proposals:
        return None
    age = (measured.calls - measured.calls_at_best) / measured.calls
    if age > YOUNG:
        return None
    unit = max(spent, key=lambda each: spent[each])
    limit = measured.limits[unit] / (60 if unit == "seconds" else 1)  # the form asks for minutes
    limit = int(limit) if float(limit).is_integer() else limit
    named = LIMIT_FIELDS.get(unit)
    return Advice(
        code="ends_early",
        title="The budget ends while the search still improves",
        measured=f"{spent[unit] * 100:.0f} % of the budget in {UNITS.get(unit, unit)} is spent; the best so far is "
        f"only {age * 100:.0f} % of {measured.calls:,} calls old.",
        meaning="More may be found. Extend the budget while the run goes on, or continue from its best with twice as "
        "much.",
        changes=(Change(field=named[0], label=named[1], before=limit, after=limit * 2),) if named else (),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _variance(values: Sequence[float]) -> float:
    mean = _mean(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)
