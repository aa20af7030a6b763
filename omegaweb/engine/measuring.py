"""Keeps what candidates did with samples: buffered rows, and the rewards behind a running mean."""

from __future__ import annotations

from omegaweb.runs.models import Candidate, SampleScore
from optimizer_core.events import CandidateScored


class Scores:
    """The sample scores of one run, read once for each candidate and written in bulk."""

    def __init__(self) -> None:
        self._rewards: dict[int, dict[int, float]] = {}  # candidate → index → reward on validation samples
        self._unsaved: dict[tuple[int, str, int], SampleScore] = {}

    def begin(self, candidate: Candidate) -> None:
        """Know that a candidate is new, and has no scores in the database."""
        self._rewards[candidate.pk] = {}

    def add(self, candidate: Candidate, event: CandidateScored) -> None:
        """Take over the results of an event."""
        known = self._known(candidate)
        for result in event.results:
            index = int(result.sample.rpartition("-")[2])
            self._unsaved[candidate.pk, event.split, index] = SampleScore(
                candidate=candidate,
                split=event.split,
                index=index,
                reward=result.reward,
                output=result.output,
                feedback=result.feedback,
                error=result.error,
                questions=list(result.questions),
            )
            if event.split == "validation":
                known[index] = result.reward

    def rewards(self, candidate: Candidate) -> list[float]:
        """Return the rewards on validation samples in the order of the samples."""
        known = self._known(candidate)
        return [known[index] for index in sorted(known)]

    def has_answer(self, candidate: Candidate) -> bool:
        """Return whether at least one sample was answered, rightly or not."""
        unsaved = (row for row in self._unsaved.values() if row.candidate_id == candidate.pk)
        answered = SampleScore.objects.filter(candidate=candidate, output__isnull=False)
        return any(row.output is not None for row in unsaved) or answered.exists()

    def save(self) -> None:
        """Write what was added. A sample that was scored again, after an interruption, keeps the newer score."""
        SampleScore.objects.bulk_create(
            self._unsaved.values(),
            update_conflicts=True,
            unique_fields=["candidate", "split", "index"],
            update_fields=["reward", "output", "feedback", "error", "questions"],
        )
        self._unsaved.clear()

    def _known(self, candidate: Candidate) -> dict[int, float]:
        if candidate.pk not in self._rewards:
            stored = SampleScore.objects.filter(candidate=candidate, split="validation")
            self._rewards[candidate.pk] = dict(stored.values_list("index", "reward"))
        return self._rewards[candidate.pk]
