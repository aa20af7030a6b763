"""Forms of releases."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

REASON_LENGTH = 2000


class PutUpForm(forms.Form):
    """Why a candidate should become a version."""

    reason = forms.CharField(
        label="Why should it be released?",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Whoever approves reads this, and it stays with the version and the opening of the seal.",
    )


class DecisionForm(forms.Form):
    """What a person says to a proposed release."""

    comment = forms.CharField(
        label="Comment",
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Whoever declines says why.",
    )
    make_current = forms.BooleanField(
        label="Make it the current version now",
        required=False,
        initial=True,
        help_text="Whoever reads the current version gets it from then on.",
    )

    def __init__(self, data: QueryDict | None = None, *, against: bool = False) -> None:
        """`against`: the test did not show that it is better, so whoever approves says what else speaks for it."""
        super().__init__(data)
        self.against = against

    def clean_comment(self) -> str:
        comment: str = self.cleaned_data["comment"]
        if not comment and self.data.get("verdict") == "declined":
            raise forms.ValidationError("Say why it is declined, so that the next one is better.")
        if not comment and self.against:
            raise forms.ValidationError("Say what speaks for it: the test does not show that it is better.")
        return comment


class TokenForm(forms.Form):
    """What a token is for."""

    name = forms.CharField(
        label="Name", max_length=80, help_text="Where it is used, such as “production” or “staging”."
    )
