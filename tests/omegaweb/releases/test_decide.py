"""Versions of a program: approved by a person, made current, rolled back, compared; nothing is deleted."""

from __future__ import annotations

import pytest
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.audit.models import AuditEntry
from omegaweb.projects.models import Role
from omegaweb.releases import services
from omegaweb.releases.models import OpeningState, Release, ReleaseState, SealOpening
from omegaweb.runs.models import Run, RunState
from tests.factories import project_of
from tests.factories_runs import make_candidate, make_release, make_run
from tests.people import join, signed_in


@pytest.fixture
def run(alice: User) -> Run:
    run = make_run(alice, state=RunState.COMPLETED)
    make_candidate(run)
    return run


def proposed(run: Run, number: int, instruction: str = "Sort <b>: {{text}}") -> Release:
    return make_release(make_candidate(run, number=number, instruction=instruction))


def decide(client: Client, release: Release, verdict: str = "approved", **data: str) -> None:
    response = client.post(f"/releases/{release.pk}/decide/", {"verdict": verdict, **data})
    assert response.status_code == 302


def opened(run: Run, verdict: str) -> SealOpening:
    """A test of candidate 1 that gave that verdict."""
    start, candidate = run.candidates.order_by("number")
    side = {"mean": 0.5, "low": 0.1, "high": 0.9, "n": 4}
    figures = {
        "baseline": {**side, "candidate": start.key},
        "winner": {**side, "candidate": candidate.key},
        "difference": side,
        "verdict": verdict,
    }
    return SealOpening.objects.create(
        run=run, number=1, candidate=candidate, state=OpeningState.DONE, rows=4, figures=figures
    )


def states(run: Run) -> list[str]:
    return list(Release.objects.filter(run=run).order_by("number").values_list("state", flat=True))


def test_an_approved_version_becomes_current_and_the_one_before_is_superseded(run: Run, alice_client: Client):
    first, second = proposed(run, 1), proposed(run, 2)
    decide(alice_client, first, make_current="on", comment="Good enough")
    decide(alice_client, second, make_current="on")
    assert states(run) == [ReleaseState.SUPERSEDED, ReleaseState.CURRENT]
    page = alice_client.get(f"/releases/programs/{run.program_id}/").content.decode()
    assert "Version 2 is current" in page
    assert "Good enough" in alice_client.get(first.get_absolute_url()).content.decode()


def test_approving_need_not_make_it_current(run: Run, alice_client: Client):
    decide(alice_client, proposed(run, 1))
    assert states(run) == [ReleaseState.APPROVED]
    assert "is current" not in alice_client.get(f"/releases/programs/{run.program_id}/").content.decode()


def test_rolling_back_makes_an_older_version_current_and_is_logged(run: Run, alice_client: Client):
    first, second = proposed(run, 1), proposed(run, 2)
    for release in (first, second):
        decide(alice_client, release, make_current="on")
    alice_client.post(f"/releases/{first.pk}/make-current/")
    assert states(run) == [ReleaseState.CURRENT, ReleaseState.ROLLED_BACK]
    assert AuditEntry.objects.first().action == "release.rolled_back"  # type: ignore[union-attr]
    assert [step.kind for step in second.steps.all()] == ["proposed", "approved", "made_current", "rolled_back"]
    alice_client.post(f"/releases/{second.pk}/make-current/")
    assert states(run) == [ReleaseState.SUPERSEDED, ReleaseState.CURRENT]


def test_the_files_are_frozen_and_name_version_and_approver(run: Run, alice_client: Client):
    release = proposed(run, 1)
    address = f"/releases/{release.pk}/files/prompt/"
    assert alice_client.get(address).status_code == 404
    decide(alice_client, release)
    run.candidates.filter(number=1).update(content={"generator": {"instructions": "Other", "examples": []}})
    response = alice_client.get(address)
    assert "Sort <b>:" in response.content.decode()
    assert f"Version 1 of {run.program.name}, approved by alice." in response.content.decode()
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment")


def test_a_declined_version_cannot_become_current(run: Run, alice_client: Client):
    release = proposed(run, 1)
    decide(alice_client, release, "declined", comment="Too long")
    alice_client.post(f"/releases/{release.pk}/make-current/")
    assert states(run) == [ReleaseState.DECLINED]


def test_who_declines_says_why(run: Run, alice_client: Client):
    release = proposed(run, 1)
    response = alice_client.post(f"/releases/{release.pk}/decide/", {"verdict": "declined", "comment": " "})
    assert response.status_code == 422
    assert "Say why it is declined" in response.content.decode()
    assert states(run) == [ReleaseState.PROPOSED]


@pytest.mark.parametrize(("verdict", "status"), [("improved", 302), ("no_reliable_improvement", 422), ("worse", 422)])
def test_who_approves_against_the_test_says_what_speaks_for_it(
    run: Run, alice_client: Client, verdict: str, status: int
):
    release = proposed(run, 1)
    release.opening = opened(run, verdict)
    release.save()
    address, data = f"/releases/{release.pk}/decide/", {"verdict": "approved", "comment": " "}
    response = alice_client.post(address, data)
    assert response.status_code == status
    assert ("Say what speaks for it" in response.content.decode()) is (status == 422)
    decide(alice_client, release, comment="It is shorter")
    assert states(run) == [ReleaseState.APPROVED]


def test_of_two_people_the_second_is_told_who_was_first(run: Run, alice: User, bob: User, alice_client: Client):
    join(project_of(alice), bob, Role.REVIEWER)
    release = proposed(run, 1)
    decide(signed_in(bob), release)
    response = alice_client.post(
        f"/releases/{release.pk}/decide/", {"verdict": "declined", "comment": "Too long"}, follow=True
    )
    assert "bob has approved version 1 already." in response.content.decode()
    assert states(run) == [ReleaseState.APPROVED]


@pytest.mark.parametrize("state", [OpeningState.RUNNING, OpeningState.FAILED])
def test_nobody_approves_before_the_test_is_done(run: Run, alice: User, alice_client: Client, state: OpeningState):
    release = proposed(run, 1)
    release.opening = SealOpening.objects.create(run=run, number=1, candidate=release.candidate, state=state)
    release.save()
    assert 'value="approved"' not in alice_client.get(release.get_absolute_url()).content.decode()
    with pytest.raises(services.NotPossible, match="test is not done"):
        services.approve(release, user=alice, comment="", freeze=lambda names: ({}, {}))
    decide(alice_client, release, "declined", comment="Too long")


def test_what_changed_between_any_two_versions(run: Run, alice_client: Client):
    proposed(run, 1, "Read and sort {{text}}"), proposed(run, 2, "Read and <i>file</i> {{text}}")
    address = f"/releases/programs/{run.program_id}/changes/"
    page = alice_client.get(address, {"from": "1", "to": "2"}).content.decode()
    assert "<del>sort</del>" in page
    assert "<i>file" not in page
    assert alice_client.get(address, {"from": "1", "to": "9"}).status_code == 404
    assert alice_client.get(address, {"from": "x", "to": "1"}).status_code == 404


def test_a_run_that_versions_come_from_is_not_deleted(run: Run, alice_client: Client):
    proposed(run, 1)
    response = alice_client.post(f"/runs/{run.pk}/delete/", follow=True)
    assert "cannot be deleted" in response.content.decode()
    assert Run.objects.filter(pk=run.pk).exists()


def test_a_project_goes_with_its_versions(run: Run, alice: User):
    from omegaweb.projects.deletion import delete_project

    proposed(run, 1)
    delete_project(project=project_of(alice), user=alice)
    assert not Release.objects.exists()
