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


#: What becomes of words that no proposing model will read any more.
KEPT = "The search is over, so nothing is proposed any more; it is kept with the review."


class ReasonForm(forms.Form):
    """A text that goes to the proposing model, as long as there is one to read it."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, is_read: bool) -> None:
        super().__init__(data, use_required_attribute=False)
        for field in () if is_read else self.fields.values():
            field.help_text = KEPT


class RejectForm(ReasonForm):
    """Why a candidate must not enter the population."""

    reason = forms.CharField(
        label="Why not?",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "form": DECIDE}),
        help_text="The proposing model reads this before its next attempt.",
        error_messages={"required": "Say why: whoever proposes or reads this later goes by it."},
    )


class ChangesForm(ReasonForm):
    """What a candidate would need to be let in."""

    changes = forms.CharField(
        label="What should be different?",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "form": DECIDE}),
        help_text="The proposing model is asked for a proposal that does this. This one does not enter.",
        error_messages={"required": "Say what should be different: whoever answers goes by it."},
    )


class EditForm(ContentForm):
    """An edit of a proposal, which is approved with it."""

    def __init__(self, review: Review, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(review.candidate, data, content=review.edited_content)
