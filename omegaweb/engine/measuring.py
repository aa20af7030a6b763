"""Keeps what candidates did with samples: buffered rows, and the rewards behind a running mean."""

from __future__ import annotations

from typing import Any

from omegaweb.engine.holding import insert
from omegaweb.engine.json_column import json_column
from omegaweb.runs.models import Candidate, SampleScore
from optimizer_core.events import CandidateScored

#: A sample that was scored again, after an interruption, keeps the newer score.
KEEP_NEWER = '("candidate_id", "split", "index") DO UPDATE SET ' + ", ".join(
    f'"{name}" = excluded."{name}"' for name in ("reward", "output", "feedback", "error", "questions")
)


class Scores:
    """The sample scores of one run, read once for each candidate and written in bulk."""

    def __init__(self) -> None:
        self._rewards: dict[str, dict[int, float]] = {}  # candidate → index → reward on validation samples
        self._unsaved: dict[tuple[str, str, int], tuple[Candidate, dict[str, Any]]] = {}

    def begin(self, candidate: Candidate) -> None:
        """Know that a candidate is new, and has no scores in the database."""
        self._rewards[candidate.key] = {}

    def add(self, candidate: Candidate, event: CandidateScored) -> None:
        """Take over the results of an event."""
        known = self._known(candidate)
        for result in event.results:
            index = int(result.sample.rpartition("-")[2])
            row = {
                "split": event.split,
                "index": index,
                "reward": result.reward,
                "output": None if result.output is None else json_column(result.output),
                "feedback": result.feedback,
                "error": result.error,
                "questions": json_column(result.questions),
            }
            self._unsaved[candidate.key, event.split, index] = candidate, row
            if event.split == "validation":
                known[index] = result.reward

    def rewards(self, candidate: Candidate) -> list[float]:
        """Return the rewards on validation samples in the order of the samples."""
        known = self._known(candidate)
        return [known[index] for index in sorted(known)]

    def has_answer(self, candidate: Candidate) -> bool:
        """Return whether at least one sample was answered, rightly or not."""
        if any(whose is candidate and row["output"] is not None for whose, row in self._unsaved.values()):
            return True
        return SampleScore.objects.filter(candidate_id=candidate.pk, output__isnull=False).exists()

    def save(self) -> None:
        """Write what was added."""
        rows = [{"candidate_id": candidate.pk, **row} for candidate, row in self._unsaved.values()]
        insert(SampleScore, rows, on_conflict=KEEP_NEWER)
        self._unsaved.clear()

    def _known(self, candidate: Candidate) -> dict[int, float]:
        if candidate.key not in self._rewards:
            stored = SampleScore.objects.filter(candidate=candidate, split="validation")
            self._rewards[candidate.key] = dict(stored.values_list("index", "reward"))
        return self._rewards[candidate.key]
