"""The forms behind steering: a note, a reason to ban, a variation written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from omegaweb.runs.content_form import COMMENT_LENGTH, ContentForm
from omegaweb.runs.models import Candidate

#: The proposer is shown no more of a note.
NOTE_LENGTH = 2000


class NoteForm(forms.Form):
    """What the proposer is to know."""

    text = forms.CharField(
        label="Note to the proposer",
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It stands in every question to the proposing model from the next proposal on.",
        error_messages={"required": "Write what the proposing model should know."},
    )


class BanForm(forms.Form):
    """Why a candidate is banned."""

    reason = forms.CharField(
        label="Why?",
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The proposing model reads this before its next attempt.",
        error_messages={"required": "Say why: the proposing model reads it before its next attempt."},
    )


class VariationForm(ContentForm):
    """A candidate written by hand, beginning with another one."""

    def __init__(
        self, candidate: Candidate, data: Mapping[str, Any] | None = None, *, content: dict[str, Any] | None = None
    ) -> None:
        super().__init__(candidate, data, content=content)
        self.fields["without_placeholders"].label = "Add it without them"
        self.fields["comment"].help_text = "What you want to try, for whoever reads this later."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            self._refuse_what_is_known()
        return cleaned

    def _refuse_what_is_known(self) -> None:
        # Compared in Python, as databases compare JSON as text.
        content = self.edited_content()
        known = self.candidate.run.candidates.values_list("number", "content")
        twin = next((number for number, other in known.iterator() if other == content), None)
        if twin is not None:
            raise forms.ValidationError(f"This says the same as #{twin}. Change something, or pin #{twin} to keep it.")
        if content == self.content:
            raise forms.ValidationError("Nothing is changed yet.")
