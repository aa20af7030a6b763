"""A reward that fails: one sample is worth nothing, but a reward that never judges ends the run."""

from __future__ import annotations

import pytest

from optimizer_core.errors import RewardError
from optimizer_core.testing import RecordingCallback
from tests.optimizer_core.training.cases import make_program, omega, words


def judge_of(*, fails_on: str):
    """A reward that raises on samples whose word begins with one of these letters."""

    def judged(y_true, y_pred, inputs):
        if inputs["word"][0] in fails_on:
            raise KeyError("no such colour")
        return float(y_true == y_pred)

    return judged


async def fit(fails_on: str) -> RecordingCallback:
    program = make_program()
    program.compile(optimizer=omega(), reward=judge_of(fails_on=fails_on))
    recorder = RecordingCallback()
    await program.fit(*words(12), validation_data=words(8, start=100), batch_size=4, callbacks=[recorder])
    return recorder


async def test_a_reward_that_fails_on_some_samples_makes_them_worth_nothing():
    recorder = await fit("b")

    assert recorder.of("run.finished")[0].status == "completed"
    results = [result for scored in recorder.of("candidate.scored") for result in scored.results]
    failed = [result for result in results if result.error]
    assert failed
    assert {result.reward for result in failed} == {0.0}
    assert all("failed: KeyError: 'no such colour'" in result.error for result in failed)
    assert all(result.output is not None for result in failed)
    baseline = recorder.of("candidate.scored")[0]
    assert sum(1 for result in baseline.results if result.error) == 2  # of 8, whose letters take turns


async def test_a_reward_that_fails_on_every_validation_sample_ends_the_run():
    program = make_program()
    program.compile(optimizer=omega(), reward=judge_of(fails_on="abcd"))
    recorder = RecordingCallback()

    with pytest.raises(RewardError, match=r"every one of 8 samples.*KeyError: 'no such colour'"):
        await program.fit(*words(12), validation_data=words(8, start=100), callbacks=[recorder])

    assert recorder.of("run.finished")[0].status == "failed"
    assert len(recorder.of("candidate.proposed")) == 1


async def test_an_evaluation_in_which_the_reward_always_fails_is_no_evaluation():
    program = make_program()
    program.compile(optimizer=omega(), reward=judge_of(fails_on="abcd"))

    with pytest.raises(RewardError, match="every one of 4 samples"):
        await program.evaluate(*words(4))
