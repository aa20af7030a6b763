"""The part of the launch form that says what people are asked."""

from __future__ import annotations

from django import forms

from omegaweb.runs.configuration import OnWarning, ReviewChoice
from omegaweb.runs.settings_words import AFTER_HOURS, ASKS, ON_WARNING


class ReviewFields(forms.Form):
    """What is asked, how many have to agree, and what happens when nobody answers."""

    review_asks = forms.ChoiceField(
        label="What people are asked",
        choices=ASKS,
        initial=ReviewChoice().asks,
        widget=forms.RadioSelect,
        help_text="Candidates that wait are in your reviews: approve, edit, send back, or reject. The run goes on.",
    )
    on_warning = forms.ChoiceField(
        label="A proposal with a warning",
        choices=ON_WARNING,
        required=False,
        initial=OnWarning.SCORE.value,
        widget=forms.RadioSelect,
        help_text=(
            "Proposals are looked at before anything is spent on them: has one lost a placeholder, copied a training "
            "row or grown long, does it ask for another answer, is it nearly known?"
        ),
    )
    review_approvals = forms.TypedChoiceField(
        label="Approvals needed",
        coerce=int,
        choices=[(1, "One person"), (2, "Two different people")],
        initial=ReviewChoice().approvals,
    )
    review_not_author = forms.BooleanField(
        label="Nobody approves what they wrote or put up for release themselves", required=False
    )
    review_hours = forms.FloatField(
        label="Time limit in hours",
        required=False,
        min_value=0.01,
        max_value=24 * 365,
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text="Empty waits for as long as it takes.",
    )
    review_after_hours = forms.ChoiceField(
        label="When nobody decided by then", choices=AFTER_HOURS, initial=ReviewChoice().after_hours
    )
