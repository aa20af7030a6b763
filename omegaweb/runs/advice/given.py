"""All advice about a run, as its page shows it; and the changes of one, as the launch form takes them up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from omegaweb.engine.choices import OPTIMIZERS
from omegaweb.runs.advice import answer_rules, search_rules
from omegaweb.runs.advice.measured import Measured, measure
from omegaweb.runs.advice.piece import SET, Advice
from omegaweb.runs.form_fields import field_name
from omegaweb.runs.models import Run

#: The most pressing first: what makes all figures wrong, then what wastes money, then what could be better.
RULES: tuple[Callable[[Measured], Advice | None], ...] = (
    answer_rules.rate_limited,
    answer_rules.failing,
    search_rules.held_up,
    search_rules.left_out,
    search_rules.mends_nothing,
    search_rules.collapsed,
    search_rules.stuck,
    answer_rules.over_fitted,
    answer_rules.ends_early,
)

#: Fields of the launch form that advice may set, beside those of the optimizer.
TUNABLE = ("budget_calls", "budget_tokens", "budget_cost", "budget_minutes", "concurrency")


def advice_about(measured: Measured) -> list[Advice]:
    """Return what the rules say of a run with these figures."""
    return [advice for rule in RULES if (advice := rule(measured)) is not None]


def advice_context(run: Run, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the region with the advice shows; nothing before the baseline is scored."""
    found = advice_about(measure(run)) if run.baseline_id is not None else []
    return {"advice": found, "best": run.best}


def asked_changes(asked: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    """Return the form values that an address sets, of fields that are there; the form still checks them.

    Only numbers and choices of the search can be set so: a link from a stranger must not choose where calls go.
    """
    given = {name.removeprefix(SET): value for name, value in asked.items() if name.startswith(SET)}
    return {name: value for name, value in given.items() if name in values and _is_tunable(name)}


def _is_tunable(name: str) -> bool:
    return name in TUNABLE or name in {field_name(card, each) for card in OPTIMIZERS for each in card.parameters}
