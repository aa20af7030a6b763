"""The forms of a review: a reason to reject, and the text of a proposal to edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from omegaweb.reviews.models import Review
from omegaweb.reviews.services import REASON_LENGTH
from omegaweb.runs.content_form import ContentForm

#: The form on the page of a review that everything in the region "decision" sends; it stays when that is redrawn.
DECIDE = "decide"


class RejectForm(forms.Form):
    """Why a candidate must not enter the population."""

    reason = forms.CharField(
        label="Why not?",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "form": DECIDE}),
        help_text="The proposing model reads this before its next attempt.",
        error_messages={"required": "Say why: the proposing model reads it before its next attempt."},
    )


class ChangesForm(forms.Form):
    """What a candidate would need to be let in."""

    changes = forms.CharField(
        label="What should be different?",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "form": DECIDE}),
        help_text="The proposing model is asked for a proposal that does this. This one does not enter.",
        error_messages={"required": "Say what should be different: the proposing model is told."},
    )


class EditForm(ContentForm):
    """An edit of a proposal, which is approved with it."""

    def __init__(self, review: Review, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(review.candidate, data, content=review.edited_content)
