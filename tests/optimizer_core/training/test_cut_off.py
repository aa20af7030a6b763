"""Runs that are cut off anywhere, with all that they paid, and go on from any state: they end as if nothing had been.

What was paid after the state is in the journal, which says so. So the meter of such a run knows of more calls than its
path has come to.
"""

from __future__ import annotations

import json

import pytest

import optimizer_core as oc
from optimizer_core.json_values import content_hash, fields_to_json
from optimizer_core.optimizers import RandomFewShot
from optimizer_core.steering import FinishRequested, RequestList
from optimizer_core.testing import ScriptedModel
from tests.optimizer_core.training.cases import add_a_rule, answer, make_program, omega, run, words
from tests.optimizer_core.training.racing.cases import race, racer
from tests.optimizer_core.training.test_journal import Crash, Mortal
from tests.optimizer_core.training.test_reproducible import Keep, path, varied
from tests.optimizer_core.training.test_steering import AskAt
from tests.optimizer_core.training.test_whole_runs import two_steps

TEST = {"test_data": words(12, start=200)}


def wide(**fit):
    return race(optimizer=racer(varied, proposals_in_flight=4, population_size=4), epochs=None, **TEST, **fit)


def one_by_one(**fit):
    return race(optimizer=racer(varied), epochs=None, **TEST, **fit)


def plain(**fit):
    optimizer = omega(varied, algorithm="dns-rank", population_size=3, merging_rate=0.5)
    return run(make_program(), optimizer, epochs=None, batch_size=3, **TEST, **fit)


def few_shot(**fit):
    return run(make_program(answer), RandomFewShot(), epochs=None, batch_size=3, **TEST, **fit)


def every_row_shown(**fit):
    """A plain search that soon has nothing left to try."""
    optimizer = RandomFewShot(nb_max_examples=1)
    return run(make_program(answer), optimizer, epochs=None, batch_size=6, **TEST, **fit)


def every_rule_found(**fit):
    """A race that soon has nothing left to try."""
    return race(optimizer=racer(add_a_rule, proposals_in_flight=3), epochs=None, **TEST, **fit)


def two_modules(**fit):
    """A race of a program whose first question is often the same as another candidate's, and then costs nothing."""
    optimizer = racer(marked, proposals_in_flight=4, population_size=4, algorithm="dns-rank")
    return race(two_steps(), optimizer, epochs=None, **TEST, **fit)


def two_modules_in_turn(**fit):
    """The same with one proposal after the other."""
    return race(two_steps(), racer(marked, algorithm="dns-rank", population_size=4), epochs=None, **TEST, **fit)


def marked(request):
    """Rules that depend on every word of the prompt, for whichever instruction it is."""
    mark = content_hash(request.messages, length=6)
    return {"thinking": "", "instructions": f"{'abcd'[int(mark, 16) % 4]}: a=red b=green c=blue d=black {mark}"}


def steps(events):
    """The path that was taken, without what was told of money spent."""
    return [told for told in path(type("R", (), {"events": events})) if "budget_" not in told[1]]


class KeepUntilDeath(Keep):
    """Keeps states, or every so many of them, as long as the process lives whose journal this is."""

    def __init__(self, journal, every=1):
        super().__init__()
        self._journal, self._every, self._asked = journal, every, 0

    def is_due(self):
        self._asked += 1
        return self._asked % self._every == 0

    async def save(self, state):
        if self._journal.is_dead:
            raise Crash
        return await super().save(state)


class Whole:
    """A run that nothing happens to, with its states."""

    def __init__(self, of, budget, every, states, program, told):
        self.of, self.budget, self.every, self.states, self.program, self.told = (
            of,
            budget,
            every,
            states,
            program,
            told,
        )
        self.calls = told.of("spend.updated")[-1].calls

    @property
    def saved_at(self):
        return [place for place, event in enumerate(self.told.events) if event.kind == "checkpoint.saved"]


async def left_in_peace(of, budget, every=1):
    journal = Mortal({}, lives=10**6)
    kept = KeepUntilDeath(journal, every)
    program, told = await of(budget=budget, journal=journal, checkpoints=kept)
    return Whole(of, budget, every, kept.states, program, told)


async def check_cut_off(whole, *, after, state):
    """Cut a run off after some answers, and let it go on from a state: its number, or None for the spend alone."""
    journal = Mortal({}, lives=after)
    kept = KeepUntilDeath(journal, whole.every)
    with pytest.raises(Crash):
        await whole.of(budget=whole.budget, journal=journal, checkpoints=kept)
    paid = {role.value: fields_to_json(used) for role, used in journal.paid(0).items()}
    saved, told_before = {"spend": {"by_role": paid, "elapsed": 0.0}}, []
    if state is not None and kept.states:
        number = min(state, len(kept.states) - 1)
        saved = json.loads(kept.states[number])
        told_before = whole.told.events[: whole.saved_at[number]]

    program, told = await whole.of(
        budget=whole.budget, journal=Mortal(journal.entries, lives=10**6), checkpoints=Keep(), resume_from=saved
    )

    resumed = steps(told.events)[1:] if told_before else steps(told.events)
    assert steps(told_before) + resumed == steps(whole.told.events)
    assert program.get_state() == whole.program.get_state()
    spent, usual = told.of("spend.updated")[-1], whole.told.of("spend.updated")[-1]
    assert spent.calls == usual.calls <= whole.budget.calls


