"""Draws the points of the reward curve: rows that are written together."""

from __future__ import annotations

from typing import Any

from omegaweb.engine.holding import insert
from omegaweb.runs.models import Candidate, Measurement, Run, Series


class Points:
    """The unwritten points of one run; where they stand on the axes is read from the run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._unsaved: list[dict[str, Any]] = []

    def add(self, series: Series, value: float, *, count: int, candidate: Candidate | None = None) -> None:
        """Add a point; its interval is the candidate's."""
        run = self._run
        self._unsaved.append(
            {
                "run_id": run.pk,
                "sequence": run.last_sequence,
                "series": str(series),
                "calls": run.calls,
                "seconds": run.seconds,
                "tokens": run.tokens,
                "cost": run.cost,
                "epoch": run.epoch,
                "value": value,
                "low": candidate.low if candidate else None,
                "high": candidate.high if candidate else None,
                "count": count,
                "candidate_id": candidate.pk if candidate else None,
            }
        )

    def fall_behind(self, candidate: Candidate) -> None:
        """Draw a new candidate's point as one that fell behind: it has answered the hardest rows only."""
        for point in self._unsaved:
            if point["candidate_id"] == candidate.pk and point["series"] == Series.MINIBATCH:
                point["series"] = str(Series.BEHIND)
        drawn = Measurement.objects.filter(run=self._run, candidate=candidate, series=Series.MINIBATCH)
        drawn.update(series=Series.BEHIND)

    def forget(self, candidate: Candidate) -> None:
        """Take all points of a candidate away."""
        self._unsaved = [point for point in self._unsaved if point["candidate_id"] != candidate.pk]
        Measurement.objects.filter(run=self._run, candidate=candidate).delete()

    def save(self) -> None:
        """Write what was added."""
        insert(Measurement, self._unsaved)
        self._unsaved.clear()
