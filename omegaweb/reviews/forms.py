"""The forms of a review: a reason to reject, and the text of a proposal to edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from omegaweb.reviews.models import Review
from omegaweb.reviews.services import REASON_LENGTH
from omegaweb.runs.content_form import ContentForm


class RejectForm(forms.Form):
    """Why a candidate must not enter the population."""

    reason = forms.CharField(
        label="Why not?",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The proposing model reads this before its next attempt.",
        error_messages={"required": "Say why: the proposing model reads it before its next attempt."},
    )


class EditForm(ContentForm):
    """An edit of a proposal, which is approved with it."""

    def __init__(self, review: Review, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(review.candidate, data)
