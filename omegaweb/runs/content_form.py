"""A form with the fields of a candidate's variables, for people who change them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from omegaweb.programs.placeholders import named_in, placeholder, unknown_in
from omegaweb.runs.changes import Variable, variables_of
from omegaweb.runs.diffs import EXAMPLES
from omegaweb.runs.models import Candidate

COMMENT_LENGTH = 4000


class ContentForm(forms.Form):
    """The fields of a candidate's variables, and which of its examples stay."""

    comment = forms.CharField(
        label="Comment",
        required=False,
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Why you changed it, for whoever reads this later.",
    )
    without_placeholders = forms.BooleanField(label="Approve without them", required=False)

    def __init__(
        self,
        candidate: Candidate,
        data: Mapping[str, Any] | None = None,
        *,
        content: dict[str, Any] | None = None,  # instead of the candidate's: an earlier edit of it
    ) -> None:
        super().__init__(data)
        self.candidate = candidate
        self.content: dict[str, Any] = content or candidate.content
        self.asks_about_placeholders = False
        for place, (variable, value) in enumerate(self.content.items()):
            for field, item in value.items():
                if field != EXAMPLES:
                    self.fields[f"field-{place}-{field}"] = self._field(variable, field, item)
            for number in range(len(value.get(EXAMPLES, []))):
                self.fields[f"example-{place}-{number}"] = forms.BooleanField(
                    label=f"Keep example {number + 1}", required=False, initial=True
                )
        if not self.is_bound and self.texts():
            self.texts()[0].field.widget.attrs["autofocus"] = True  # whoever comes by a key goes on by keys

    def texts(self) -> list[BoundField]:
        """Return the form fields of the variables' own fields, in order."""
        return [self[name] for name in self.fields if name.startswith("field-")]

    def examples(self) -> list[tuple[Variable, list[tuple[BoundField, list[str]]]]]:
        """Return each variable that has examples, with a check box beside each example's cells."""
        return [
            (
                variable,
                [(self[f"example-{place}-{number}"], cells) for number, cells in enumerate(variable.examples)],
            )
            for place, variable in enumerate(variables_of(self.content))
            if variable.examples
        ]

    def clean(self) -> dict[str, Any]:
        """Check that placeholders are kept and name columns that exist."""
        cleaned = super().clean() or {}
        columns = [field["name"] for field in self.candidate.run.configuration["program"]["input_fields"]]
        for place, value in enumerate(self.content.values()):
            for field, before in value.items():
                after = cleaned.get(f"field-{place}-{field}")
                if isinstance(before, str) and isinstance(after, str):
                    self._check_placeholders(f"field-{place}-{field}", before, after, columns)
        return cleaned

    def edited_content(self) -> dict[str, Any]:
        """Return the whole content as the person wants it; call after is_valid()."""
        return {variable: self._edited(place, value) for place, (variable, value) in enumerate(self.content.items())}

    def _edited(self, place: int, value: Mapping[str, Any]) -> dict[str, Any]:
        edited: dict[str, Any] = {}
        for field, item in value.items():
            if field == EXAMPLES:
                kept = [self.cleaned_data[f"example-{place}-{number}"] for number in range(len(item))]
                edited[field] = [example for example, keep in zip(item, kept, strict=True) if keep]
            else:
                edited[field] = self._value(item, self.cleaned_data[f"field-{place}-{field}"])
        return edited

    def _value(self, before: Any, after: Any) -> Any:
        if not isinstance(before, str):
            return after
        # Browsers send \r\n for every line break, whatever the text had.
        text = after.replace("\r\n", "\n")
        return before if text == before.replace("\r\n", "\n") else text

    def _field(self, variable: str, field: str, value: Any) -> forms.Field:
        name = field.replace("_", " ").capitalize()
        label = name if len(self.content) == 1 else f"{name} of {variable}"
        if isinstance(value, str):
            rows = min(24, max(6, value.count("\n") + len(value) // 90 + 2))
            return forms.CharField(
                label=label,
                initial=value,
                strip=False,
                required=bool(value),
                widget=forms.Textarea(attrs={"rows": rows}),
            )
        widget = forms.Textarea(attrs={"rows": 6, "class": "code", "spellcheck": "false"})
        return forms.JSONField(label=f"{label} (JSON)", initial=value, required=False, widget=widget, encoder=_Plain)

    def _check_placeholders(self, name: str, before: str, after: str, columns: list[str]) -> None:
        unknown = [item for item in unknown_in(after, columns) if item not in named_in(before)]
        if unknown:
            shown = ", ".join(map(placeholder, unknown))
            self.add_error(name, f"{shown} names no column; the program reads {', '.join(columns)}.")
        lost = [item for item in named_in(before) if item not in named_in(after)]
        if lost and not self.data.get("without_placeholders"):
            self.asks_about_placeholders = True
            shown, tick = ", ".join(map(placeholder, lost)), self.fields["without_placeholders"].label
            self.add_error(
                name,
                f"{shown} is gone from the text. Put it back, or tick “{tick}” below.",
            )


class _Plain(json.JSONEncoder):
    """JSON as people read it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "ensure_ascii": False, "indent": 2})
