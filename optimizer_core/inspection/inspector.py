"""All checks together, on whatever a proposal has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample
from optimizer_core.data.variable import TrainableVariable
from optimizer_core.inspection.copying import copied_rows
from optimizer_core.inspection.duplicates import near_duplicate
from optimizer_core.inspection.flag import Flag
from optimizer_core.inspection.growth import grown_length
from optimizer_core.inspection.labels import drifted_labels, labels_of
from optimizer_core.inspection.placeholders import lost_placeholders
from optimizer_core.inspection.shape import drifted_shape
from optimizer_core.inspection.texts import prose


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a candidate is compared with."""

    variables: Sequence[TrainableVariable]
    parents: Sequence[Candidate]  # the first is the one that was changed
    known: Sequence[Candidate] = ()  # whom it may be nearly the same as
    shown: Sequence[Sample] = ()  # training rows that whoever proposed it has seen
    rows: Sequence[Sample] = ()  # all training rows


def inspect(candidate: Candidate, around: Surroundings) -> tuple[Flag, ...]:
    """Return everything that was found, the worst first; nothing for a candidate without a parent."""
    if not around.parents:
        return ()
    flags: list[Flag] = []
    labels: list[str] = []
    for variable in around.variables:
        _, answers = variable.example_schemas or (None, None)
        labels += [label for known in labels_of(answers).values() for label in known]
        flags += _in_variable(candidate, variable, around)
    return (*flags, *near_duplicate(candidate, around.known, labels=labels))


def _in_variable(candidate: Candidate, variable: TrainableVariable, around: Surroundings) -> list[Flag]:
    content = candidate.content[variable.name]
    parents = [parent.content[variable.name] for parent in around.parents if variable.name in parent.content]
    if not parents or prose(content) == prose(parents[0]):
        return []
    reads, answers = variable.example_schemas or (None, None)
    inputs = tuple(reads.shared["properties"]) if reads else ()
    outputs = tuple(answers.shared["properties"]) if answers else ()
    flags = [
        *lost_placeholders(content, parents[0], inputs=inputs, outputs=outputs),
        *copied_rows(content, parents, around.shown, around.rows),
        *drifted_labels(content, parents[0], labels_of(answers)),
        *drifted_shape(content, parents[0], outputs=answers, inputs=inputs),
        *grown_length(content, parents),
    ]
    return [replace(flag, evidence={"variable": variable.name, **flag.evidence}) for flag in flags]
