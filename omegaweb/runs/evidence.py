"""What a candidate did, sample by sample, beside another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from omegaweb.runs.comparison import (
    ALL,
    Comparison,
    Filter,
    Sample,
    compare,
    evaluated_splits,
    samples_of,
)
from omegaweb.runs.models import Candidate
from omegaweb.runs.references import START, View, name_of, older_ones

SAMPLES_ON_A_PAGE = 20


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
    others = older_ones(candidate) if parent_first else _start_first(older_ones(candidate))
    asked = choice.get("beside", "")
    shown = asked if asked in others else next(iter(others), "")
    reference = others.get(shown)
    references = [View(name=name, label=name_of(other), current=name == shown) for name, other in others.items()]
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


def _start_first(older: dict[str, Candidate]) -> dict[str, Candidate]:
    return {name: older[name] for name in sorted(older, key=lambda name: name != START)}
