"""People decide who enters the population, while the run goes on."""

from __future__ import annotations

import asyncio
import functools

import pytest

from optimizer_core.budget import Budget, Meter
from optimizer_core.callbacks import Callback
from optimizer_core.events import WAITING_FOR_REVIEW, WarningRaised
from optimizer_core.review import Decision, Verdict
from optimizer_core.testing import ScriptedGate, ScriptedModel
from optimizer_core.training import assembly
from optimizer_core.training.reviews import ReviewDesk
from tests.optimizer_core.training.cases import START, add_a_rule, current_instructions, make_program, omega, run


def reject(comment="too short"):
    return Verdict(decision=Decision.REJECTED, reviewer="Alice", comment=comment)


def members(recorder):
    return {survivor.candidate for event in recorder.of("population.updated") for survivor in event.survivors}


async def test_without_a_gate_nobody_is_asked():
    _, recorder = await run()
    assert "review.requested" not in recorder.kinds


async def test_an_approved_candidate_enters_the_population():
    gate = ScriptedGate()
    _, recorder = await run(review=gate, epochs=1)
    asked = recorder.of("review.requested")
    assert [event.verdict for event in recorder.of("review.decided")] == ["approved"] * len(asked)
    assert {event.candidate for event in asked} <= members(recorder)
    assert (gate.asked[0].operator, gate.asked[0].variable, gate.asked[0].count) == ("mutation", "namer", 4)


async def test_a_candidate_is_scored_before_anyone_is_asked_and_known_as_scored():
    gate = ScriptedGate()
    _, recorder = await run(review=gate, epochs=1)
    asked = recorder.of("review.requested")[0]
    scored = next(e for e in recorder.of("candidate.scored") if e.candidate == asked.candidate)
    assert recorder.events.index(scored) < recorder.events.index(asked)
    assert (asked.reward, asked.count) == (scored.mean, scored.count)


async def test_a_rejected_candidate_never_comes_back_and_its_reason_reaches_the_proposer():
    proposer = ScriptedModel(add_a_rule)
    optimizer = omega()
    optimizer.language_model = proposer
    program, recorder = await run(optimizer=optimizer, review=ScriptedGate(lambda proposal: reject()), epochs=2)
    rejected = {event.candidate for event in recorder.of("review.decided")}
    assert len(rejected) == 1
    assert not rejected & members(recorder)
    assert {e.reason for e in recorder.of("proposal.failed")} == {"a reviewer has rejected exactly this before"}
    assert "too short" in proposer.requests[-1].messages[1]["content"]
    assert "too short" not in proposer.requests[0].messages[1]["content"]
    assert program.get_state()["namer"]["instructions"] == START


async def test_a_request_for_changes_keeps_it_out_and_tells_the_proposer_what_is_wanted():
    proposer, optimizer = ScriptedModel(add_a_rule), omega()
    optimizer.language_model = proposer
    wanted = Verdict(decision=Decision.CHANGES_REQUESTED, reviewer="Alice", comment="name the colours")
    _, recorder = await run(optimizer=optimizer, review=ScriptedGate(lambda proposal: wanted), epochs=2)
    assert not {event.candidate for event in recorder.of("review.decided")} & members(recorder)
    assert '"asked_for": "name the colours"' in proposer.requests[-1].messages[1]["content"]


async def test_what_was_left_out_stays_out_and_teaches_nothing():
    proposer, optimizer = ScriptedModel(add_a_rule), omega()
    optimizer.language_model = proposer
    nobody = Verdict(decision=Decision.LEFT_OUT, comment="nobody came")
    _, recorder = await run(optimizer=optimizer, review=ScriptedGate(lambda proposal: nobody), epochs=2)
    assert not {event.candidate for event in recorder.of("review.decided")} & members(recorder)
    assert "nobody came" not in proposer.requests[-1].messages[1]["content"]


async def test_how_a_person_rewrote_a_proposal_reaches_the_proposer():
    proposer, optimizer = ScriptedModel(add_a_rule), omega()
    optimizer.language_model = proposer

    def edit(proposal):
        text = f"{proposal.content['namer']['instructions']} Rewritten."
        content = {"namer": {"instructions": text, "examples": []}}
        return Verdict(decision=Decision.EDITED, reviewer="Alice", comment="clearer", content=content)

    await run(optimizer=optimizer, review=ScriptedGate(edit), epochs=2)
    shown = proposer.requests[-1].messages[1]["content"]
    assert "Proposals that a reviewer rewrote" in shown
    assert "Rewritten." in shown


