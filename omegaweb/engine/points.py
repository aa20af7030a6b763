"""Draws the points of the reward curve: rows that are written together."""

from __future__ import annotations

from typing import Any

from omegaweb.engine.holding import insert
from omegaweb.runs.models import Candidate, Measurement, Run, Series


class Points:
    """The unwritten points of one run; where they stand on the axes is read from the run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._unsaved: list[tuple[Candidate | None, dict[str, Any]]] = []
        self._behind: list[Candidate] = []
        self._forgotten: list[Candidate] = []

    def add(self, series: Series, value: float, *, count: int, candidate: Candidate | None = None) -> None:
        """Add a point; its interval is the candidate's."""
        run = self._run
        self._unsaved.append(
            (
                candidate,
                {
                    "run_id": run.pk,
                    "sequence": run.last_sequence,
                    "series": str(series),
                    "calls": run.calls,
                    "seconds": run.working_seconds,
                    "tokens": run.tokens,
                    "cost": run.cost,
                    "epoch": run.epoch,
                    "value": value,
                    "low": candidate.low if candidate else None,
                    "high": candidate.high if candidate else None,
                    "count": count,
                },
            )
        )

    def fall_behind(self, candidate: Candidate) -> None:
        """Draw a new candidate's point as one that fell behind: it has answered the hardest rows only."""
        for whose, point in self._unsaved:
            if whose is candidate and point["series"] == Series.MINIBATCH:
                point["series"] = str(Series.BEHIND)
        self._behind.append(candidate)

    def forget(self, candidate: Candidate) -> None:
        """Take all points of a candidate away."""
        self._unsaved = [(whose, point) for whose, point in self._unsaved if whose is not candidate]
        self._forgotten.append(candidate)

    def save(self) -> None:
        """Write what was added and changed, once the candidates are there."""
        drawn = Measurement.objects.filter(run=self._run)
        for candidate in self._forgotten:
            drawn.filter(candidate=candidate).delete()
        for candidate in self._behind:
            drawn.filter(candidate=candidate, series=Series.MINIBATCH).update(series=Series.BEHIND)
        insert(
            Measurement,
            [{"candidate_id": None if whose is None else whose.pk, **point} for whose, point in self._unsaved],
        )
        self._unsaved.clear()
        self._behind.clear()
        self._forgotten.clear()
