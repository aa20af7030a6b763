"""More budget for a run: what is left, what more would buy, and the new limits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import transaction

from omegaweb.accounts.models import User
from omegaweb.runs.configuration import BudgetChoice
from omegaweb.runs.durations import in_words
from omegaweb.runs.models import Run
from omegaweb.runs.models.requests import Steer, SteeringRequest
from omegaweb.runs.progress import Limit, budget_limits, limits_of
from omegaweb.runs.steering import ask

#: A limit → the label of what is added to it, and how many of its units one of the form is.
FIELDS = {
    "calls": ("More calls", 1),
    "tokens": ("More tokens", 1),
    "cost": ("More US dollars", 1),
    "seconds": ("More minutes", 60),
}
SAY_HOW_MUCH = "Say how much more of at least one limit the run may use."


class ExtendForm(forms.Form):
    """How much is added to each limit that a run has."""

    def __init__(self, run: Run, data: Any = None) -> None:
        super().__init__(data)
        self.run = run
        for limit in limits_of(run):
            label, unit = FIELDS[limit.unit]
            left = _amount(limit.unit, limit.left).removesuffix(f" {limit.unit}")
            kind = forms.IntegerField if limit.unit in ("calls", "tokens") else forms.FloatField
            self.fields[limit.unit] = kind(
                label=label,
                required=False,
                min_value=0,
                max_value=10**12 // unit,
                widget=forms.NumberInput(attrs={"step": "1" if kind is forms.IntegerField else "any"}),
                help_text=f"{left} of {_amount(limit.unit, limit.limit)} left.{_buys(run, limit)}",
            )
        self.need()

    def need(self) -> None:
        """Say at the fields which of them have to be filled in."""
        self.need_one_of(self.fields, SAY_HOW_MUCH)

    def need_one_of(self, names: Iterable[str], message: str) -> None:
        """Say at the fields that one of these is needed; where there is but one, it is required."""
        fields = [self.fields[name] for name in names]
        for field in fields:
            field.required = len(fields) == 1
            field.error_messages["required"] = message
            field.widget.is_required = field.required
            field.one_of = not field.required  # type: ignore[attr-defined]  # what partials/field.html reads

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.check_amounts()
        return cleaned

    def check_amounts(self) -> None:
        """Refuse amounts with which nothing would change.

        Raises:
            ValidationError: the message says what is missing.
        """
        if not self.errors and not any(self.cleaned_data.values()):
            raise forms.ValidationError(SAY_HOW_MUCH)

    def more(self) -> dict[str, float]:
        """Return what is added, by the name of the limit; call after is_valid()."""
        return {name: value * FIELDS[name][1] for name, value in self.cleaned_data.items() if value and name in FIELDS}


@transaction.atomic
def extend(run: Run, *, user: User, more: dict[str, float]) -> SteeringRequest:
    """Ask for a larger budget. Of two people who extend at the same time, both are heard.

    Raises:
        NotNow: the search is over.
    """
    Run.objects.select_for_update().get(pk=run.pk)
    limits = {name: limit + more.get(name, 0) for name, limit in newest_limits(run).items()}
    return ask(run, user=user, action=Steer.EXTEND, payload=limits)


def newest_limits(run: Run) -> dict[str, float]:
    """Return the limits of a run, also those that were asked for and have not taken effect yet."""
    asked = run.steering.open().filter(action=Steer.EXTEND).last()
    if asked is not None:
        return {name: limit for name, limit in asked.payload.items() if limit is not None}
    return budget_limits(BudgetChoice(**Run.objects.get(pk=run.pk).configuration["budget"]))


def _amount(unit: str, value: float) -> str:
    if unit == "cost":
        return f"${value:,.2f}"
    return in_words(value) if unit == "seconds" else f"{value:,.0f} {unit}"


def _buys(run: Run, limit: Limit) -> str:
    """Say what a proposal has taken so far, so that people can tell what more would buy."""
    spent = limit.limit - limit.left
    if not run.batches_done or spent <= 0:
        return ""
    each = spent / run.batches_done
    what = "proposal" if run.choices.optimizer.races else "batch"
    shown = f"{each:.1f} {limit.unit}" if limit.unit == "calls" else _amount(limit.unit, each)
    return f" A {what} took {shown} on average, n = {run.batches_done}."
