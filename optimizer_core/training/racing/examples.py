"""What could become an example of a variable, and which training samples the examples of a child come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample
from optimizer_core.data.variable import EXAMPLES, TrainableVariable
from optimizer_core.json_values import JsonObject
from optimizer_core.operators.evidence import RIGHT
from optimizer_core.training.measuring import Answered


def as_examples(variable: TrainableVariable, rows: Iterable[Sample]) -> list[JsonObject]:
    """Return the rows that can be examples of a variable as they are."""
    return [
        {"inputs": row.inputs, "outputs": row.target}
        for row in rows
        if row.target is not None and variable.takes_as_example(row.inputs, row.target)
    ]


def offered(variable: TrainableVariable, rows: Iterable[Sample], shown: Sequence[Answered]) -> list[JsonObject]:
    """Return what could become an example of a variable: rows where they fit, else what its module answered well."""
    return as_examples(variable, rows) or [
        {"inputs": prediction.inputs, "outputs": prediction.outputs}
        for _, answered in shown
        if answered.result.reward >= RIGHT
        for prediction in answered.trace
        if prediction.variable == variable.name
    ]


def taken_from(child: Candidate, parent: Candidate, rows: Iterable[Sample]) -> tuple[str, ...]:
    """Return the ids of the rows that became examples of the child; those its parent had already are left out."""
    had = parent.content[child.variable][EXAMPLES]
    new = [example["inputs"] for example in child.content[child.variable][EXAMPLES] if example not in had]
    return tuple(dict.fromkeys(row.id for row in rows if row.inputs in new))
