"""The candidates that another one can be compared with, and what a switch between them calls them."""

from __future__ import annotations

from dataclasses import dataclass

from omegaweb.runs.lineage import lineage_of
from omegaweb.runs.models import Candidate

START = "start"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One choice of a switch: the text itself, or a candidate to stand beside."""

    name: str  # "text", "start", or the number of a parent
    label: str
    current: bool


def older_ones(candidate: Candidate) -> dict[str, Candidate]:
    """Return the candidates it can be compared with: parents by number, then the start; none for the start itself.

    A step of a rewrite answered no validation row: instead of it comes what it was made from.
    """
    older = {str(parent.number): parent for parent in lineage_of(candidate).origins}
    baseline = candidate.run.baseline
    if baseline is not None and baseline != candidate:
        older.pop(str(baseline.number), None)
        older[START] = baseline
    return older


def name_of(candidate: Candidate) -> str:
    """Return what a parent or the start is called."""
    return "the start" if candidate.number == 0 else f"parent #{candidate.number}"
