"""What pages of runs and candidates show of the seal and of releases."""

from __future__ import annotations

from django import template

from omegaweb.releases.models import Release, ReleaseState
from omegaweb.releases.seal import Seal, reason_against, seal_of
from omegaweb.runs.models import Candidate, Run
from omegaweb.runs.result import Result, result_of

register = template.Library()
register.simple_tag(seal_of)
register.filter("reason_against", reason_against)


@register.simple_tag
def shown_result(run: Run, seal: Seal) -> Result:
    """Return the result that a run's page shows: of the look that counts, or why there is none."""
    return seal.result or result_of(run)


BADGES = {
    ReleaseState.CURRENT: "badge badge-good",
    ReleaseState.PROPOSED: "badge badge-warn",
    ReleaseState.APPROVED: "badge badge-accent",
    ReleaseState.DECLINED: "badge badge-bad",
}


@register.filter
def release_of(candidate: Candidate) -> Release | None:
    """Return the version that a candidate is, or is to become."""
    return candidate.releases.exclude(state=ReleaseState.DECLINED).select_related("program").first()


@register.filter
def release_badge(release: Release) -> str:
    """Return the class of the badge that shows a release's state."""
    return BADGES.get(ReleaseState(release.state), "badge")
