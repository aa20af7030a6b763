"""A proposal is looked at before it is scored; what then becomes of it is up to the run."""

from __future__ import annotations

import asyncio

import pytest

from optimizer_core.callbacks import Callback
from optimizer_core.errors import ConfigurationError
from optimizer_core.events import WAITING_FOR_REVIEW
from optimizer_core.review import Decision, Verdict
from optimizer_core.steering import CandidateAdded, RequestList
from optimizer_core.testing import ScriptedGate
from tests.optimizer_core.training.cases import START, add_a_rule, omega, run

SEARCHES = ("plain", "racing")
PAGES = "Think of it. " * 400


def talk(request):
    """Add a rule, and far too many words."""
    answer = add_a_rule(request)
    return {**answer, "instructions": f"{answer['instructions']} {PAGES}"}


def flagged(recorder):
    return {event.candidate for event in recorder.of("candidate.flagged")}


def scored(recorder):
    return {event.candidate for event in recorder.of("candidate.scored")}


def members(recorder):
    return {survivor.candidate for event in recorder.of("population.updated") for survivor in event.survivors}


@pytest.mark.parametrize("search", SEARCHES)
async def test_a_flag_is_told_after_the_proposal_and_before_its_score_and_changes_nothing(search):
    _, recorder = await run(optimizer=omega(talk, search=search), epochs=1)
    first = next(event for event in recorder.of("candidate.flagged") if event.candidate in scored(recorder))
    proposed = next(e for e in recorder.of("candidate.proposed") if e.candidate == first.candidate)
    told = next(e for e in recorder.of("candidate.scored") if e.candidate == first.candidate)
    order = [recorder.events.index(event) for event in (proposed, first, told)]
    assert order == sorted(order)
    assert (first.flag, first.then, first.evidence["variable"]) == ("length_grown", "score", "namer")
    assert flagged(recorder) & members(recorder)


@pytest.mark.parametrize("search", SEARCHES)
async def test_a_proposal_without_fault_is_not_flagged(search):
    _, recorder = await run(optimizer=omega(search=search), epochs=1)
    assert not flagged(recorder)


@pytest.mark.parametrize("search", SEARCHES)
async def test_dropped_means_not_scored_at_all(search):
    program, recorder = await run(optimizer=omega(talk, search=search), on_warning="drop", epochs=1)
    dropped = recorder.of("candidate.dropped")
    assert flagged(recorder) == {event.candidate for event in dropped if event.reason == "flagged"} != set()
    assert not flagged(recorder) & scored(recorder)
    assert program.get_state()["namer"]["instructions"] == START


@pytest.mark.parametrize("search", SEARCHES)
async def test_asked_and_approved_it_is_scored_and_enters(search):
    gate = ScriptedGate()
    _, recorder = await run(optimizer=omega(talk, search=search), on_warning="ask", review=gate, epochs=1)
    asked = [event for event in recorder.of("review.requested") if event.candidate in flagged(recorder)]
    assert {event.count for event in asked} == {0}
    assert flagged(recorder) <= scored(recorder)
    assert flagged(recorder) <= members(recorder)


@pytest.mark.parametrize("search", SEARCHES)
async def test_asked_and_rejected_it_costs_nothing_and_does_not_come_back(search):
    refuse = Verdict(decision=Decision.REJECTED, reviewer="Alice", comment="too long")
    gate = ScriptedGate(lambda proposal: refuse)
    _, recorder = await run(optimizer=omega(talk, search=search), on_warning="ask", review=gate, epochs=2)
    assert flagged(recorder)
    assert not flagged(recorder) & (scored(recorder) | members(recorder))


async def test_under_a_policy_that_asks_nothing_only_the_flagged_wait():
    gate = ScriptedGate()
    asking = {"on_warning": "ask", "review": gate, "review_policy": "release", "epochs": 2}
    await run(optimizer=omega(), **asking)
    assert not gate.asked
    await run(optimizer=omega(talk), **asking)
    assert gate.asked


async def test_an_edit_of_a_held_proposal_is_scored_in_its_place():
    content = {"namer": {"instructions": "Name the colour of {{word}}. a=red b=green", "examples": []}}
    edit = Verdict(decision=Decision.EDITED, reviewer="Alice", content=content)
    gate = ScriptedGate(lambda proposal: edit)
    program, recorder = await run(optimizer=omega(talk), on_warning="ask", review=gate, epochs=1)
    assert not flagged(recorder) & scored(recorder)
    assert program.get_state() == content


async def test_what_is_held_waits_until_the_search_is_over_and_is_then_waited_for():
    over = asyncio.Event()

    class SearchIsOver(Callback):
        def on_event(self, event):
            if event.kind == "warning.raised" and event.code == WAITING_FOR_REVIEW:
                over.set()

    async def approve(proposal):
        await over.wait()
        return Decision.APPROVED

    asking = {"on_warning": "ask", "review": ScriptedGate(approve), "callbacks": (SearchIsOver(),)}
    _, recorder = await run(optimizer=omega(talk), epochs=1, **asking)
    assert flagged(recorder) <= scored(recorder)


async def test_what_a_person_wrote_is_flagged_and_scored_all_the_same():
    requests = RequestList()
    content = {"namer": {"instructions": f"{START} {PAGES}"}}
    requests.ask(CandidateAdded(author="Alice", content=content))
    _, recorder = await run(optimizer=omega(), steering=requests, on_warning="drop", epochs=1)
    (flag,) = recorder.of("candidate.flagged")
    assert flag.then == "score"
    assert flag.candidate in scored(recorder)


async def test_asking_needs_somebody_to_ask():
    with pytest.raises(ConfigurationError, match="review gate"):
        await run(on_warning="ask")
    with pytest.raises(ConfigurationError, match="on_warning='no'"):
        await run(on_warning="no")
