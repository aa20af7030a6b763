"""Data that do not fit the program: said before any call, not paid for to the end."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer_core import rewards
from optimizer_core.errors import ConfigurationError
from optimizer_core.modules.base import Module
from optimizer_core.program import Program
from optimizer_core.testing import RecordingCallback
from tests.optimizer_core.training.cases import make_program, omega, run, words


def other_names(number: int) -> tuple[list[Any], list[Any]]:
    return [{"Word": word.word} for word in words(number)[0]], words(number)[1]


async def refused(match: str, *, reward: Any = "exact_match", y: Any = None, **fit: Any) -> None:
    """Fit, and expect that nothing was asked."""
    program = make_program()
    program.compile(optimizer=omega(), reward=reward)
    recorder = RecordingCallback()
    with pytest.raises(ConfigurationError, match=match):
        await program.fit(words(12)[0], y or words(12)[1], callbacks=[recorder], **fit)
    assert recorder.events == []
    assert program.root_module.language_model.requests == []


@pytest.mark.parametrize("split", ["validation", "test"])
async def test_a_split_of_which_no_row_fits_the_inputs_is_refused(split):
    await refused(
        f"no {split} row fits the program, .*: x of {split}-0: Word: there is no such field; the fields are word",
        **{f"{split}_data": other_names(8)},
    )


async def test_D15_targets_without_a_field_that_is_compared_are_refused():
    named_otherwise = [{"Colour": colour.colour} for colour in words(12)[1]]
    match = "no train row fits .*: y of train-0: the reward 'exact_match' compares colour, but the target has Colour"

    await refused(match, y=named_otherwise)
    await refused(match, y=named_otherwise, reward=rewards.ExactMatch(in_mask=["colour"]))


async def test_some_rows_that_do_not_fit_are_counted_in_one_warning():
    (more, colours), (odd, odd_colours) = words(8), other_names(2)
    fitting, fitting_colours = words(4)

    _, recorder = await run(
        validation_data=([*more, *odd], [*colours, *odd_colours]),
        test_data=([*fitting, odd[0]], [*fitting_colours, odd_colours[0]]),
    )

    (warning,) = recorder.of("warning.raised")
    assert warning.code == "unfit_rows"
    assert warning.message.startswith("2 of 10 validation rows, 1 of 5 test rows do not fit the program and score 0;")
    assert "x of validation-8: Word: there is no such field" in warning.message
    kinds = [event.kind for event in recorder.events]
    assert kinds.index("run.started") < kinds.index("warning.raised") < kinds.index("candidate.proposed")


async def test_rows_that_fit_raise_no_warning():
    _, recorder = await run(test_data=words(4))

    assert recorder.of("warning.raised") == []


async def test_an_evaluation_of_rows_that_fit_nothing_is_refused():
    program = make_program()
    program.compile(reward="exact_match")

    with pytest.raises(ConfigurationError, match=r"no evaluate row fits the program, .*: x of evaluate-0: Word"):
        await program.evaluate(*other_names(3))


class Constant(Module):
    """A module of one's own, which does not say what it reads."""

    async def call(self, inputs, rollout):
        return {"colour": "red"}


async def test_a_program_that_does_not_say_what_it_reads_takes_any_row():
    program = Program(Constant())
    program.compile(reward="exact_match")

    assert (await program.evaluate(*other_names(4)))["reward"] == 0.25
