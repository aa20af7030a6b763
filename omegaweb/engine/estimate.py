"""What a run will take before it is launched: calls, tokens, money, time, and how many proposals that buys.

How many rows are answered is :mod:`omegaweb.engine.workload`'s to say; the lower figures leave out what the ledger may
know already (an answer is never paid twice). What is asked for that, and what it takes, is
:mod:`omegaweb.engine.questions`'.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from omegaweb.datasets.models import DatasetVersion
from omegaweb.engine.advice import Notice, notices
from omegaweb.engine.providers import FREE, price_of
from omegaweb.engine.questions import Load, answering, questions_of, rewriting
from omegaweb.engine.workload import Sizes, Span, Workload, workload_of
from omegaweb.runs.configuration import ModelChoice, RunConfiguration

#: The largest share of what is left after the baseline that is held back for the test.
MOST_FOR_TEST = 0.5
ROWS_SAMPLED = 50
ONE = Span(low=1, high=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What the launch page shows beside its button."""

    calls: Span
    tokens: Span
    cost: Span | None  # US dollars; None where a price is unknown
    seconds: Span
    proposals: Span
    proposals_wanted: int  # without any budget
    fixed_calls: int  # before and after the search: baseline and the whole test
    tests: bool  # whether the run opens the seal at its end
    test_paid: float  # share of the test that the budget pays
    calls_each: Span  # of one proposal
    ends_by: str  # epochs, calls, tokens, cost or minutes: what ends the run first
    unpriced: tuple[str, ...] = ()  # models without a known price
    own_server: str = ""  # where all of these are asked, if that is in one's own computer or network
    free: bool = False
    is_rough: bool = False  # what a proposal costs depends on how far it gets
    notices: tuple[Notice, ...] = field(default_factory=tuple)


def estimate(configuration: RunConfiguration, sizes: Sizes, *, row_characters: float = 200.0) -> Estimate:
    """Estimate a run. `row_characters` is how long the inputs of one row are, as :func:`measure_rows` says."""
    training, budget = configuration.training, configuration.budget
    work = workload_of(configuration, sizes)
    answer = _answers_cost(configuration)

    bought = _bought(configuration, work, row_characters)
    wanted = work.steps * training.epochs if training.epochs is not None else None
    proposals, ends_by = bought.proposals, bought.ends_by
    if wanted is None and ends_by == "epochs":  # the only limit is in money, and a price is unknown
        proposals = Span(low=0, high=0)
    if wanted is not None:
        proposals = Span(low=min(proposals.low, wanted), high=min(proposals.high, wanted))
        ends_by = ends_by if proposals.low < wanted else "epochs"

    loads = questions_of(configuration, work, proposals, row_characters)
    calls = _sum(load.calls for load in loads).capped(budget.calls)
    share = calls.high / max(1.0, _sum(load.calls for load in loads).high)
    tokens = _sum(load.tokens for load in loads).scaled(share).capped(budget.tokens)
    prices = {load.model: price_of(load.model) for load in loads}
    unpriced = tuple(sorted(model for model, price in prices.items() if price is None))
    cost = None
    if not unpriced:
        cost = _sum(load.cost(prices[load.model] or FREE) for load in loads).scaled(share).capped(budget.cost)
    seconds = _sum(load.seconds(training.concurrency) for load in loads).scaled(share)
    return Estimate(
        calls=calls,
        tokens=tokens,
        cost=cost,
        seconds=seconds.capped(None if budget.minutes is None else budget.minutes * 60),
        proposals=proposals,
        proposals_wanted=wanted or 0,
        fixed_calls=(work.before + work.test) * answer,
        tests=work.test > 0,
        test_paid=bought.test_paid,
        calls_each=_of_one(work, answer, 1),
        ends_by=ends_by,
        unpriced=unpriced,
        own_server=own_server_of(configuration.models, unpriced),
        free=all(price == FREE for price in prices.values()),
        is_rough=configuration.optimizer.races,
        notices=notices(
            configuration,
            sizes,
            proposals=round(proposals.high),
            fixed=(work.before + work.test) * answer,
            test_paid=bought.test_paid,
        ),
    )


