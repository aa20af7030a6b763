"""What people asked of a run, and what becomes of the rows when the run says that it took effect."""

from __future__ import annotations

import pytest

from omegaweb.engine.replay import rebuild
from omegaweb.engine.steering import RowSteering, request_of
from omegaweb.runs.configuration import BudgetChoice
from omegaweb.runs.models import CandidateState, Run, RunState
from omegaweb.runs.models.requests import Steer, SteeringRequest
from omegaweb.runs.wording import fate
from optimizer_core import events, steering
from optimizer_core.budget import Budget
from optimizer_core.events import Survivor
from tests.event_streams import BASELINE, key_of, proposed, scored
from tests.omegaweb.engine.recording import BETTER, candidate, empty_run, record, scored_run

pytestmark = pytest.mark.django_db


def asked(run: Run, action: Steer, **payload) -> SteeringRequest:
    return SteeringRequest.objects.create(run=run, action=action, payload=payload)


def applied(request: SteeringRequest, **changes) -> events.SteeringApplied:
    said = {"request": str(request.pk), "action": request.action, "fields": request.payload, "proposal": 3}
    return events.SteeringApplied(**{**said, **changes})


def survivor(key: str) -> Survivor:
    return Survivor(candidate=key, reward=0.5, count=4, score=0.4)


def test_a_pause_and_its_end_are_states_of_the_run(alice):
    run = record(scored_run(alice), events.RunPaused(reason="budget_spent"))
    assert (run.state, run.reason, run.is_under_way, run.waits_for_budget) == (
        RunState.PAUSED,
        "budget_spent",
        True,
        True,
    )
    run = record(run, events.RunResumed())
    assert (run.state, run.reason) == (RunState.RUNNING, "")


def test_the_row_says_when_a_request_took_effect_once(alice):
    run = scored_run(alice)
    request = asked(run, Steer.NOTE, text="Mind the z.")
    run = record(run, applied(request))
    request.refresh_from_db()
    first = request.applied_at
    assert (first is not None, request.applied_after, request.problem) == (True, 3, "")
    record(run, applied(request, proposal=1))  # again, after an interruption
    request.refresh_from_db()
    assert (request.applied_at, request.applied_after) == (first, 3)


def test_a_request_of_another_run_is_left_alone(alice):
    other = asked(empty_run(alice, name="Other"), Steer.NOTE, text="x")
    record(scored_run(alice), applied(other))
    other.refresh_from_db()
    assert other.applied_at is None


def test_what_had_no_effect_by_the_end_is_refused(alice):
    run = scored_run(alice)
    request = asked(run, Steer.PAUSE)
    record(run, events.RunFinished(status="completed", reason="epochs_done"))
    request.refresh_from_db()
    assert request.problem == "The run ended before."


def test_an_extended_budget_becomes_the_limit_that_pages_show(alice):
    run = scored_run(alice)
    request = asked(run, Steer.EXTEND, calls=900)
    fields = {"budget": {"calls": 900, "tokens": None, "cost": None, "seconds": 90.0}}
    run = record(run, applied(request, fields=fields))
    assert run.choices.budget == BudgetChoice(calls=900, minutes=1.5)


def test_a_banned_candidate_leaves_its_rank_to_those_below(alice):
    third = "Answer politely."
    run = record(
        scored_run(alice),
        scored(key_of(BETTER), [1.0]),
        proposed(third),
        scored(key_of(third), [0.0]),
        events.PopulationUpdated(
            epoch=0, survivors=(survivor(key_of(BETTER)), survivor(BASELINE), survivor(key_of(third)))
        ),
    )
    request = asked(run, Steer.BAN, candidate=key_of(BETTER), reason="rude")
    run = record(run, applied(request))
    banned = candidate(run)
    assert (banned.state, banned.rank) == (CandidateState.REJECTED, None)
    assert fate(banned) == "Somebody banned it: it cannot win and will not come back."
    assert [each.rank for each in run.candidates.exclude(pk=banned.pk).order_by("rank")] == [1, 2]


def test_a_pin_that_was_refused_pins_nothing(alice):
    run = scored_run(alice)
    request = asked(run, Steer.PIN, candidate=key_of(BETTER))
    assert not candidate(record(run, applied(request, problem="it has left"))).pinned
    run = record(run, applied(request))
    assert candidate(run).pinned
    request = asked(run, Steer.UNPIN, candidate=key_of(BETTER))
    assert not candidate(record(run, applied(request))).pinned


def test_a_rebuild_leaves_requests_and_pins_as_they_are(alice):
    run = scored_run(alice)
    request = asked(run, Steer.PIN, candidate=key_of(BETTER))
    run = record(run, applied(request))
    rebuild(run.pk)
    request.refresh_from_db()
    assert request.applied_after == 3
    assert candidate(run).pinned


@pytest.mark.parametrize(
    ("action", "payload", "wanted"),
    [
        (Steer.PAUSE, {}, steering.PauseRequested),
        (Steer.RESUME, {}, steering.ResumeRequested),
        (Steer.FINISH, {}, steering.FinishRequested),
        (Steer.EXTEND, {"calls": 5}, steering.BudgetExtended),
        (Steer.NOTE, {"text": "x"}, steering.NoteAdded),
        (Steer.ADD, {"content": {}, "parent": "p", "comment": "c", "approved": True}, steering.CandidateAdded),
        (Steer.BAN, {"candidate": "a", "reason": "r"}, steering.CandidateBanned),
        (Steer.PIN, {"candidate": "a"}, steering.CandidatePinned),
        (Steer.UNPIN, {"candidate": "a"}, steering.CandidateUnpinned),
    ],
)
def test_a_row_becomes_a_request_of_the_library(alice, action, payload, wanted):
    row = SteeringRequest.objects.create(run=empty_run(alice), action=action, payload=payload, author=alice)
    request = request_of(row)
    assert isinstance(request, wanted)
    assert (request.reference, request.author, request.action) == (str(row.pk), "alice", action)
    if isinstance(request, steering.BudgetExtended):
        assert request.budget == Budget(calls=5)


def test_a_run_that_goes_on_hears_of_everything_but_old_pauses_and_what_was_refused(alice):
    run = empty_run(alice)
    at = run.created_at
    for action in (Steer.PAUSE, Steer.NOTE):
        SteeringRequest.objects.create(run=run, action=action, payload={"text": "old"}, applied_at=at)
    SteeringRequest.objects.create(run=run, action=Steer.NOTE, payload={"text": "late"}, applied_at=at, problem="no")
    asked(run, Steer.RESUME)
    rows = RowSteering(run.pk)
    rows.look()
    assert [request.action for request in rows.requests()] == ["note", "resume"]
