"""People steer a run: notes, candidates of their own, bans and pins; and a resumed run takes the same path."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from optimizer_core import steering
from optimizer_core.budget import Budget
from optimizer_core.callbacks import Callback
from optimizer_core.review import Decision, Verdict
from optimizer_core.steering import RequestList
from optimizer_core.testing import ScriptedGate, ScriptedModel, inputs_of
from tests.optimizer_core.training.cases import START, add_a_rule, answer, make_program, omega, run, words
from tests.optimizer_core.training.racing.cases import race, racer
from tests.optimizer_core.training.test_reproducible import Keep, path, varied

ALL = {"namer": {"instructions": f"{START} a=red b=green c=blue d=black"}}


class AskAt(Callback):
    """Asks something when an event of a kind is told for the n-th time, made from that event."""

    def __init__(self, requests: RequestList, kind: str, make: Callable[[Any], steering.Request], *, nth: int = 1):
        self._requests, self._kind, self._make, self._left = requests, kind, make, nth

    def on_event(self, event):
        super().on_event(event)
        if event.kind == self._kind and self._left:
            self._left -= 1
            if not self._left:
                self._requests.ask(self._make(event))


def applied(recorder, action):
    return [event for event in recorder.of("steering.applied") if event.action == action]


def note(event):
    return steering.NoteAdded(reference="n1", author="alice", text="Mind the letter z.")


@pytest.mark.parametrize("search", ["plain", "racing"])
async def test_a_note_reaches_every_proposal_decided_after_it(search):
    model, requests = ScriptedModel(add_a_rule), RequestList()
    optimizer = omega(search=search, merging_rate=0.5, proposals_in_flight=1)
    optimizer.language_model = model
    asked = []

    class Count(Callback):
        def on_event(self, event):
            if event.kind == "steering.applied":
                asked.append(len(model.requests))

    arguments = {"steering": requests, "callbacks": [AskAt(requests, "batch.finished", note, nth=2), Count()]}
    _, recorder = await (race if search == "racing" else run)(make_program(), optimizer, **arguments)
    (told,) = applied(recorder, "note")
    assert (told.author, told.fields, told.proposal) == ("alice", {"text": "Mind the letter z."}, 2)
    knows = ["Mind the letter z." in request.messages[1]["content"] for request in model.requests]
    assert 0 < asked[0] < len(knows)
    assert knows == [False] * asked[0] + [True] * (len(knows) - asked[0])


@pytest.mark.parametrize("fit", [run, race])
async def test_a_candidate_made_by_hand_is_scored_like_any_other_and_can_win(fit):
    requests = RequestList(steering.CandidateAdded(author="alice", content=ALL, comment="I know it."))
    optimizer = racer() if fit is race else omega()
    program, recorder = await fit(make_program(), optimizer, steering=requests)
    made = next(event for event in recorder.of("candidate.proposed") if event.operator == "manual")
    assert (made.variable, made.reasoning, made.content["namer"]["examples"]) == ("namer", "I know it.", [])
    scored = next(event for event in recorder.of("candidate.scored") if event.candidate == made.candidate)
    assert (scored.split, scored.reward) == ("validation", 1.0)
    assert recorder.of("run.finished")[0].best == made.candidate
    assert program.get_state()["namer"]["instructions"] == ALL["namer"]["instructions"]


async def test_a_budget_is_not_extended_when_the_search_is_over():
    requests = RequestList()
    tested: list[Any] = []

    async def slow_in_the_test(request):
        if int(inputs_of(request)["word"][1:]) >= 200 and not tested:
            tested.append(request)
            requests.ask(steering.BudgetExtended(reference="b", author="Eve", budget=Budget(calls=500)))
            await asyncio.sleep(0.5)
        return answer(request)

    fit = {"epochs": None, "budget": Budget(calls=200), "test_data": words(8, start=200)}
    _, recorder = await race(make_program(slow_in_the_test), steering=requests, **fit)
    assert [told.problem for told in applied(recorder, "extend")] == ["the search is over"]
    assert recorder.of("spend.updated")[-1].left["calls"] <= 200


@pytest.mark.parametrize(("approved", "asked"), [(True, 0), (False, 1)])
async def test_it_needs_a_review_unless_its_author_may_approve(approved, asked):
    gate = ScriptedGate(lambda proposal: Verdict(decision=Decision.REJECTED, comment="no"))
    requests = RequestList(steering.CandidateAdded(content=ALL, approved=approved))
    program, _ = await run(review=gate, steering=requests, epochs=1)
    assert sum(proposal.operator == "manual" for proposal in gate.asked) == asked
    assert (program.get_state()["namer"]["instructions"] == START) is not approved


@pytest.mark.parametrize("asks", [True, False])
async def test_people_are_asked_about_one_that_would_not_lead_only_where_its_author_wants_it(asks):
    worse = {"namer": {"instructions": f"{START} nothing"}}
    gate, requests = ScriptedGate(), RequestList(steering.CandidateAdded(content=worse, asks=asks))
    await run(review=gate, review_policy="new_best", steering=requests, epochs=1)
    assert any(proposal.operator == "manual" for proposal in gate.asked) is asks


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"namer": {"instructions": 3}}, "namer"),
        ({"other": {"instructions": "x"}}, "must hold the variables namer"),
        ({"namer": {"instructions": START}}, "known already"),
    ],
)
async def test_a_candidate_that_cannot_be_used_is_told(content, problem):
    _, recorder = await run(steering=RequestList(steering.CandidateAdded(content=content)))
    assert problem in applied(recorder, "add")[0].problem
    assert recorder.of("run.finished")[0].status == "completed"


def ban(event):
    return steering.CandidateBanned(reference="b1", author="alice", candidate=event.candidate, reason="it is rude")


@pytest.mark.parametrize("fit", [run, race])
async def test_a_banned_candidate_leaves_never_comes_back_and_cannot_win(fit):
    model, requests = ScriptedModel(add_a_rule), RequestList()
    optimizer = racer(proposals_in_flight=1) if fit is race else omega()
    optimizer.language_model = model
    asking = AskAt(requests, "best.changed", ban, nth=2)
    _, recorder = await fit(make_program(), optimizer, steering=requests, callbacks=[asking])
    (told,) = applied(recorder, "ban")
    banned, place = told.fields["candidate"], recorder.events.index(told)
    assert not told.problem
    later = recorder.events[place:]
    for event in later:
        if event.kind == "population.updated":
            assert banned not in {survivor.candidate for survivor in event.survivors}
    assert banned not in {event.candidate for event in later if event.kind == "best.changed"}
    assert recorder.of("run.finished")[0].best != banned
    assert "it is rude" in model.requests[-1].messages[1]["content"]


async def test_the_start_takes_the_place_of_the_last_one_that_was_banned():
    requests = RequestList()
    asking = AskAt(requests, "population.updated", lambda event: ban(event.survivors[0]), nth=2)
    _, recorder = await run(optimizer=omega(population_size=1), steering=requests, callbacks=[asking], epochs=3)
    (told,) = applied(recorder, "ban")
    baseline = recorder.of("run.finished")[0].baseline
    assert told.fields["candidate"] != baseline
    after = recorder.events[recorder.events.index(told) :]
    assert next(event for event in after if event.kind == "best.changed").candidate == baseline
    assert recorder.of("run.finished")[0].status == "completed"


async def test_the_start_and_strangers_cannot_be_banned():
    requests = RequestList(steering.CandidateBanned(candidate="nobody"))
    asking = AskAt(requests, "candidate.proposed", ban)
    _, recorder = await run(steering=requests, callbacks=[asking])
    assert {event.problem for event in applied(recorder, "ban")} == {
        "there is no such candidate",
        "the start cannot be banned: everything is compared with it",
    }


async def test_banning_what_waits_for_review_ends_its_review():
    first: list[str] = []
    requests = RequestList()

    def ban_first(event):
        first.append(event.candidate)
        return ban(event)

    async def think(proposal):
        if proposal.candidate == first[0]:
            await asyncio.Event().wait()
        return Decision.APPROVED

    asking = AskAt(requests, "review.requested", ban_first)
    _, recorder = await run(review=ScriptedGate(think), steering=requests, callbacks=[asking])
    decided = next(event for event in recorder.of("review.decided") if event.candidate == first[0])
    assert (decided.verdict, decided.reviewer, decided.comment) == ("rejected", "alice", "it is rude")
    assert recorder.of("run.finished")[0].status == "completed"


def pin(event):
    return steering.CandidatePinned(reference="p1", author="alice", candidate=event.survivors[0].candidate)


def first_pinned(requests: RequestList) -> str:
    first = requests.requests()[0]
    assert isinstance(first, steering.CandidatePinned)
    return first.candidate


async def test_a_pinned_candidate_survives_until_it_is_unpinned():
    requests = RequestList()
    pinning = AskAt(requests, "population.updated", pin)  # the baseline, before the first epoch
    unpinning = AskAt(
        requests,
        "epoch.finished",
        lambda event: steering.CandidateUnpinned(candidate=first_pinned(requests)),
        nth=2,
    )
    _, recorder = await run(
        optimizer=omega(population_size=1, algorithm="ga"),
        steering=requests,
        callbacks=[pinning, unpinning],
        epochs=4,
    )
    pinned = applied(recorder, "pin")[0].fields["candidate"]
    updates = recorder.of("population.updated")[1:]
    kept = [{s.candidate: s.reason for s in update.survivors}.get(pinned) for update in updates]
    assert kept[:2] == ["pinned", "pinned"]
    assert kept[-1] is None


async def test_who_has_left_cannot_be_pinned():
    requests = RequestList()
    asking = AskAt(
        requests,
        "population.updated",
        lambda event: steering.CandidatePinned(candidate=event.removed[0].candidate),
        nth=2,
    )
    _, recorder = await run(optimizer=omega(population_size=1, algorithm="ga"), steering=requests, callbacks=[asking])
    assert "not in the population" in applied(recorder, "pin")[0].problem


def steered(requests):
    """Ask a bit of everything on the way."""
    return [
        AskAt(requests, "batch.finished", note),
        AskAt(requests, "batch.finished", lambda e: steering.CandidateAdded(reference="a1", content=ALL), nth=3),
        AskAt(requests, "best.changed", ban, nth=2),
        AskAt(requests, "population.updated", pin),
    ]


@pytest.mark.parametrize("search", ["plain", "racing"])
async def test_a_resumed_run_takes_the_path_it_would_have_taken_with_everything_that_was_asked(search):
    def optimizer():
        settings = {"algorithm": "dns-rank", "population_size": 3, "merging_rate": 0.5}
        return omega(varied, search=search, **settings, **({"proposals_in_flight": 3} if search == "racing" else {}))

    kept, requests = Keep(), RequestList()
    fit = race if search == "racing" else run
    _, whole = await fit(make_program(), optimizer(), checkpoints=kept, steering=requests, callbacks=steered(requests))
    assert {event.action for event in whole.of("steering.applied")} == {"note", "add", "ban", "pin"}
    saved_at = [i for i, event in enumerate(whole.events) if event.kind == "checkpoint.saved"]
    assert len(saved_at) == len(kept.states)
    for place, state in zip(saved_at, kept.states, strict=True):
        told = {event.request for event in whole.events[:place] if event.kind == "steering.applied"}
        # Asked by then, applied or not: requests that were asked later are asked later again.
        asked = [each for each in requests.requests() if each.reference in told]
        later = _later(whole, place, requests)
        again = RequestList(*asked)
        _, rest = await fit(
            make_program(),
            optimizer(),
            resume_from=json.loads(state),
            steering=again,
            checkpoints=Keep(),
            callbacks=[AskAgain(again, later)],
        )
        before = path(type("R", (), {"events": whole.events[:place]}))
        resumed = path(rest)
        assert resumed[0][0] == "population.updated"
        assert before + resumed[1:] == path(whole)


class Seldom(Keep):
    """Wants the first state alone."""

    def is_due(self):
        return not self.states


@pytest.mark.parametrize("search", ["plain", "racing"])
async def test_what_changes_the_path_has_a_state_before_and_after_it_also_where_states_are_seldom_due(search):
    kept, requests = Seldom(), RequestList()
    _, recorder = await (race if search == "racing" else run)(
        make_program(),
        omega(search=search),
        checkpoints=kept,
        steering=requests,
        callbacks=[AskAt(requests, "batch.finished", note, nth=2)],
    )
    kinds = [event.kind for event in recorder.events]
    place = kinds.index("steering.applied")
    assert kinds[place - 1 : place + 2] == ["checkpoint.saved", "steering.applied", "checkpoint.saved"]
    states = [json.loads(state) for state in kept.states][:3]  # a race keeps one more when its last proposal landed
    assert [state["steered"]["applied"] for state in states] == [[], [], ["n1"]]
    assert [state["batch"] for state in states] == [0, 2, 2]


class AskAgain(Callback):
    """Asks what was asked before each checkpoint, before the same one again."""

    def __init__(self, requests, later):
        self._requests, self._later = requests, later

    def on_event(self, event):
        super().on_event(event)
        if event.kind == "checkpoint.saved" and self._later:
            for request in self._later.pop(0):
                self._requests.ask(request)
        if event.kind == "run.started":
            for request in self._later.pop(0):
                self._requests.ask(request)


def _later(whole, place, requests):
    """Return what was applied after each checkpoint from `place` on."""
    by_reference = {each.reference: each for each in requests.requests()}
    groups: list[list[Any]] = []
    for event in whole.events[place:]:
        if event.kind == "checkpoint.saved":
            groups.append([])
        if event.kind == "steering.applied":
            groups[-1].append(by_reference[event.request])
    return groups


async def test_an_old_checkpoint_knows_nothing_of_steering_and_can_be_resumed():
    kept = Keep()
    await run(make_program(answer), checkpoints=kept)
    state = json.loads(kept.states[2])
    del state["steered"]
    _, recorder = await run(make_program(answer), resume_from=state)
    assert recorder.of("run.finished")[0].status == "completed"
