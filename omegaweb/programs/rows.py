"""Rows of a form that people add and remove with ordinary submit buttons, so that it works without JavaScript."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

ADD, REMOVE = "add_row", "remove_row"


def asks_for_rows(data: QueryDict) -> bool:
    """Whether the form was sent by a button that adds or removes a row instead of saving."""
    return ADD in data or REMOVE in data


def added_to(data: QueryDict) -> str:
    """The prefix of the formset that got a row; empty where none did."""
    return data.get(ADD, "")


def change_rows(data: QueryDict) -> QueryDict:
    """Return what was sent with the row added or removed that its button asks for.

    `add_row=output` adds a row to the formset with prefix "output"; `remove_row=output-2` takes its third row out.
    """
    changed = data.copy()
    if prefix := data.get(ADD):
        count = _count(data, prefix)
        changed[f"{prefix}-TOTAL_FORMS"] = str(count + 1)
    elif ask := data.get(REMOVE):
        prefix, _, number = ask.rpartition("-")
        if number.isdecimal():
            _close_gap(changed, prefix, int(number))
    return changed


def _close_gap(data: QueryDict, prefix: str, removed: int) -> None:
    count = _count(data, prefix)
    if removed >= count:
        return
    rows: dict[int, dict[str, list[str]]] = {}
    for key in [key for key in data if key.startswith(f"{prefix}-")]:
        place, _, name = key.removeprefix(f"{prefix}-").partition("-")
        if name and place.isdecimal():
            rows.setdefault(int(place), {})[name] = data.getlist(key)
            del data[key]
    for number, row in rows.items():
        if number != removed:
            for name, values in row.items():
                data.setlist(f"{prefix}-{number - (number > removed)}-{name}", values)
    data[f"{prefix}-TOTAL_FORMS"] = str(count - 1)


def _count(data: QueryDict, prefix: str) -> int:
    sent = data.get(f"{prefix}-TOTAL_FORMS", "")
    return int(sent) if sent.isdecimal() else 0


class RowFormSet(forms.BaseFormSet[Any]):
    """A formset whose rows exist exactly as sent: an empty row is a mistake, not an absence."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "empty_permitted": False, "use_required_attribute": False}
