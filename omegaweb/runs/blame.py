"""Who brought each sentence of a candidate in, how it was reworded since, and what that was based on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from omegaweb.runs.models import Candidate, SampleScore
from omegaweb.runs.sample_rows import SampleRow, rows_of
from omegaweb.runs.sentences import Piece, most_like, pieces_of
from omegaweb.runs.values import Value, shown_values

#: Training samples of one step that are shown.
EVIDENCE_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """One piece of a candidate and where it comes from."""

    piece: Piece
    since: Candidate  # who brought it in
    reworded: list[Candidate]  # who changed its words since, oldest first

    @property
    def inputs(self) -> list[Value]:
        return shown_values((self.piece.example or {}).get("inputs"))

    @property
    def outputs(self) -> list[Value]:
        return shown_values((self.piece.example or {}).get("outputs"))


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """A training sample that a proposal was shown, and what its parent earned there."""

    index: int
    row: SampleRow
    reward: float | None  # of the parent; None: it was not asked

    @property
    def inputs(self) -> list[Value]:
        return shown_values(self.row.inputs)

    @property
    def targets(self) -> list[Value]:
        return shown_values(self.row.targets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A candidate that brought something in or reworded it, and what motivated it."""

    candidate: Candidate
    parent: Candidate | None
    evidence: list[EvidenceRow]
    more: int  # samples that are not shown


@dataclass(frozen=True, slots=True, kw_only=True)
class BlameView:
    """All pieces of a candidate, field by field, with the steps they come from."""

    fields: dict[str, list[Blame]]
    steps: list[Step]  # newest first


@dataclass(slots=True)
class _Ancestry:
    """A candidate's ancestors, with their pieces."""

    candidates: dict[int, Candidate] = field(default_factory=dict)
    parents: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    pieces: dict[int, list[Piece]] = field(default_factory=dict)

    def pieces_of(self, key: int) -> list[Piece]:
        if key not in self.pieces:
            self.pieces[key] = pieces_of(self.candidates[key].content)
        return self.pieces[key]


def blame_of(candidate: Candidate) -> BlameView:
    """Follow each piece of a candidate back through its parents, steps of rewrites included."""
    ancestry = _ancestry_of(candidate)
    blames = [_follow(piece, candidate, ancestry) for piece in ancestry.pieces_of(candidate.pk)]
    several = len({blame.piece.variable for blame in blames}) > 1
    fields: dict[str, list[Blame]] = defaultdict(list)
    for blame in blames:
        name = blame.piece.name.replace("_", " ").capitalize()
        fields[f"{name} of {blame.piece.variable}" if several else name].append(blame)
    involved = {each.pk: each for blame in blames for each in (blame.since, *blame.reworded)}
    newest_first = sorted(involved.values(), key=lambda each: -each.number)
    return BlameView(fields=dict(fields), steps=[_step(each, ancestry) for each in newest_first])


def _ancestry_of(candidate: Candidate) -> _Ancestry:
    ancestry = _Ancestry()
    edges = Candidate.parents.through.objects.filter(from_candidate__run_id=candidate.run_id).order_by("pk")
    for child, parent in edges.values_list("from_candidate_id", "to_candidate_id"):
        ancestry.parents[child].append(parent)
    wanted: set[int] = set()
    open_ = [candidate.pk]
    while open_:
        key = open_.pop()
        if key not in wanted:
            wanted.add(key)
            open_.extend(ancestry.parents.get(key, ()))
    ancestry.candidates = {each.pk: each for each in Candidate.objects.filter(pk__in=wanted)}
    for each in ancestry.candidates.values():
        each.run = candidate.run  # with its dataset and table, which every step reads
    return ancestry


def _follow(piece: Piece, candidate: Candidate, ancestry: _Ancestry) -> Blame:
    """Go back as long as a parent has the piece, word for word or nearly so."""
    current, key = piece, candidate.pk
    reworded: list[Candidate] = []
    while found := _in_a_parent(current, ancestry.parents.get(key, ()), ancestry):
        older, parent = found
        if older != current:
            reworded.append(ancestry.candidates[key])
        current, key = older, parent
    return Blame(piece=piece, since=ancestry.candidates[key], reworded=reworded[::-1])


def _in_a_parent(piece: Piece, parents: Iterable[int], ancestry: _Ancestry) -> tuple[Piece, int] | None:
    similar: tuple[Piece, int] | None = None
    for parent in parents:
        found = most_like(piece, ancestry.pieces_of(parent))
        if found == piece:
            return found, parent
        if found is not None and similar is None:
            similar = found, parent
    return similar


def _step(candidate: Candidate, ancestry: _Ancestry) -> Step:
    parents = ancestry.parents.get(candidate.pk, ())
    parent = ancestry.candidates[parents[0]] if parents else None
    indexes = _training_indexes(candidate.evidence)
    shown = indexes[:EVIDENCE_SHOWN]
    rows = rows_of(candidate.run.dataset_version, "train", shown) if shown else {}
    rewards = _rewards(parent, shown)
    evidence = [EvidenceRow(index=i, row=rows[i], reward=rewards.get(i)) for i in shown if i in rows]
    return Step(candidate=candidate, parent=parent, evidence=evidence, more=len(indexes) - len(shown))


def _training_indexes(evidence: Iterable[str]) -> list[int]:
    """Return the positions of training samples; other splits are never evidence, so they are never shown as such."""
    parts = [sample.rpartition("-") for sample in evidence]
    return [int(index) for split, _, index in parts if split == "train" and index.isdecimal()]


def _rewards(parent: Candidate | None, indexes: Iterable[int]) -> Mapping[int, float]:
    if parent is None:
        return {}
    scores = SampleScore.objects.filter(candidate=parent, split="train", index__in=list(indexes))
    return dict(scores.values_list("index", "reward"))
