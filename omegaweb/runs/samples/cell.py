"""One cell of the grid with everything there is to say about it, beside another candidate's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from omegaweb.runs.comparison import SPLITS
from omegaweb.runs.models import Candidate, Run, SampleScore
from omegaweb.runs.sample_rows import rows_of
from omegaweb.runs.samples.calls import Call, Spent, calls_behind, spent_on
from omegaweb.runs.values import Value, shown_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one candidate did with the sample."""

    candidate: Candidate
    score: SampleScore | None  # None: it was not evaluated
    calls: Sequence[Call]  # of models, in their order; none where nothing was kept

    @property
    def values(self) -> list[Value]:
        return shown_values(self.score.output if self.score else None)

    @property
    def spent(self) -> Spent:
        return spent_on(self.calls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A sample and what candidates did with it: the one that was asked for, then the one beside it."""

    run: Run
    split: str
    index: int
    row: int | None  # in the table, from 1; None where the row is gone
    inputs: list[Value]
    targets: list[Value]
    answers: Sequence[Answer]
    size: int  # samples of the split

    @property
    def number(self) -> int:
        """What people call the sample; counted from 1."""
        return self.index + 1

    @property
    def candidate(self) -> Candidate:
        return self.answers[0].candidate

    @property
    def previous_url(self) -> str | None:
        return self._url(self.index - 1) if self.index else None

    @property
    def next_url(self) -> str | None:
        return self._url(self.index + 1) if self.number < self.size else None

    def _url(self, index: int) -> str:
        return cell_url(self.run.pk, self.split, index, self.candidate.number)


def cell_url(run_id: int, split: str, index: int, number: int) -> str:
    """Return the address of a cell: what did this candidate do with this sample?"""
    return reverse("runs:cell", args=[run_id, split, index + 1, number])


def cell_of(candidate: Candidate, *, split: str, index: int, query: Mapping[str, str]) -> Cell | None:
    """Return a cell; None where the split has no such sample and nobody scored it.

    Args:
        candidate: whose answer it is; its run is loaded.
        split: train, validation or test.
        index: position within the split.
        query: `against` names another candidate by its number; the start if left out.
    """
    run = candidate.run
    size = run.dataset_version.split_sizes().get(split, 0)
    reference = _reference(candidate, query.get("against", ""))
    compared = [candidate] if reference is None else [candidate, reference]
    scores = {
        score.candidate_id: score
        for score in SampleScore.objects.filter(candidate__in=compared, split=split, index=index)
    }
    if split not in SPLITS or (index >= size and not scores):
        return None
    calls = calls_behind(scores.values(), run.pk)
    row = rows_of(run.dataset_version, split, [index]).get(index)
    return Cell(
        run=run,
        split=split,
        index=index,
        row=row.position + 1 if row else None,
        inputs=shown_values(row.inputs if row else None),
        targets=shown_values(row.targets if row else None),
        answers=[_answer(each, scores.get(each.pk), calls) for each in compared],
        size=size,
    )


def _answer(candidate: Candidate, score: SampleScore | None, calls: Mapping[int, Sequence[Call]]) -> Answer:
    return Answer(candidate=candidate, score=score, calls=calls[score.pk] if score else ())


def _reference(candidate: Candidate, against: str) -> Candidate | None:
    run = candidate.run
    chosen = run.candidates.filter(number=int(against)).first() if against.isdecimal() else run.baseline
    return None if chosen == candidate else chosen
