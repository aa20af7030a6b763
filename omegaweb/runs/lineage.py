"""Where candidates come from, with the steps of a rewrite passed over: what was compared with what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from omegaweb.runs.models import Candidate, CandidateState


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What a candidate was made from."""

    origins: list[Candidate] = field(default_factory=list)  # candidates that were compared themselves
    steps: list[Candidate] = field(default_factory=list)  # between those and the candidate, in their order


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A candidate in a table."""

    candidate: Candidate
    lineage: Lineage

    @property
    def version(self) -> str:
        """All that a table shows of it, as one text: rows of the same version look the same."""
        kin = [[each.number for each in generation] for generation in (self.lineage.origins, self.lineage.steps)]
        columns = {name: value for name, value in self.candidate.__dict__.items() if not name.startswith("_")}
        rival, review = self.candidate.fate_by, getattr(self.candidate, "review", None)
        return f"{columns} {kin} {rival and rival.number} {review and (review.pk, review.state)}"


def lineage_of(candidate: Candidate) -> Lineage:
    """Return the lineage of one candidate."""
    return lineages([candidate])[candidate.pk]


def rows_of(candidates: Iterable[Candidate]) -> list[Row]:
    """Return candidates as rows of a table, in their order."""
    listed = list(candidates)
    known = lineages(listed)
    return [Row(candidate=candidate, lineage=known[candidate.pk]) for candidate in listed]


def lineages(candidates: Iterable[Candidate]) -> dict[int, Lineage]:
    """Return the lineage of each candidate by its key; one query for each step of the longest way."""
    wanted = [candidate.pk for candidate in candidates]
    parents = _parents(wanted)
    return {key: _lineage(key, parents) for key in wanted}


def _parents(wanted: list[int]) -> dict[int, list[Candidate]]:
    """Return the parents of candidates, and those of the steps among them."""
    parents: dict[int, list[Candidate]] = {}
    open_ = set(wanted)
    while open_:
        parents |= {key: [] for key in open_}
        edges = (
            Candidate.parents.through.objects.filter(from_candidate__in=open_)
            .select_related("to_candidate")
            .defer("to_candidate__content", "to_candidate__reasoning", "to_candidate__evidence")
            .order_by("to_candidate__number")
        )
        for edge in edges:
            parents[edge.from_candidate_id].append(edge.to_candidate)
        steps = {each.pk for key in open_ for each in parents[key] if each.state == CandidateState.STEP}
        open_ = steps - parents.keys()
    return parents


def _lineage(key: int, parents: dict[int, list[Candidate]]) -> Lineage:
    origins: dict[int, Candidate] = {}
    steps: dict[int, Candidate] = {}
    ahead = list(parents[key])
    while ahead:
        parent = ahead.pop(0)
        if parent.state != CandidateState.STEP:
            origins[parent.pk] = parent
        elif parent.pk not in steps:
            steps[parent.pk] = parent
            ahead.extend(parents[parent.pk])
    return Lineage(
        origins=sorted(origins.values(), key=lambda each: each.number),
        steps=sorted(steps.values(), key=lambda each: each.number),
    )