async def test_under_new_best_only_who_would_lead_is_asked_about_and_the_winner_is_approved():
    everybody, only_best = ScriptedGate(), ScriptedGate()
    await run(review=everybody, epochs=3)
    _, recorder = await run(review=only_best, review_policy="new_best", epochs=3)
    winner = recorder.of("run.finished")[0].best
    approved = {event.candidate for event in recorder.of("review.decided")}
    assert winner in approved
    assert 0 < len(only_best.asked) <= len(everybody.asked)


async def test_under_new_best_a_child_that_is_worse_enters_without_a_question():
    def worse(request):
        return {"thinking": "", "instructions": f"{current_instructions(request)} nothing"}

    gate = ScriptedGate()
    _, recorder = await run(optimizer=omega(worse), review=gate, review_policy="new_best", epochs=1)
    proposed = {event.candidate for event in recorder.of("candidate.proposed") if event.operator == "mutation"}
    entered = {removed.candidate for event in recorder.of("population.updated") for removed in event.removed}
    assert proposed & entered
    assert not gate.asked


async def test_a_winner_nobody_was_asked_about_is_asked_about_at_the_end(monkeypatch):
    monkeypatch.setattr(ReviewDesk, "_would_lead", lambda desk, candidate: False)
    gate = ScriptedGate(lambda proposal: reject())
    program, recorder = await run(review=gate, review_policy="new_best", epochs=2)
    assert gate.asked
    assert recorder.of("run.finished")[0].best not in {event.candidate for event in recorder.of("review.decided")}
    assert program.get_state()["namer"]["instructions"] == START


async def test_each_wait_is_told_or_the_run_would_seem_to_work_during_all_but_the_first(monkeypatch):
    monkeypatch.setattr(ReviewDesk, "_would_lead", lambda desk, candidate: False)

    async def think(proposal):
        for _ in range(20):
            await asyncio.sleep(0)
        return reject()

    gate = ScriptedGate(think)
    _, recorder = await run(review=gate, review_policy="new_best", epochs=2)

    waits = [event for event in recorder.of("warning.raised") if event.code == WAITING_FOR_REVIEW]
    assert len(waits) == len(gate.asked) > 1


async def test_what_was_superseded_enters_and_wins_only_with_a_yes_of_its_own():
    asked = []

    def answer(proposal):
        asked.append(proposal.candidate)
        first = asked.count(proposal.candidate) == 1
        return Verdict(decision=Decision.SUPERSEDED if first else Decision.APPROVED, reviewer="" if first else "Alice")

    _, recorder = await run(review=ScriptedGate(answer), review_policy="new_best", epochs=1)

    assert asked[0] in members(recorder)
    winner = recorder.of("run.finished")[0].best
    told = [(event.candidate, event.verdict) for event in recorder.of("review.decided")]
    assert (winner, "approved") in told
    assert told[0] == (asked[0], "superseded")


async def test_under_release_nobody_is_asked_during_the_search():
    gate = ScriptedGate()
    _, recorder = await run(review=gate, review_policy="release")
    assert not gate.asked
    assert "review.requested" not in recorder.kinds


async def test_an_edited_text_is_a_new_candidate_scored_on_the_same_samples():
    text = f"{START} a=red b=green c=blue d=black"
    edit = Verdict(
        decision=Decision.EDITED,
        reviewer="Alice",
        comment="all of them",
        content={"namer": {"instructions": text, "examples": []}},
    )
    program, recorder = await run(review=ScriptedGate(lambda proposal: edit), epochs=1)
    decided = recorder.of("review.decided")[0]
    edited = next(e for e in recorder.of("candidate.proposed") if e.operator == "edit")
    assert (decided.verdict, decided.edited, edited.candidate) == ("edited", edited.candidate, edited.candidate)
    assert edited.parents == (decided.candidate,)
    scored = {e.candidate: {r.sample for r in e.results} for e in reversed(recorder.of("candidate.scored"))}
    assert scored[edited.candidate] == scored[decided.candidate]
    assert edited.candidate in members(recorder)
    assert decided.candidate not in members(recorder)
    assert program.get_state()["namer"]["instructions"] == text


async def test_an_edit_that_changes_nothing_is_an_approval():
    def same(proposal):
        return Verdict(decision=Decision.EDITED, content=proposal.content)

    _, recorder = await run(review=ScriptedGate(same), epochs=1)
    decided = recorder.of("review.decided")[0]
    assert decided.edited is None
    assert decided.candidate in members(recorder)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"namer": {"instructions": 3, "examples": []}}, "namer"),
        ({"namer": {"instructions": "New.", "examples": ["b is green"]}}, "each example must be"),
        ({"namer": {"instructions": "New.", "examples": None}}, "must be a list"),
        ({"other": {"instructions": "x"}}, "must hold the variables namer"),
        ({"namer": {"instructions": START, "examples": []}}, "known already"),
    ],
)
async def test_an_edit_that_cannot_be_used_is_told(content, reason):
    edit = Verdict(decision=Decision.EDITED, content=content)
    _, recorder = await run(review=ScriptedGate(lambda proposal: edit), epochs=1)
    failed = [e for e in recorder.of("proposal.failed") if e.operator == "edit"]
    assert reason in failed[0].reason
    assert recorder.of("run.finished")[0].status == "completed"


