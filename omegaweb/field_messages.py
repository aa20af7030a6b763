"""What form fields say of numbers that are out of range, in plain words."""

from __future__ import annotations

from django import forms

_PLAIN = {"min_value": "Must be %(limit_value)s or more.", "max_value": "Must be %(limit_value)s or less."}


def use_plain_messages(form: forms.BaseForm) -> None:
    """Let all fields of a form say limits plainly."""
    for field in form.fields.values():
        field.error_messages.update(_PLAIN)