@pytest.mark.parametrize("of", [wide, one_by_one, plain, few_shot])
async def test_it_ends_as_it_would_have(of):
    whole = await left_in_peace(of, oc.Budget(calls=275))
    assert whole.told.of("run.finished")[0].reason == "budget_spent"
    for after in (20, whole.calls // 2, whole.calls - 40, whole.calls - 9, whole.calls - 1):
        for state in (None, 0, len(whole.states) // 2, 10**6):
            await check_cut_off(whole, after=after, state=state)


@pytest.mark.parametrize("of", [every_row_shown, every_rule_found])
async def test_so_does_a_search_that_has_nothing_left_to_try(of):
    whole = await left_in_peace(of, oc.Budget(calls=10_000))
    assert whole.told.of("run.finished")[0].reason == "epochs_done"
    for after in (whole.calls - 40, whole.calls - 1):
        for state in (None, 10**6):
            await check_cut_off(whole, after=after, state=state)


@pytest.mark.parametrize("of", [two_modules, plain, few_shot])
async def test_the_newest_state_leads_to_the_same_end_from_wherever_it_is_cut_off(of):
    whole = await left_in_peace(of, oc.Budget(calls=400))
    assert whole.told.of("run.finished")[0].reason == "budget_spent"
    for after in range(whole.calls - 31, whole.calls, 3):
        await check_cut_off(whole, after=after, state=10**6)


async def test_what_the_path_came_to_is_kept_with_a_state_and_counted_on_from_there():
    whole = await left_in_peace(two_modules_in_turn, oc.Budget(calls=400))
    assert json.loads(whole.states[-1])["racing"]["cost"] > whole.calls  # reckoned more than it was
    for after in range(whole.calls - 100, whole.calls - 20, 20):
        await check_cut_off(whole, after=after, state=0)


async def test_a_race_keeps_a_state_when_its_last_proposal_has_landed_also_where_none_is_due():
    whole = await left_in_peace(two_modules, oc.Budget(calls=600), every=10)
    states = [json.loads(state) for state in whole.states]
    settled = next(state for state in states if not state["racing"]["drafted"])
    assert 0 < states.index(settled) < len(states) - 2
    assert (settled["epoch"] * 3 + settled["batch"] + 1) % 10 != 0
    assert settled["path"] < settled["racing"]["cost"]


async def test_failed_attempts_of_every_part_count():
    tried, made = [], []

    def fails_once(request):
        question = content_hash(request.messages)
        made.append(question)
        if int(question, 16) % 5 == 0 and question not in tried:
            tried.append(question)
            raise oc.errors.ModelUnavailable("try again")
        return answer(request)

    def some(**fit):
        program = make_program(language_model=ScriptedModel(fails_once, retry=9))
        return race(program, racer(varied), epochs=None, budget=oc.Budget(calls=275), concurrency=1, **fit)

    journal, state = Mortal({}, lives=10**6), None
    for lives in (90, 30, 30):
        journal = Mortal(journal.entries, lives=lives)
        kept = KeepUntilDeath(journal)
        with pytest.raises(Crash):
            await some(journal=journal, checkpoints=kept, resume_from=state)
        state = json.loads(kept.states[-1])
    _, told = await some(journal=Mortal(journal.entries, lives=10**6), resume_from=state)
    spent = told.of("spend.updated")[-1]
    assert len(tried) > 20
    # Each death took with it an answer that was paid, and what failed since the state.
    assert len(made) - 3 * 3 <= spent.by_role["task"]["calls"] <= len(made)


async def test_a_run_that_was_asked_to_finish_searches_no_more_after_a_kill():
    stop = RequestList()
    journal = Mortal({}, lives=10**6)
    kept = KeepUntilDeath(journal)
    finish = AskAt(stop, "epoch.finished", lambda event: FinishRequested(reference="f", author="Eve"), nth=2)
    _, whole = await one_by_one(
        budget=oc.Budget(calls=400), journal=journal, checkpoints=kept, steering=stop, callbacks=[finish]
    )
    assert whole.of("run.finished")[0].reason == "finish_requested"
    state = json.loads(kept.states[-1])
    _, rest = await one_by_one(budget=oc.Budget(calls=400), journal=journal, resume_from=state, steering=stop)
    assert rest.of("run.finished")[0].reason == "finish_requested"
    assert rest.of("candidate.proposed") == []
    assert rest.of("spend.updated")[-1].calls == whole.of("spend.updated")[-1].calls


async def test_what_an_older_run_paid_is_not_its_spend():
    older, kept = Mortal({}, lives=10**6), Keep()
    await few_shot(budget=oc.Budget(calls=100), journal=older)
    journal = Mortal(older.entries, lives=50)
    with pytest.raises(Crash):
        await one_by_one(budget=oc.Budget(calls=275), journal=journal, checkpoints=kept)
    rest = Mortal(journal.entries, lives=10**6)
    _, told = await one_by_one(budget=oc.Budget(calls=275), journal=rest, resume_from=json.loads(kept.states[-1]))
    paid = sum(used.calls for used in rest.paid(len(older)).values())
    assert told.of("spend.updated")[-1].calls == paid > 200
