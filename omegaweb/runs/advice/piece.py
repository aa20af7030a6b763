"""One piece of advice, and the change it offers for a continued run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from omegaweb.engine.choices import card_of
from omegaweb.runs.advice.measured import Measured
from omegaweb.runs.form_fields import field_name

#: Before the name of a form field, in the address of the launch form.
SET = "set-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of the launch form, and what it becomes."""

    field: str
    label: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What was measured, what it means, and what to try."""

    code: str
    title: str
    measured: str  # figures, with n
    meaning: str
    changes: tuple[Change, ...] = ()

    @property
    def query(self) -> str:
        """The changes, as the address of the launch form has them."""
        return urlencode([(f"{SET}{change.field}", change.after) for change in self.changes])


def tuned(measured: Measured, name: str, after: Any) -> tuple[Change, ...]:
    """Change a parameter of the optimizer; nothing where it has no such parameter, or that value already."""
    card = card_of(measured.optimizer)
    parameter = next((each for each in card.parameters if each.name == name), None)
    before = measured.parameter(name)
    if parameter is None or before == after:
        return ()
    return (Change(field=field_name(card, parameter), label=parameter.label, before=before, after=after),)
