"""Reviews while a run is under way: its gate answers from rows."""

from __future__ import annotations

import pytest
from django.utils import timezone

from omegaweb.engine import launcher
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.runs.models import Candidate, CandidateState, Run, RunState
from tests.omegaweb.engine.scripted_runs import finished, queued_run, sequences, until
from tests.omegaweb.engine.scripted_runs import script as script

pytestmark = pytest.mark.django_db(transaction=True)


def decide(review: Review, state: str, **changes) -> None:
    Review.objects.filter(pk=review.pk).update(state=state, decided_at=timezone.now(), **changes)


def pending(run):
    return Review.objects.filter(run=run).pending()


def approve_the_rest(run) -> None:
    def is_over() -> bool:
        for review in pending(run):
            decide(review, ReviewState.APPROVED)
        return launcher.launcher.wait(run.pk, seconds=0.1)

    until(is_over)


def test_the_search_goes_on_while_candidates_wait_and_the_run_says_so_at_its_end(alice, script):
    run = queued_run(alice, ask_me=True)
    launcher.start(run.pk)

    until(lambda: Run.objects.get(pk=run.pk).state == RunState.WAITING)
    assert pending(run).count() > 1
    assert Run.objects.get(pk=run.pk).batches_done == 4
    assert set(run.candidates.exclude(number=0).values_list("state", flat=True)) == {CandidateState.WAITING}

    for review in pending(run):
        decide(review, ReviewState.APPROVED, reviewer=alice)
    run = finished(run)
    assert run.state == RunState.COMPLETED
    assert not run.candidates.filter(state=CandidateState.WAITING).exists()


def test_a_run_that_only_waits_for_people_leaves_its_room_to_others(alice, script, monkeypatch):
    monkeypatch.setattr(launcher, "launcher", launcher.Launcher(limit=1))
    first, second = queued_run(alice, name="First", ask_me=True), queued_run(alice, name="Second", epochs=1)
    launcher.start(first.pk)
    until(lambda: Run.objects.get(pk=first.pk).state == RunState.WAITING)
    launcher.start(second.pk)
    until(lambda: Run.objects.get(pk=second.pk).state == RunState.COMPLETED)
    assert Run.objects.get(pk=first.pk).state == RunState.WAITING
    approve_the_rest(first)


def test_a_rejected_candidate_stays_out_and_its_reason_is_told(alice, script):
    run = queued_run(alice, ask_me=True, epochs=1)
    launcher.start(run.pk)
    first = until(lambda: pending(run).first())
    decide(first, ReviewState.REJECTED, reason="It promises a refund", reviewer=alice)
    until(lambda: run.events.filter(kind="review.decided").exists())
    for review in pending(run):
        decide(review, ReviewState.APPROVED, reviewer=alice)
    approve_the_rest(run)

    told = run.events.filter(kind="review.decided").order_by("sequence")[0].payload
    assert (told["verdict"], told["reviewer"], told["comment"]) == ("rejected", "alice", "It promises a refund")
    assert Candidate.objects.get(pk=first.candidate_id).state == CandidateState.REJECTED


def test_an_edited_candidate_is_scored_as_a_new_one(alice, script):
    run = queued_run(alice, ask_me=True, epochs=1)
    launcher.start(run.pk)
    first = until(lambda: pending(run).select_related("candidate").first())
    content = {"generator": {"instructions": "By hand: read {{text}}.", "examples": []}}
    decide(first, ReviewState.EDITED, edited_content=content, reviewer=alice)
    edited = until(lambda: run.candidates.filter(operator="edit").first())
    approve_the_rest(run)

    edited.refresh_from_db()
    assert edited.content == content
    assert [parent.pk for parent in edited.parents.all()] == [first.candidate_id]
    assert edited.count > 0
    assert Candidate.objects.get(pk=first.candidate_id).state == CandidateState.EDITED


def test_what_was_decided_during_an_interruption_counts_when_the_run_goes_on(alice, script):
    run = queued_run(alice, ask_me=True)
    launcher.start(run.pk)
    until(lambda: Run.objects.get(pk=run.pk).state == RunState.WAITING)
    Run.objects.filter(pk=run.pk).update(state=RunState.INTERRUPTED)
    until(lambda: not launcher.launcher.working_on())
    asked = list(pending(run).order_by("pk"))
    decide(asked[0], ReviewState.REJECTED, reason="No", reviewer=alice)

    assert launcher.continue_run(run.pk)
    until(lambda: run.events.filter(kind="review.decided").exists())
    assert pending(run).count() == len(asked) - 1

    for review in pending(run):
        decide(review, ReviewState.APPROVED, reviewer=alice)
    run = finished(run)
    assert run.state == RunState.COMPLETED
    assert Candidate.objects.get(pk=asked[0].candidate_id).state == CandidateState.REJECTED
    assert sequences(run) == list(range(1, run.last_sequence + 1))
    assert run.events.filter(kind="review.decided").count() == len(asked)


def test_a_run_that_begins_again_keeps_what_it_spent_and_asks_nobody_twice(alice, script):
    run = queued_run(alice, ask_me=True, epochs=1)
    launcher.start(run.pk)
    until(lambda: Run.objects.get(pk=run.pk).state == RunState.WAITING)
    Run.objects.filter(pk=run.pk).update(state=RunState.INTERRUPTED)
    until(lambda: not launcher.launcher.working_on())
    run.checkpoints.all().delete()  # as if it had been cut off before the first
    run.refresh_from_db()
    spent = run.calls
    approved = list(pending(run).values_list("pk", flat=True))
    assert approved
    for review in pending(run):
        decide(review, ReviewState.APPROVED, reviewer=alice)

    script.begin_again()
    assert launcher.continue_run(run.pk)
    run = finished(run)

    assert run.state == RunState.COMPLETED
    assert [started.payload["resumed"] for started in run.events.filter(kind="run.started")] == [False, False]
    assert run.calls > spent + len(script_samples(run))
    assert list(Review.objects.filter(run=run).values_list("pk", flat=True)) == approved
    decided = run.events.filter(kind="review.decided").values_list("payload", flat=True)
    assert [payload["reviewer"] for payload in decided].count("alice") == len(approved)


def script_samples(run) -> list[str]:
    """The validation samples, which the baseline answers again."""
    said = run.events.filter(kind="candidate.scored").values_list("payload", flat=True)
    scored = next(payload for payload in said if payload["candidate"] == run.baseline.key)
    return [result["sample"] for result in scored["results"]]


def test_stopping_withdraws_open_reviews(alice, script):
    run = queued_run(alice, ask_me=True)
    launcher.start(run.pk)
    until(lambda: Run.objects.get(pk=run.pk).state == RunState.WAITING)

    launcher.stop(run.pk)

    assert finished(run).state == RunState.STOPPED
    assert not pending(run).exists()
    assert Review.objects.filter(run=run, state=ReviewState.WITHDRAWN).exists()
