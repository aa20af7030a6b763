"""The checks together look only at what a proposal has changed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample
from optimizer_core.data.schema import Schema
from optimizer_core.data.variable import TrainableVariable
from optimizer_core.inspection.flag import FlagKind
from optimizer_core.inspection.inspector import Surroundings, inspect

READS = Schema.of({"type": "object", "properties": {"ticket": {"type": "string"}}})
ANSWERS = Schema.of({"type": "object", "properties": {"desk": {"enum": ["billing", "technical"]}}})
ROW = Sample(id="train-0", inputs={"ticket": "The red lamp on my second router blinks since last Monday evening"})
START = "Sort {{ticket}} by desk: billing or technical."


def variable(name):
    fields = Schema.of({"type": "object", "properties": {"instructions": {"type": "string"}}})
    return TrainableVariable(name=name, schema=fields, value={"instructions": START}, example_schemas=(READS, ANSWERS))


def candidate(first, second=START, examples=()):
    content = {
        "first": {"instructions": first, "examples": list(examples)},
        "second": {"instructions": second, "examples": []},
    }
    return Candidate(content=content, operator="mutation")


PARENT = candidate(START)
AROUND = Surroundings(
    variables=[variable("first"), variable("second")], parents=[PARENT], known=[PARENT], shown=[ROW], rows=[ROW]
)


def test_everything_wrong_at_once_is_told_each_with_its_variable():
    new = f"Answer one of billing, technical or refunds, as XML. {ROW.inputs['ticket']}. " + "More. " * 900
    flags = inspect(candidate(new), AROUND)
    assert [flag.kind for flag in flags] == [
        FlagKind.PLACEHOLDER_LOST,
        FlagKind.TRAINING_TEXT_COPIED,
        FlagKind.FORMAT_DRIFTED,
        FlagKind.FORMAT_DRIFTED,
        FlagKind.LENGTH_GROWN,
    ]
    assert {flag.evidence["variable"] for flag in flags} == {"first"}


def test_examples_carry_rows_on_purpose():
    rows = [{"inputs": ROW.inputs, "outputs": {"desk": "technical"}}]
    assert not inspect(candidate(START, examples=rows), AROUND)


def test_a_start_is_not_compared_with_anything():
    assert not inspect(candidate("anything"), replace(AROUND, parents=[]))


@given(st.text(max_size=400))
def test_whatever_a_model_writes_it_is_looked_at_without_an_error_and_twice_alike(new):
    proposal = candidate(new)
    assert inspect(proposal, AROUND) == inspect(proposal, AROUND)
