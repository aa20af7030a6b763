"""The forms of spend and prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django import forms

from omegaweb.field_messages import use_plain_messages
from omegaweb.spending.models import MODEL_LENGTH

LARGEST_PRICE = 1_000_000  # dollars per million tokens: a dollar a token


class PriceForm(forms.Form):
    """What a model costs."""

    model = forms.CharField(
        label="Model",
        max_length=MODEL_LENGTH,
        help_text="Exactly as in the launch form, like openai/gpt-4o-mini.",
    )
    read = forms.DecimalField(
        label="Read, $ per million tokens",
        min_value=0,
        max_value=LARGEST_PRICE,
        decimal_places=6,
        help_text="Of an embedding model, its only price. 0 for free.",
    )
    written = forms.DecimalField(
        label="Written, $ per million tokens",
        min_value=0,
        max_value=LARGEST_PRICE,
        decimal_places=6,
        required=False,
        help_text="Leave it blank for an embedding model.",
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # whatever a form takes
        use_plain_messages(self)

    def clean_written(self) -> Decimal:
        """Take a blank for 0."""
        return self.cleaned_data["written"] or Decimal(0)


def month_asked(text: str) -> date | None:
    """Return the month that an address names like "2026-11"; nothing for all, also where it is no month."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
