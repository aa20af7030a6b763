"""The ledger: every question is paid once, whoever asks it and however often."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import pytest

from optimizer_core.events import SampleResult
from optimizer_core.optimizers import RandomFewShot
from optimizer_core.testing import inputs_of
from optimizer_core.training.ledger import Key, Ledger, Outcome
from tests.optimizer_core.training.cases import answer, make_program, omega, run, words

KEY = Key("candidate", "validation-0")
OUTCOME = Outcome(result=SampleResult(sample="validation-0", reward=1.0))


def counted(delay=0.0, error=None):
    calls = []

    async def evaluate():
        calls.append(1)
        await asyncio.sleep(delay)
        if error:
            raise error
        return OUTCOME

    return evaluate, calls


async def test_a_known_answer_is_free():
    ledger, (evaluate, calls) = Ledger(), counted()
    assert await ledger.ask(KEY, evaluate) is OUTCOME
    assert await ledger.ask(KEY, evaluate) is OUTCOME
    assert (len(calls), ledger.known(KEY)) == (1, OUTCOME)


async def test_repeats_are_apart():
    ledger, (evaluate, calls) = Ledger(), counted()
    await ledger.ask(KEY, evaluate)
    await ledger.ask(KEY._replace(repeat=1), evaluate)
    assert len(calls) == 2


async def test_concurrent_identical_questions_share_one_evaluation():
    ledger, (evaluate, calls) = Ledger(), counted(0.01)
    answers = await asyncio.gather(*(ledger.ask(KEY, evaluate) for _ in range(5)))
    assert (answers, len(calls)) == ([OUTCOME] * 5, 1)


async def test_an_error_reaches_everyone_but_is_not_remembered():
    ledger, (broken, _) = Ledger(), counted(0.01, ValueError("no"))
    found = await asyncio.gather(*(ledger.ask(KEY, broken) for _ in range(3)), return_exceptions=True)
    assert [str(error) for error in found] == ["no"] * 3
    assert await ledger.ask(KEY, counted()[0]) is OUTCOME


async def test_whoever_waits_takes_over_from_one_who_is_cancelled():
    ledger, (evaluate, calls) = Ledger(), counted(0.01)
    first = asyncio.ensure_future(ledger.ask(KEY, evaluate))
    await asyncio.sleep(0)
    second = asyncio.ensure_future(ledger.ask(KEY, evaluate))
    await asyncio.sleep(0)
    first.cancel()
    assert await second is OUTCOME
    assert len(calls) == 2
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_no_run_asks_the_program_the_same_twice():
    program = make_program()
    await run(program, omega(selection="best"), epochs=5, test_data=None)
    asked = [
        (request.messages[0]["content"], len(request.messages), inputs_of(request)["word"])
        for request in program.root_module.language_model.requests
    ]
    assert len(asked) == len(set(asked))


async def test_f59_rewards_belong_to_their_sample_whatever_answers_first():
    async def slow_first(request):
        await asyncio.sleep(0.02 if inputs_of(request)["word"].startswith("a") else 0.0)
        return answer(request)

    seed = "Name the colour of {{word}}. b=green"
    _, recorder = await run(make_program(slow_first, seed_instructions=[seed]), epochs=2)
    results = [r for e in recorder.of("candidate.scored") for r in e.results if r.sample.startswith("train")]
    letters = {f"train-{i}": "abcd"[i % 4] for i in range(12)}
    known = {"unknown", "red", "green", "blue", "black"}
    assert results
    assert all(r.output["colour"] in known for r in results)
    assert all(letters[r.sample] == "b" for r in results if r.output["colour"] == "green")
    assert all((r.reward == 1.0) == (r.output["colour"] != "unknown") for r in results)


async def test_f27_examples_are_this_epochs_own_predictions():
    _, recorder = await run(optimizer=RandomFewShot(nb_min_examples=3), epochs=4, batch_size=3)
    words_by_sample = {f"train-{i}": word.word for i, word in enumerate(words(12)[0])}
    answered: dict[str, set[str]] = {}
    shown = 0
    for event in recorder.events:
        if event.kind == "epoch.started":
            answered.clear()
        if event.kind == "candidate.scored" and event.split == "train":
            for result in event.results:
                answered.setdefault(words_by_sample[result.sample], set()).add(result.output["colour"])
        if event.kind == "candidate.proposed" and event.operator == "few_shot" and event.epoch == 0:
            for example in event.content["namer"]["examples"]:
                shown += 1
                assert example["outputs"]["colour"] in answered[example["inputs"]["word"]]
    assert shown == 3 * 4


async def test_f27_the_pool_begins_anew_with_each_epoch():
    class Look(RandomFewShot):
        sizes: ClassVar[list[int]] = []

        def plan(self, situation):
            self.sizes.append(len(situation.pool.of("namer")))
            return super().plan(situation)

    await run(optimizer=Look(), epochs=2, batch_size=3)
    assert Look.sizes == [3, 6, 9, 12] * 2
