"""Rows that hold what JSON does not know, or what cannot be stored."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import optimizer_core as oc
from optimizer_core.data.dataset import make_samples
from optimizer_core.errors import ConfigurationError
from optimizer_core.testing import RecordingCallback
from tests.optimizer_core.training.cases import make_program, omega, words


class Anything(oc.DataModel):
    value: Any


def sample_of(row: object) -> Any:
    (sample,) = make_samples([row], None, split="train")
    return sample.inputs


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("caf\ud83d", "caf\ufffd"),
        ("a\x00b", "ab"),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.float32(0.5), 0.5),
        (("a", np.int64(1)), ["a", 1]),
        ({"deep": [np.int64(1)]}, {"deep": [1]}),
    ],
)
def test_texts_become_storable_and_scalars_of_numpy_numbers(given, plain):
    found = sample_of({"value": given})

    assert found == {"value": plain}
    assert type(found["value"]) is type(plain)


def test_a_row_that_is_json_already_is_not_kept_twice():
    row = {"text": "Zürich 🙂", "items": [1, None, {"a": 0.5}]}

    assert sample_of(row) is row


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"n": float("nan")}, "field n: nan is no JSON value; make it a text"),
        ({"a": {"b": [1, object()]}}, r"field a\.b\[1\]: object is no JSON value"),
        ({"n": np.datetime64("2026-11-28")}, "field n: datetime64 is no JSON value"),
        ({"a": {1: 2}}, "field a: the key 1 is no text"),
        (Anything(value=np.int64(3)), "numpy.int64"),
        (Anything(value="x").__class__, "must be a DataModel or a JSON object, got"),
    ],
)
def test_what_json_does_not_know_is_refused_by_row_and_field(row, problem):
    with pytest.raises(ConfigurationError, match=f"^train row 2: .*{problem}"):
        make_samples([{"n": 0}, {"n": 1}, row], None, split="train")
    with pytest.raises(ConfigurationError, match=f"^y of train row 0: .*{problem}"):
        make_samples([{"n": 0}], [row], split="train")


async def test_half_a_surrogate_pair_in_a_row_ends_no_run():
    x, y = words(12)
    program = make_program()
    program.compile(optimizer=omega(), reward="exact_match")
    recorder = RecordingCallback()

    await program.fit(
        [*x, {"word": "a\ud83d"}],
        [*y, {"colour": "caf\ud83d"}],
        validation_data=([*x, {"word": "a\ud83d"}], [*y, {"colour": "caf\ud83d"}]),
        callbacks=[recorder],
    )

    assert recorder.of("run.finished")[0].status == "completed"
