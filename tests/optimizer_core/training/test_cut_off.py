"""Runs that are cut off anywhere, with all that they paid, and go on from any state: they end as if nothing had been.

What was paid after the state is in the journal, which says so. So the meter of such a run knows of more calls than its
path has come to.
"""

from __future__ import annotations

import json

import pytest

import optimizer_core as oc
from optimizer_core.json_values import fields_to_json
from optimizer_core.optimizers import RandomFewShot
from tests.optimizer_core.training.cases import add_a_rule, answer, make_program, omega, run, words
from tests.optimizer_core.training.racing.cases import race, racer
from tests.optimizer_core.training.test_journal import Crash, Mortal
from tests.optimizer_core.training.test_reproducible import Keep, path, varied

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


def steps(events):
    """The path that was taken, without what was told of money spent."""
    return [told for told in path(type("R", (), {"events": events})) if "budget_" not in told[1]]


class KeepUntilDeath(Keep):
    """Keeps states as long as the process lives whose journal this is."""

    def __init__(self, journal):
        super().__init__()
        self._journal = journal

    async def save(self, state):
        if self._journal.is_dead:
            raise Crash
        return await super().save(state)


class Whole:
    """A run that nothing happens to, with its states."""

    def __init__(self, of, budget, states, program, told):
        self.of, self.budget, self.states, self.program, self.told = of, budget, states, program, told
        self.calls = told.of("spend.updated")[-1].calls

    @property
    def saved_at(self):
        return [place for place, event in enumerate(self.told.events) if event.kind == "checkpoint.saved"]


async def left_in_peace(of, budget):
    kept, journal = Keep(), Mortal({}, lives=10**6)
    program, told = await of(budget=budget, journal=journal, checkpoints=kept)
    return Whole(of, budget, kept.states, program, told)


async def check_cut_off(whole, *, after, state):
    """Cut a run off after some answers, and let it go on from a state: its number, or None for the spend alone."""
    journal = Mortal({}, lives=after)
    kept = KeepUntilDeath(journal)
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