def own_server_of(models: ModelChoice, unpriced: Iterable[str]) -> str:
    """Return where the models without a price are asked, if all of them are in one's own computer or network."""
    addresses = [models.own_server_of(model) for model in unpriced]
    return addresses[0] if addresses and all(addresses) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersEstimate:
    """What answering test rows after a run will take."""

    answers: int
    calls: int
    tokens: float
    cost: float | None  # US dollars; None where a price is unknown
    seconds: float


def estimate_test(configuration: RunConfiguration, answers: int, *, row_characters: float = 200.0) -> AnswersEstimate:
    """Estimate so many answered rows, judged as the run judges them."""
    answered = Span(low=answers, high=answers)
    loads = answering(configuration, answered, row_characters)
    prices = [price_of(load.model) for load in loads]
    cost = sum(load.cost(price or FREE).high for load, price in zip(loads, prices, strict=True))
    return AnswersEstimate(
        answers=answers,
        calls=round(_sum(load.calls for load in loads).high),
        tokens=_sum(load.tokens for load in loads).high,
        cost=None if None in prices else cost,
        seconds=_sum(load.seconds(configuration.training.concurrency) for load in loads).high,
    )


def measure_rows(version: DatasetVersion, definition: Mapping[str, Any]) -> float:
    """Return how many characters the inputs of a row have, on average over its first rows."""
    wanted = {row["name"].strip().casefold() for row in definition["input_fields"]}
    rows = list(itertools.islice(version.rows("train"), ROWS_SAMPLED))
    if not rows:
        return 0.0
    texts = [
        {name: value for name, value in inputs.items() if name.strip().casefold() in wanted} for _, inputs, _ in rows
    ]
    return sum(len(json.dumps(text, ensure_ascii=False)) for text in texts) / len(texts)


def _answers_cost(configuration: RunConfiguration) -> int:
    """Calls for one answered row: the answer, and what a judge or an embedding model says of it."""
    return 2 if configuration.reward.kind in ("judge", "similarity") else 1


def _of_one(work: Workload, answer: float, rewriting: float) -> Span:
    """What one proposal takes, given what an answered row and a rewriting take."""
    answers, made = work.each.scaled(answer), work.rewrites.scaled(rewriting)
    return Span(low=answers.low + made.low, high=answers.high + made.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bought:
    """What the tightest limit pays."""

    proposals: Span
    test_paid: float  # share of the test
    ends_by: str


def _bought(configuration: RunConfiguration, work: Workload, row_characters: float) -> _Bought:
    """Return what the tightest limit buys; without any limit, as much as is wanted."""
    budget, concurrency = configuration.budget, configuration.training.concurrency
    answered = answering(configuration, ONE, row_characters)
    proposed = rewriting(configuration, ONE, row_characters)
    amounts: dict[str, tuple[float | None, Callable[[Load], float]]] = {
        "calls": (budget.calls, lambda load: load.calls.high),
        "tokens": (budget.tokens, lambda load: load.tokens.high),
        "cost": (budget.cost, lambda load: load.cost(price_of(load.model) or FREE).high),
        "minutes": (budget.minutes, lambda load: load.seconds(concurrency).high / 60),
    }
    found = [_Bought(proposals=Span(low=math.inf, high=math.inf), test_paid=1.0, ends_by="epochs")]
    for name, (limit, amount) in amounts.items():
        answer = sum(amount(load) for load in answered)
        each = _of_one(work, answer, amount(proposed) if proposed else 0.0)
        if limit is None or each.low <= 0:
            continue
        left = max(0.0, limit - work.before * answer)
        test = min(work.test * answer, left * MOST_FOR_TEST)
        search = (left - test) * work.search_share
        proposals = Span(low=math.floor(search / each.high), high=math.floor(search / each.low))
        paid = test / (work.test * answer) if work.test * answer else 1.0
        found.append(_Bought(proposals=proposals, test_paid=paid, ends_by=name))
    return min(found, key=lambda bought: bought.proposals.low)


def _sum(spans: Any) -> Span:
    """Return what all take together; many cheap proposals, the low end of each, may take more than few dear ones."""
    low = high = 0.0
    for span in spans:
        low, high = low + span.low, high + span.high
    return Span(low=min(low, high), high=max(low, high))
