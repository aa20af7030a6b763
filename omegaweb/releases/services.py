"""Changes to releases: put up, approved or declined, made current, rolled back. Steps are added, never deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.releases.ballot import ballot_of
from omegaweb.releases.models import (
    RELEASABLE,
    OpeningState,
    Release,
    ReleaseState,
    ReleaseStep,
    SealOpening,
    StepKind,
)
from omegaweb.releases.seal import reason_against
from omegaweb.runs.models import Candidate, Run

#: The names of those who approved → files and figures.
Freeze = Callable[[str], tuple[dict[str, Any], dict[str, Any]]]


class NotPossible(Exception):
    """A release cannot be changed so; the message says why, and what is possible."""


@transaction.atomic
def put_up(candidate: Candidate, *, user: User, reason: str, wanted: int, most_calls: int) -> Release:
    """Propose a candidate as the next version of its program, and open the seal of the test rows for it.

    Where the same candidate was tested before, that result counts, and nothing is opened. Whoever calls starts the
    test of an opening that is running, after the commit.

    Args:
        candidate: of a run that is over.
        user: who proposes it.
        reason: why; shown with the release and with the opening.
        wanted: answers that are missing before it can be compared on all test rows.
        most_calls: what getting them may take.

    Raises:
        NotPossible: it cannot be put up, or is up already.
    """
    run = Run.objects.select_for_update().select_related("program", "dataset_version").get(pk=candidate.run_id)
    candidate.run = run
    if problem := reason_against(candidate):
        raise NotPossible(problem)
    if up := candidate.releases.exclude(state=ReleaseState.DECLINED).first():
        raise NotPossible(f"Candidate #{candidate.number} is up already, as version {up.number}.")
    opening = _opening(candidate, user=user, reason=reason, wanted=wanted, most_calls=most_calls)
    number = (run.program.releases.aggregate(found=Max("number"))["found"] or 0) + 1
    release = Release.objects.create(
        program=run.program,
        number=number,
        run=run,
        candidate=candidate,
        opening=opening,
        content=candidate.content,
        definition=run.configuration["program"],
        notes=reason,
    )
    _step(release, StepKind.PROPOSED, user, reason)
    after = {"run": str(run), "candidate": candidate.number, "reason": reason}
    record(project=run.project, actor=user, action=Action.RELEASE_PROPOSED, target=release, after=after)
    return release


def _opening(candidate: Candidate, *, user: User, reason: str, wanted: int, most_calls: int) -> SealOpening | None:
    run = candidate.run
    rows = run.dataset_version.split_sizes()["test"]
    if not rows:
        return None
    known = run.openings.filter(candidate=candidate, state=OpeningState.DONE).last()
    if known is not None and not wanted:
        return known
    if run.openings.filter(state=OpeningState.RUNNING, by_run=False).exists():
        raise NotPossible("Another candidate of this run is being tested. Put this one up when that is done.")
    number = (run.openings.aggregate(found=Max("number"))["found"] or 0) + 1
    opening = SealOpening.objects.create(
        run=run,
        number=number,
        candidate=candidate,
        opened_by=user,
        reason=reason,
        rows=rows,
        wanted=wanted,
        most_calls=most_calls,
        heartbeat_at=timezone.now(),  # until its thread takes it
    )
    after = {"candidate": candidate.number, "number": number, "rows": rows, "reason": reason}
    record(project=run.project, actor=user, action=Action.SEAL_OPENED, target=run, after=after)
    return opening


@transaction.atomic
def try_again(release: Release, *, user: User, wanted: int, most_calls: int) -> SealOpening:
    """Let a test that failed go on with the rows that are missing.

    Raises:
        NotPossible: nothing has failed, or the run goes on.
    """
    run = Run.objects.select_for_update().get(pk=release.run_id)
    if not run.run_state.is_over:
        raise NotPossible("The run goes on again. Try the test again when it is over, so that only one of them writes.")
    opening = release.opening
    failed = SealOpening.objects.filter(state=OpeningState.FAILED, by_run=False)
    again = opening is not None and failed.filter(pk=opening.pk).update(
        state=OpeningState.RUNNING,
        message="",
        wanted=wanted,
        answered=0,
        most_calls=most_calls,
        finished_at=None,
        claimed_by="",
        heartbeat_at=timezone.now(),
    )
    if opening is None or not again:
        raise NotPossible("This test has not failed, so there is nothing to try again.")
    opening.refresh_from_db()
    after = {"number": opening.number, "again": True}
    record(project=release.run.project, actor=user, action=Action.SEAL_OPENED, target=release.run, after=after)
    return opening


@transaction.atomic
def approve(release: Release, *, user: User, comment: str, freeze: Freeze) -> Release:
    """Say yes to a proposed release; with enough yeses it is approved, and its files and figures are what they are.

    Args:
        release: what is approved.
        user: who says yes.
        comment: why.
        freeze: makes the files and figures, given the names of all who approved.

    Raises:
        NotPossible: somebody has decided before, its test is not done, or this person may not approve it.
    """
    held = _held(release)
    if not held.can_be_decided:
        raise NotPossible(_cannot_decide(held))
    if problem := ballot_of(held).why_not(user):
        raise NotPossible(problem)
    _step(held, StepKind.APPROVED, user, comment)
    votes = ballot_of(held)
    if not votes.missing:
        held.state, (held.files, held.figures) = ReleaseState.APPROVED, freeze(votes.names)
        held.save(update_fields=["state", "files", "figures"])
    _record(held, Action.RELEASE_APPROVED, user, {"comment": comment, "still missing": votes.missing})
    return held


@transaction.atomic
def decline(release: Release, *, user: User, comment: str) -> Release:
    """Decline a proposed release.

    Raises:
        NotPossible: somebody has decided before.
    """
    held = _held(release)
    if not held.waits:
        raise NotPossible(_cannot_decide(held))
    held.state = ReleaseState.DECLINED
    held.save(update_fields=["state"])
    _step(held, StepKind.DECLINED, user, comment)
    _record(held, Action.RELEASE_DECLINED, user, {"comment": comment})
    return held


@transaction.atomic
def make_current(release: Release, *, user: User, comment: str = "") -> Release:
    """Make an approved version the current one; where a newer one was current, that is rolled back.

    Raises:
        NotPossible: it is not approved, or current already.
    """
    held = _held(release)
    if held.state not in RELEASABLE:
        raise NotPossible(f"Version {held.number} is {held.get_state_display().lower()}, so it cannot become current.")
    before = Release.objects.current().filter(program=held.program).first()
    back = before is not None and before.number > held.number
    if before is not None:
        before.state = ReleaseState.ROLLED_BACK if back else ReleaseState.SUPERSEDED
        before.save(update_fields=["state"])
        _step(before, StepKind.ROLLED_BACK if back else StepKind.SUPERSEDED, user, f"Version {held.number} is current.")
    held.state = ReleaseState.CURRENT
    held.save(update_fields=["state"])
    _step(held, StepKind.MADE_CURRENT, user, comment)
    action = Action.RELEASE_ROLLED_BACK if back else Action.RELEASE_MADE_CURRENT
    _record(held, action, user, {"before": before.number if before else None, "comment": comment})
    return held


def _held(release: Release) -> Release:
    """Return the release with its program locked, so that one decision is made at a time."""
    type(release.program).objects.select_for_update().get(pk=release.program_id)
    return Release.objects.select_for_update().select_related("program__project").get(pk=release.pk)


def _cannot_decide(release: Release) -> str:
    decided = release.steps.filter(kind__in=[StepKind.APPROVED, StepKind.DECLINED]).select_related("by").last()
    if decided is None or release.waits:
        return "Its test is not done, so nobody can decide yet."
    who = decided.by.get_username() if decided.by else "somebody who has left"
    return f"{who} has {decided.get_kind_display().lower()} version {release.number} already."


def _step(release: Release, kind: StepKind, user: User, comment: str) -> None:
    ReleaseStep.objects.create(release=release, kind=kind, by=user, comment=comment)


def _record(release: Release, action: Action, user: User, after: dict[str, Any]) -> None:
    record(project=release.program.project, actor=user, action=action, target=release, after=after)
