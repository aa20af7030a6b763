"""Putting a candidate up for release: the seal is opened, the test runs in a thread, and every look is a row."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.audit.models import AuditEntry
from omegaweb.engine import launcher, sealed_test
from omegaweb.engine.replay import rebuild
from omegaweb.projects.models import Role
from omegaweb.releases.models import OpeningState, Release, SealOpening
from omegaweb.runs.configuration import ReviewChoice, RewardChoice
from omegaweb.runs.models import Candidate, CandidateState, Run, RunState
from optimizer_core.errors import ModelAccessDenied
from tests.factories import project_of
from tests.factories_runs import make_candidate, make_run, make_scores, make_version
from tests.omegaweb.engine.scripted_runs import PATIENCE, Script, finished, queued_run, script
from tests.people import join

__all__ = ["script"]

WHY = {"reason": "The team asked for it."}


def sealed_run(owner: User, splits: str = "ttvvssss", **configuration: Any) -> Run:
    """A run that is over and has never looked at its test rows."""
    chosen = {"test_at_end": False, **configuration}
    run = make_run(owner, version=make_version(owner, splits=splits), configuration=chosen, state=RunState.COMPLETED)
    make_candidate(run)
    make_candidate(run, number=1, instruction="Sort: {{text}}")
    return run


def address(run: Run, number: int = 1) -> str:
    return f"/releases/runs/{run.pk}/candidates/{number}/"


def put_up(client: Client, run: Run, number: int = 1) -> Release:
    response = client.post(address(run, number), WHY)
    assert response.status_code == 302, response.content.decode()
    release = Release.objects.get(candidate__run=run, candidate__number=number)
    if release.opening_id:
        assert sealed_test.wait(release.opening_id, seconds=PATIENCE)
    return Release.objects.select_related("opening").get(pk=release.pk)


def test_what_the_test_takes_is_told_before_the_button(alice: User, alice_client: Client):
    page = alice_client.get(address(sealed_run(alice))).content.decode()
    assert "about 8; it ends at 16" in page
    assert "Open the seal and put it up" in page


def test_too_few_people_are_told_before_the_seal_is_opened(alice: User, bob: User, alice_client: Client):
    run = sealed_run(alice, review=ReviewChoice(asks="release", author_may_approve=False))
    page = alice_client.get(address(run)).content.decode()
    assert "Not enough people can approve it yet" in page
    assert "nobody else may" in page

    join(project_of(alice), bob, Role.REVIEWER)

    assert "Not enough people" not in alice_client.get(address(run)).content.decode()


def test_a_judge_doubles_the_calls(alice: User, alice_client: Client):
    page = alice_client.get(address(sealed_run(alice, reward=RewardChoice(kind="judge")))).content.decode()
    assert "about 16; it ends at 32" in page


@pytest.mark.django_db(transaction=True)
def test_start_and_candidate_answer_the_test_rows_once(alice: User, alice_client: Client, script: Script):
    run = sealed_run(alice)
    script.answer = lambda request: {"label": "billing" if "Say which" in str(request.messages) else "technical"}
    release = put_up(alice_client, run)

    opening = release.opening
    assert opening is not None
    assert (opening.state, opening.message) == (OpeningState.DONE, "")
    assert (opening.number, opening.rows, opening.calls, opening.answered) == (1, 4, 8, 8)
    assert opening.tokens > 0
    assert (opening.opened_by, opening.reason) == (alice, WHY["reason"])
    assert opening.figures is not None
    assert opening.figures["difference"]["n"] == 4
    assert opening.figures["test"]["name"] == "mcnemar"
    candidate = run.candidates.get(number=1)
    assert [score.split for score in candidate.scores.all()] == ["test"] * 4
    assert list(AuditEntry.objects.values_list("action", flat=True))[:2] == ["release.proposed", "seal.opened"]
    page = alice_client.get(f"{run.get_absolute_url()}?tab=result").content.decode()
    assert "No reliable improvement" in page
    assert "McNemar’s exact test" in page
    assert WHY["reason"] in page


def test_the_head_of_the_run_says_whether_its_seal_was_opened(alice: User, alice_client: Client):
    run = sealed_run(alice)
    assert "sealed until a release" in alice_client.get(run.get_absolute_url()).content.decode()
    SealOpening.objects.create(run=run, number=1, opened_by=alice)
    page = alice_client.get(run.get_absolute_url()).content.decode()
    assert "the seal was opened" in page
    assert "sealed until a release" not in page


@pytest.mark.django_db(transaction=True)
def test_a_second_look_asks_only_for_what_is_missing_and_says_that_it_is_the_second(
    alice: User, alice_client: Client, script: Script
):
    run = sealed_run(alice)
    make_candidate(run, number=2, instruction="Choose: {{text}}")
    put_up(alice_client, run)
    asked = script.asked
    page = alice_client.get(address(run, 2)).content.decode()
    assert "This will be look number 2" in page
    release = put_up(alice_client, run, 2)

    assert release.opening is not None
    assert (release.opening.number, release.number, script.asked - asked) == (2, 2, 4)
    page = alice_client.get(release.get_absolute_url()).content.decode()
    assert "This was look number 2" in page
    assert "counts the p-value once for each look" in page
    assert "Looked at 2 times" in alice_client.get(f"{run.get_absolute_url()}?tab=result").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_test_that_fails_says_why_and_goes_on_where_it_was(alice: User, alice_client: Client, script: Script):
    run = sealed_run(alice)

    def refuse(request: Any) -> Any:
        raise ModelAccessDenied("the key is wrong")

    script.answer = refuse
    release = put_up(alice_client, run)
    assert release.opening is not None
    assert release.opening.state == OpeningState.FAILED
    assert "the key is wrong" in release.opening.message
    assert not run.candidates.get(number=1).scores.exists()
    page = alice_client.get(release.get_absolute_url()).content.decode()
    assert "The test failed" in page
    assert "Try again" in page

    script.answer = lambda request: {"label": "billing"}
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)  # somebody has let it go on
    refused = alice_client.post(f"/releases/{release.pk}/try-again/", follow=True).content.decode()
    assert "The run goes on again" in refused
    release.opening.refresh_from_db()
    assert release.opening.state == OpeningState.FAILED

    Run.objects.filter(pk=run.pk).update(state=RunState.COMPLETED)
    alice_client.post(f"/releases/{release.pk}/try-again/")
    assert sealed_test.wait(release.opening.pk, seconds=PATIENCE)
    release.opening.refresh_from_db()
    assert release.opening.state == OpeningState.DONE
    assert run.openings.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_test_that_was_taken_for_dead_writes_nothing_more(alice: User, alice_client: Client, script: Script):
    run = sealed_run(alice)
    asked, woken = threading.Event(), threading.Event()

    def sleep(request: Any) -> Any:
        asked.set()
        woken.wait(PATIENCE)
        return {"label": "technical"}

    script.answer = sleep
    alice_client.post(address(run), WHY)
    (sleeper,) = sealed_test._threads.values()
    assert asked.wait(PATIENCE)
    SealOpening.objects.update(state=OpeningState.FAILED)  # as another server does after twenty silent seconds
    script.answer = lambda request: {"label": "billing"}
    release = Release.objects.get()
    alice_client.post(f"/releases/{release.pk}/try-again/")
    opening = SealOpening.objects.get()
    assert sealed_test.wait(opening.pk, seconds=PATIENCE)
    opening.refresh_from_db()

    woken.set()
    sleeper.join(PATIENCE)

    later = SealOpening.objects.get()
    assert (later.state, later.attempt) == (OpeningState.DONE, 2)
    assert (later.calls, later.answered, later.figures) == (opening.calls, opening.answered, opening.figures)
    scored = run.events.filter(kind="candidate.scored").values_list("payload", flat=True)
    assert [payload["split"] for payload in scored].count("test") == 2


@pytest.mark.django_db(transaction=True)
def test_a_test_ends_at_its_budget_and_keeps_what_was_answered(
    alice: User, alice_client: Client, script: Script, monkeypatch: pytest.MonkeyPatch
):
    run = sealed_run(alice, splits="ttvv" + "s" * 40)
    monkeypatch.setattr("omegaweb.releases.views.put_up.MARGIN", 0.9)
    release = put_up(alice_client, run)
    assert release.opening is not None
    assert release.opening.state == OpeningState.FAILED
    assert "more calls than it was given" in release.opening.message
    assert run.baseline is not None
    assert run.baseline.scores.filter(split="test").count() == 40


@pytest.mark.django_db(transaction=True)
def test_the_log_tells_of_the_test_and_rebuilds_its_rows(alice: User, alice_client: Client, script: Script):
    run = queued_run(alice, epochs=1)
    Run.objects.filter(pk=run.pk).update(configuration={**run.configuration, "test_at_end": False})
    launcher.start(run.pk)
    run = finished(run)
    assert run.result is None
    assert not run.openings.exists()
    candidate = run.candidates.filter(reward__isnull=False, number__gt=0).exclude(state=CandidateState.STEP).first()
    assert candidate is not None
    release = put_up(alice_client, run, candidate.number)

    assert release.opening is not None
    assert release.opening.state == OpeningState.DONE
    scored = run.events.filter(kind="candidate.scored").values_list("payload", flat=True)
    assert [payload["split"] for payload in scored].count("test") == 2
    rebuild(run.pk)
    kept = SealOpening.objects.get(pk=release.opening.pk)
    assert kept.candidate is not None
    assert kept.candidate.number == candidate.number
    assert kept.candidate.scores.filter(split="test").count() == 4
    assert run.openings.count() == 1
    assert Release.objects.get(pk=release.pk).candidate == kept.candidate


@pytest.mark.django_db(transaction=True)
def test_a_run_that_tests_its_winner_has_opened_the_seal_itself(alice: User, alice_client: Client, script: Script):
    run = queued_run(alice, epochs=1)
    launcher.start(run.pk)
    run = finished(run)
    opening = run.openings.get()
    assert (opening.by_run, opening.number, opening.state) == (True, 1, OpeningState.DONE)
    assert opening.candidate == run.best
    assert opening.figures == run.result
    assert "the run itself" in alice_client.get(f"{run.get_absolute_url()}?tab=result").content.decode()
    rebuild(run.pk)
    assert run.openings.get().pk == opening.pk


def test_what_was_tested_before_is_not_tested_again(alice: User, alice_client: Client):
    run = sealed_run(alice)
    candidate = run.candidates.get(number=1)
    for each in run.candidates.all():
        make_scores(each, [1.0] * 4, split="test")
    known = SealOpening.objects.create(run=run, number=1, candidate=candidate, by_run=True, state=OpeningState.DONE)
    assert "nothing is asked again" in alice_client.get(address(run)).content.decode()
    assert put_up(alice_client, run).opening == known


def test_without_test_rows_it_says_so_and_opens_nothing(alice: User, alice_client: Client):
    run = sealed_run(alice, splits="ttvv")
    release = put_up(alice_client, run)
    assert release.opening is None
    assert "keeps no test rows" in alice_client.get(release.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"state": CandidateState.REJECTED}, "a person has not said yes"),
        ({"reward": None}, "never scored"),
    ],
)
def test_what_was_rejected_or_never_scored_is_not_put_up(
    alice: User, alice_client: Client, change: dict[str, Any], says: str
):
    run = sealed_run(alice)
    Candidate.objects.filter(run=run, number=1).update(**change)
    assert says in alice_client.get(address(run)).content.decode()
    alice_client.post(address(run), WHY)
    assert not Release.objects.exists()
    assert "Put up for release" not in alice_client.get(f"/runs/{run.pk}/candidates/1/").content.decode()


def test_only_the_best_is_offered_before_all_else_on_its_page(alice: User, alice_client: Client):
    run = sealed_run(alice)
    Run.objects.filter(pk=run.pk).update(best=run.candidates.get(number=1))
    dropped = make_candidate(run, number=2, instruction="Sort it: {{text}}", state=CandidateState.DROPPED)
    best, other = (
        alice_client.get(f"/runs/{run.pk}/candidates/{number}/").content.decode() for number in (1, dropped.number)
    )
    assert f'class="button button-primary" href="{address(run)}"' in best
    assert f'class="button" href="{address(run, 2)}"' in other
    assert "button-primary" not in other


def test_nothing_is_put_up_while_the_run_goes_on_or_without_a_reason_or_twice(alice: User, alice_client: Client):
    run = sealed_run(alice, splits="ttvv")
    assert alice_client.post(address(run), {"reason": " "}).status_code == 422
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    alice_client.post(address(run), WHY)
    assert not Release.objects.exists()
    Run.objects.filter(pk=run.pk).update(state=RunState.STOPPED)
    alice_client.post(address(run), WHY)
    alice_client.post(address(run), WHY)
    assert Release.objects.count() == 1
