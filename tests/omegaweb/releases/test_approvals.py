"""Two approvers, and authors who may not approve: the rule of a run holds for the versions that come from it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.projects.models import Role
from omegaweb.releases.models import Release, ReleaseState
from omegaweb.runs.configuration import ReviewChoice
from omegaweb.runs.models import RunState
from omegaweb.runs.models.requests import Steer
from tests.factories import project_of
from tests.factories_runs import make_candidate, make_release, make_run
from tests.people import join, signed_in

TEXT = "Sort: {{text}}"


@pytest.fixture
def bob_client(alice: User, bob: User) -> Client:
    """Bob reviews in Alice's project."""
    join(project_of(alice), bob, Role.REVIEWER)
    return signed_in(bob)


def put_up(alice: User, *, operator: str = "mutation", **choice: Any) -> Release:
    """A version that Alice put up, of a run with that rule."""
    review = ReviewChoice(**{"asks": "release", **choice})
    run = make_run(alice, state=RunState.COMPLETED, configuration={"review": review})
    start = make_candidate(run)
    return make_release(make_candidate(run, number=1, instruction=TEXT, parents=[start], operator=operator))


def say(client: Client, release: Release, verdict: str = "approved", comment: str = "") -> str:
    data = {"verdict": verdict, "make_current": "on", "comment": comment}
    response = client.post(f"/releases/{release.pk}/decide/", data, follow=True)
    return response.content.decode()


def state_of(release: Release) -> str:
    return Release.objects.get(pk=release.pk).state


def test_two_different_people_must_approve(alice: User, alice_client: Client, bob_client: Client) -> None:
    release = put_up(alice, approvals=2)
    said = say(alice_client, release)
    assert "Your approval of version 1 is noted. It waits for another person." in said
    assert "1 of 2 approvals" in said
    assert "1 more approval needed, from bob." in said
    assert 'value="approved"' not in said
    assert "You have approved this already" in say(alice_client, release)
    assert state_of(release) == ReleaseState.PROPOSED
    assert 'value="approved"' in bob_client.get(release.get_absolute_url()).content.decode()
    assert "Version 1 is approved." in say(bob_client, release)
    assert state_of(release) == ReleaseState.CURRENT
    prompt = alice_client.get(f"/releases/{release.pk}/files/prompt/").content.decode()
    assert "approved by alice and bob." in prompt


def test_who_puts_it_up_is_told_before_who_has_to_approve_it(alice: User, alice_client: Client) -> None:
    release = put_up(alice, approvals=2, author_may_approve=False)
    run = release.run
    release.delete()
    page = alice_client.get(f"/releases/runs/{run.pk}/candidates/1/").content.decode()
    assert "once 2 different people have approved it. You, who put it up, may not." in page


def test_a_report_says_that_a_second_person_is_missing(alice: User, alice_client: Client) -> None:
    release = put_up(alice, approvals=2)
    say(alice_client, release)
    report = alice_client.get(f"/releases/{release.pk}/report/").content.decode()
    assert "Not approved yet: 1 of 2 approvals." in report


def test_one_person_who_declines_decides(alice: User, alice_client: Client, bob_client: Client) -> None:
    release = put_up(alice, approvals=2)
    say(alice_client, release)
    say(bob_client, release, "declined", comment="Too long")
    assert state_of(release) == ReleaseState.DECLINED
    report = alice_client.get(f"/releases/{release.pk}/report/").content.decode()
    assert "Declined: this version is not to be used." in report
    assert "state-good" not in report.partition("<body>")[2].partition("</header>")[0]


def test_who_put_it_up_may_not_approve_it_where_the_run_says_so(
    alice: User, alice_client: Client, bob_client: Client
) -> None:
    release = put_up(alice, author_may_approve=False)
    assert "You put this up, and in this run nobody approves" in say(alice_client, release)
    assert state_of(release) == ReleaseState.PROPOSED
    say(bob_client, release)
    assert state_of(release) == ReleaseState.CURRENT


def test_who_wrote_its_text_may_not_approve_it_either(
    alice: User, bob: User, alice_client: Client, bob_client: Client
) -> None:
    release = put_up(alice, operator="manual", author_may_approve=False)
    content = {"generator": {"instructions": TEXT}}
    release.run.steering.create(action=Steer.ADD, author=bob, payload={"content": content})
    assert "You wrote this text" in say(bob_client, release)
    page = alice_client.get(release.get_absolute_url()).content.decode()
    assert "Not enough people can approve this" in page
    assert "nobody else may" in page


def test_where_nobody_is_asked_one_yes_is_enough(alice: User, alice_client: Client) -> None:
    release = put_up(alice, asks="nobody", approvals=2, author_may_approve=False)
    say(alice_client, release)
    assert state_of(release) == ReleaseState.CURRENT