async def test_the_run_goes_on_while_a_person_thinks_and_waits_at_the_end():
    opened = asyncio.Event()

    async def think(proposal):
        await opened.wait()
        return Decision.APPROVED

    def grow(request):
        return {"thinking": "", "instructions": current_instructions(request) + "!" * (len(proposer.requests))}

    proposer = ScriptedModel(grow)
    optimizer = omega()
    optimizer.language_model = proposer

    class OpenWhenWaiting(Callback):
        def on_event(self, event):
            if isinstance(event, WarningRaised) and event.code == "waiting_for_review":
                opened.set()

    _, recorder = await run(
        make_program(), optimizer, review=ScriptedGate(think), epochs=2, callbacks=[OpenWhenWaiting()]
    )
    kinds = recorder.kinds
    assert len(recorder.of("batch.finished")) == 6
    assert kinds.index("review.decided") > max(i for i, kind in enumerate(kinds) if kind == "epoch.finished")
    assert [e.code for e in recorder.of("warning.raised")] == ["waiting_for_review"]
    assert len(recorder.of("review.decided")) == len(recorder.of("review.requested")) == 6
    assert {event.candidate for event in recorder.of("review.decided")} <= members(recorder)  # told although it is over


async def test_a_gate_that_breaks_ends_the_run():
    def broken(proposal):
        raise ConnectionError("no database")

    with pytest.raises(ConnectionError):
        await run(review=ScriptedGate(broken))


def edit_of(proposal, *, text=f"{START} a=red b=green c=blue d=black"):
    content = {"namer": {"instructions": text, "examples": []}}
    return Verdict(decision=Decision.EDITED, reviewer="Alice", content=content)


async def test_an_approved_edit_is_scored_or_the_log_says_why_not_however_little_is_left():
    won, left_out = set(), set()
    for calls in range(16, 60, 2):
        _, recorder = await run(
            optimizer=omega(search="plain"), review=ScriptedGate(edit_of), epochs=1, budget=Budget(calls=calls)
        )
        edited = {event.edited for event in recorder.of("review.decided")} - {None}
        reasons = [event.reason for event in recorder.of("proposal.failed") if "not scored" in event.reason]
        finished = recorder.of("run.finished")[0]
        assert finished.status == "completed"
        assert (finished.best in edited) == (bool(edited) and not reasons), calls
        if reasons:
            left_out.add(finished.reason)
            assert reasons[0].startswith("the approved edit was not scored, so it cannot win: the budget of")
        elif edited and scored_in_parts(recorder, edited):
            won.add(finished.reason)
    assert won == left_out == {"budget_spent"}


def scored_in_parts(recorder, edited):
    """Whether the budget of the search ended in the middle of an edit, and a later share paid the rest of it."""
    parts = [len(e.results) for e in recorder.of("candidate.scored") if e.candidate in edited and len(e.results) < 8]
    return len(parts) > 1 and parts[0] < 4


async def test_time_that_only_reviewers_take_is_not_the_budgets(monkeypatch):
    """The search is over long before its 60 seconds; the answer comes after an hour by the clock of the meter."""
    decided = asyncio.Event()
    now = 0.0
    monkeypatch.setattr(assembly, "Meter", functools.partial(Meter, clock=lambda: now))

    async def think(proposal):
        await decided.wait()
        return edit_of(proposal)

    def answer_after_an_hour():
        nonlocal now
        now += 3600
        decided.set()

    class SeesThatTheRunWaits(Callback):
        def on_event(self, event):
            if isinstance(event, WarningRaised) and event.code == WAITING_FOR_REVIEW:
                asyncio.get_running_loop().call_soon(answer_after_an_hour)

    _, recorder = await run(
        review=ScriptedGate(think),
        epochs=1,
        batch_size=12,
        budget=Budget(seconds=60),
        callbacks=[SeesThatTheRunWaits()],
    )

    finished = recorder.of("run.finished")[0]
    assert (finished.reason, finished.best) == ("epochs_done", recorder.of("review.decided")[0].edited)
    spend = recorder.of("spend.updated")[-1]
    assert spend.seconds >= 3600  # what the clock shows
    assert spend.left["seconds"] == 60
    assert 3600 <= spend.waited <= spend.seconds
