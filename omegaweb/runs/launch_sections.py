"""The parameters of the launch form, grouped for the page."""

from __future__ import annotations

from dataclasses import dataclass

from django.forms import BoundField, Form

from omegaweb.engine.choices import OPTIMIZERS
from omegaweb.runs.form_fields import field_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSection:
    """The Advanced fields of one optimizer."""

    kind: str
    label: str
    fields: list[BoundField]

    @property
    def has_errors(self) -> bool:
        return any(field.errors for field in self.fields)


def sections(form: Form) -> list[ParameterSection]:
    """Return each optimizer's parameters as bound fields."""
    return [
        ParameterSection(
            kind=card.kind,
            label=card.label,
            fields=[form[field_name(card, parameter)] for parameter in card.parameters],
        )
        for card in OPTIMIZERS
    ]
