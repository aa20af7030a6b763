"""What people picked in blind comparisons of a program's answers, as a judge can be shown it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from omegaweb.datasets.models import TEST, DatasetVersion
from omegaweb.programs.models import Program
from omegaweb.reviews.pick_models import PairwisePick, Pick
from omegaweb.runs.models import SampleScore
from omegaweb.runs.sample_rows import rows_of

#: Pairs that a judge is shown; each is read with every question.
MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """How many picks there are."""

    picks: int
    people: int

    @property
    def shown(self) -> int:
        return min(self.picks, MOST)


def picked_in(program: Program) -> Picked | None:
    """Return how many picks a judge of this program could be shown; None where there are none."""
    people = list(_preferred(program).values_list("person_id", flat=True))
    return Picked(picks=len(people), people=len(set(people))) if people else None


def preferences_of(program: Program, version: DatasetVersion) -> tuple[dict[str, Any], ...]:
    """Return the newest pairs as :class:`~optimizer_core.rewards.LMAsJudge` takes them, one for each row of a run.

    Where people disagree about a row the newest pick counts. Answers that are gone are left out, and so are rows that
    are among the test rows of the version a run will use: nothing may know them before its test.
    """
    newest: dict[tuple[int, str, int], PairwisePick] = {}
    for pick in _preferred(program).order_by("-pk"):
        newest.setdefault((pick.review.run_id, pick.split, pick.index), pick)
    pairs = (pair for pick in newest.values() if (pair := _pair(pick, version)) is not None)
    return tuple(islice(pairs, MOST))


def _preferred(program: Program) -> QuerySet[PairwisePick]:
    chosen = PairwisePick.objects.filter(review__run__program=program, pick__in=(Pick.CANDIDATE, Pick.REFERENCE))
    return chosen.select_related("review__candidate", "review__run__dataset_version__table")


def _pair(pick: PairwisePick, version: DatasetVersion) -> dict[str, Any] | None:
    run, candidate = pick.review.run, pick.review.candidate
    scores = SampleScore.objects.filter(candidate__run=run, split=pick.split, index=pick.index, output__isnull=False)
    answers = dict(
        scores.filter(candidate__number__in=(candidate.number, pick.reference)).values_list(
            "candidate__number", "output"
        )
    )
    row = rows_of(run.dataset_version, pick.split, [pick.index]).get(pick.index)
    if row is None or len(answers) < 2:
        return None
    if run.dataset_version.table_id == version.table_id and version.splits[row.position] == TEST:
        return None
    both = answers[candidate.number], answers[pick.reference]
    preferred, other = both if pick.pick == Pick.CANDIDATE else both[::-1]
    return {"inputs": row.inputs, "preferred": preferred, "other": other}
