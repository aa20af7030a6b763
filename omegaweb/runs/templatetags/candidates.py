"""Template filters for candidates: what made them, why they stay, how sure their reward is."""

from __future__ import annotations

from django import template
from django.contrib.auth.models import AnonymousUser

from omegaweb.accounts.models import User
from omegaweb.projects.access import can_edit
from omegaweb.runs import flags, result_words, wording
from omegaweb.runs.models import Candidate, CandidateState, Run
from omegaweb.runs.result import Estimate, result_of

register = template.Library()
register.filter("operator_name", wording.operator_name)
register.filter("operator_sentence", wording.operator_sentence)
register.filter("fate", wording.fate)
register.filter("unscored", wording.unscored)
register.filter("difference", wording.difference)
register.filter("signed", wording.signed)
register.filter("flag_label", flags.flag_label)
register.filter("flags_of", flags.flags_of)
register.filter("size", result_words.size)
register.filter("verdict_title", result_words.verdict_title)
register.simple_tag(result_of)


@register.filter
def state_badge(candidate: Candidate) -> str:
    """Return the class of the badge that shows a candidate's state."""
    kind = "" if candidate.verdict else wording.BADGES.get(CandidateState(candidate.state))
    return f"badge badge-{kind}" if kind else "badge"


@register.filter
def estimate(candidate: Candidate | None) -> Estimate | None:
    """Return a candidate's reward on validation with its interval; nothing before it is scored."""
    return Estimate.of_candidate(candidate) if candidate is not None else None


@register.filter
def can_steer(user: User | AnonymousUser, run: Run) -> bool:
    """Tell whether there is a search to steer, and this person may. Ask it once, not for each row of a table."""
    return run.can_be_steered and can_edit(user, run)
