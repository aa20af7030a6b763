"""What pages about a candidate show of it: its text or a difference, and its samples beside another candidate's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator

from omegaweb.programs.placeholders import placeholder, unknown_in
from omegaweb.runs.comparison import (
    ALL,
    Comparison,
    Filter,
    Sample,
    compare,
    evaluated_splits,
    samples_of,
)
from omegaweb.runs.diffs import EXAMPLES, ContentDiff, diff_contents
from omegaweb.runs.lineage import lineage_of
from omegaweb.runs.models import Candidate
from omegaweb.runs.values import Value, shown_values

TEXT, START = "text", "start"
INLINE, SIDE = "inline", "side"
SAMPLES_ON_A_PAGE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One trainable variable as a candidate holds it."""

    name: str
    fields: list[Value]
    columns: list[str]  # of the table of examples
    examples: list[list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way to look at the content: the text itself, or its difference to an older candidate."""

    name: str  # "text", "start", or the number of a parent
    label: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The region that shows what a candidate says."""

    views: list[View]
    layout: str
    older: Candidate | None  # None: the text itself is shown
    diff: ContentDiff | None
    variables: list[Variable]
    unknown: list[str]  # placeholders in its text that name no input field

    @property
    def several(self) -> bool:
        return len(self.variables) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The region that shows what a candidate did, sample by sample."""

    splits: dict[str, int]
    split: str
    references: list[View]
    reference: Candidate | None
    comparison: Comparison | None  # None: nothing is evaluated yet
    filters: list[Filter]
    outcome: str
    page: Page[int] | None
    samples: list[Sample]


def variables_of(content: Mapping[str, Any]) -> list[Variable]:
    """Return the variables of a content, with their examples as a table."""
    return [_variable(name, value) for name, value in content.items()]


def changes_of(candidate: Candidate, choice: Mapping[str, str]) -> Changes:
    """Return what the region "candidate-changes" shows.

    Args:
        candidate: whose content it is.
        choice: `show` ("text", "start" or a parent's number) and `layout` ("inline" or "side"), as a query string.
    """
    older = _older_ones(candidate)
    asked = choice.get("show") or next(iter(older), TEXT)
    shown = asked if asked in older else TEXT
    views = [View(name=name, label=f"Against {_name(other)}", current=name == shown) for name, other in older.items()]
    views.append(View(name=TEXT, label="Full text", current=shown == TEXT))
    reference = older.get(shown)
    return Changes(
        views=views,
        layout=SIDE if choice.get("layout") == SIDE else INLINE,
        older=reference,
        diff=diff_contents(reference.content, candidate.content) if reference is not None else None,
        variables=variables_of(candidate.content),
        unknown=unknown_placeholders(candidate),
    )


def unknown_placeholders(candidate: Candidate) -> list[str]:
    """Return the placeholders in a candidate's texts that name no input field, as they are written."""
    fields = [field["name"] for field in candidate.run.configuration["program"]["input_fields"]]
    texts = [text for value in candidate.content.values() for text in value.values() if isinstance(text, str)]
    return [placeholder(name) for name in unknown_in("\n".join(texts), fields)]


def samples_beside(
    candidate: Candidate, choice: Mapping[str, str], *, outcome: str = ALL, parent_first: bool = False
) -> Samples:
    """Return what the region "candidate-samples" shows.

    Args:
        candidate: whose results they are.
        choice: `beside` ("start" or a parent's number), `split`, `outcome` and `page`, as a query string.
        outcome: the filter where the query string names none.
        parent_first: whether it is shown beside its parent where the query string names nobody, instead of the start.
    """
    splits = evaluated_splits(candidate)
    others = _older_ones(candidate) if parent_first else _start_first(_older_ones(candidate))
    asked = choice.get("beside", "")
    shown = asked if asked in others else next(iter(others), "")
    reference = others.get(shown)
    references = [View(name=name, label=_name(other), current=name == shown) for name, other in others.items()]
    split = choice.get("split", "")
    split = split if split in splits else next(iter(splits), "")
    if not split:
        return Samples(
            splits=splits,
            split="",
            references=references,
            reference=reference,
            comparison=None,
            filters=[],
            outcome=outcome,
            page=None,
            samples=[],
        )
    size = candidate.run.dataset_version.split_sizes()[split]
    comparison = compare(candidate, reference, split, size=size)
    filters = comparison.filters()
    wanted = choice.get("outcome") or outcome
    indexes = comparison.indexes(wanted)
    page = Paginator(indexes, SAMPLES_ON_A_PAGE).get_page(choice.get("page"))
    return Samples(
        splits=splits,
        split=split,
        references=references,
        reference=reference,
        comparison=comparison,
        filters=filters,
        outcome=wanted,
        page=page,
        samples=samples_of(comparison, list(page.object_list)),
    )


def _older_ones(candidate: Candidate) -> dict[str, Candidate]:
    """The candidates it can be compared with: parents by number, then the start; none for the start itself.

    A step of a rewrite answered no validation row: instead of it comes what it was made from.
    """
    older = {str(parent.number): parent for parent in lineage_of(candidate).origins}
    baseline = candidate.run.baseline
    if baseline is not None and baseline != candidate:
        older.pop(str(baseline.number), None)
        older[START] = baseline
    return older


def _start_first(older: dict[str, Candidate]) -> dict[str, Candidate]:
    return {name: older[name] for name in sorted(older, key=lambda name: name != START)}


def _name(candidate: Candidate) -> str:
    return "the start" if candidate.number == 0 else f"parent #{candidate.number}"


def _variable(name: str, value: Mapping[str, Any]) -> Variable:
    examples = value.get(EXAMPLES, [])
    columns = list(dict.fromkeys(column for example in examples for column in _flat(example)))
    return Variable(
        name=name,
        fields=shown_values({field: item for field, item in value.items() if field != EXAMPLES}),
        columns=columns,
        examples=[_cells(example, columns) for example in examples],
    )


def _cells(example: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    texts = {value.name: value.text for value in shown_values(_flat(example))}
    return [texts.get(column, "") for column in columns]


def _flat(example: Mapping[str, Any]) -> dict[str, Any]:
    return {**example.get("inputs", {}), **example.get("outputs", {})}
