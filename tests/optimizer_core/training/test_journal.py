"""Runs with a journal: what was answered before is not asked, paid or counted again."""

from __future__ import annotations

import json

import pytest

import optimizer_core as oc
from optimizer_core.errors import BudgetExhausted, ModelUnavailable
from optimizer_core.models.journal import MemoryJournal, journalling
from optimizer_core.testing import HashEmbedding, ScriptedModel
from tests.optimizer_core.training.cases import add_a_rule, answer, make_program, run
from tests.optimizer_core.training.racing.cases import race, racer
from tests.optimizer_core.training.test_reproducible import Keep, path, varied

WIDE = {"proposals_in_flight": 4, "algorithm": "dns-rank", "population_size": 4}


class Crash(Exception):
    """The process is gone."""


class Mortal(MemoryJournal):
    """A journal whose process dies after some calls; what came with one call is kept together."""

    def __init__(self, entries, *, lives):
        super().__init__()
        self.entries.update(entries)
        self._lives = lives

    @property
    def is_dead(self):
        return self._lives < 0

    async def add(self, key, entry):
        if not self.is_dead:
            self._lives -= entry.usage.calls
        if self.is_dead:
            raise Crash
        await super().add(key, entry)


async def test_the_same_run_again_asks_nothing_and_ends_the_same():
    journal = MemoryJournal()
    first, told = await run(journal=journal)
    task, proposer, embedding = ScriptedModel(answer), ScriptedModel(add_a_rule), HashEmbedding()
    optimizer = oc.optimizers.OMEGA(language_model=proposer, embedding_model=embedding, search="plain")

    again, retold = await run(make_program(language_model=task), optimizer, journal=journal)

    assert task.requests == proposer.requests == []
    assert embedding.embedded == []
    assert again.get_state() == first.get_state()
    assert path(retold) == path(told)
    spent = retold.of("spend.updated")[-1]
    assert (spent.calls, spent.replayed) == (0, len(journal.entries))


async def test_every_call_of_every_role_is_in_the_journal_with_what_it_took():
    journal = MemoryJournal()
    _, told = await run(journal=journal)
    spent = told.of("spend.updated")[-1]
    assert {entry.role for entry in journal.entries.values()} == {"task", "proposer", "embedding"}
    assert sum(entry.usage.calls for entry in journal.entries.values()) == spent.calls
    assert sum(entry.usage.tokens for entry in journal.entries.values()) == spent.tokens
    one = next(entry for entry in journal.entries.values() if entry.role == "task")
    assert one.request["messages"][-1]["role"] == "user"
    assert json.loads(one.answer["text"])["colour"]


async def test_each_result_names_the_questions_it_came_from():
    journal = MemoryJournal()
    judge = ScriptedModel(lambda request: {"reasoning": "r", "score": 1.0, "feedback": "f"})
    program = make_program()
    program.compile(optimizer="random_few_shot", reward=oc.rewards.LMAsJudge(language_model=judge))
    _, told = await run(program, journal=journal, epochs=1)
    results = [result for event in told.of("candidate.scored") for result in event.results]
    assert results
    for result in results:
        assert [journal.entries[key].role for key in result.questions] == ["task", "judge"]


async def test_without_a_journal_results_name_no_questions():
    _, told = await run(epochs=1)
    assert {result.questions for event in told.of("candidate.scored") for result in event.results} == {()}


@pytest.mark.parametrize("lives", [0, 3, 20, 40, 77, 120])
async def test_a_race_that_dies_anywhere_ends_as_if_it_had_not_and_asks_nothing_that_was_answered(lives):
    once = MemoryJournal()
    whole_program, whole = await race(optimizer=racer(varied, **WIDE), journal=once)
    journal, kept = Mortal({}, lives=lives), Keep()
    with pytest.raises(Crash):
        await race(optimizer=racer(varied, **WIDE), journal=journal, checkpoints=kept)
    answered, state = dict(journal.entries), json.loads(kept.states[-1]) if kept.states else None
    rest, task = Mortal(answered, lives=10**6), ScriptedModel(answer)

    program, told = await race(
        make_program(language_model=task), racer(varied, **WIDE), journal=rest, resume_from=state
    )

    assert program.get_state() == whole_program.get_state()
    assert path(told)[1:] == path(whole)[-len(path(told)) + 1 :]
    assert rest.entries.keys() == once.entries.keys()
    fresh = [entry for key, entry in rest.entries.items() if key not in answered and entry.role == "task"]
    assert len(task.requests) == len(fresh)


async def test_an_interrupted_beginning_holds_the_same_back():
    budget = oc.Budget(calls=400)
    _, whole = await race(optimizer=racer(varied), journal=MemoryJournal(), budget=budget, epochs=None)
    journal = Mortal({}, lives=10)
    with pytest.raises(Crash):
        await race(optimizer=racer(varied), journal=journal, budget=budget, epochs=None)
    paid = {"task": {"calls": 10, "prompt_tokens": 0, "completion_tokens": 0, "cost": 0.0}}
    _, again = await race(
        optimizer=racer(varied),
        journal=Mortal(journal.entries, lives=10**6),
        budget=budget,
        epochs=None,
        resume_from={"spend": {"by_role": paid, "elapsed": 0.0}},
    )
    assert path(again) == path(whole)
    assert again.of("spend.updated")[-1].calls == whole.of("spend.updated")[-1].calls


async def test_a_failure_is_no_answer_and_is_asked_again():
    journal = MemoryJournal()
    model = ScriptedModel([ModelUnavailable("down"), {"label": "a"}])
    with journalling(journal):
        with pytest.raises(ModelUnavailable):
            await model.generate([{"role": "user", "content": "?"}], meter=oc.Meter())
        assert journal.entries == {}
        answered = await model.generate([{"role": "user", "content": "?"}], meter=oc.Meter())
    assert (answered.cached, len(journal.entries)) == (False, 1)


async def test_a_spent_budget_still_answers_from_the_journal():
    journal, question = MemoryJournal(), [{"role": "user", "content": "?"}]
    model, meter = ScriptedModel(["yes"]), oc.Meter(oc.Budget(calls=1))
    with journalling(journal):
        await model.generate(question, meter=meter)
    with journalling(journal):
        assert (await model.generate(question, meter=meter)).value == {"content": "yes"}
        with pytest.raises(BudgetExhausted):
            await model.generate(question, meter=meter, repeat=1)
    assert (meter.total.calls, meter.replayed, meter.path.calls) == (1, 1, 2)
