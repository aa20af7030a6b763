"""Puts candidates on the map of their run: rows that are written once, because a point never moves.

Where a run says how its candidates differ, each has its place as soon as that is said. Elsewhere their words decide,
and nobody needs that before somebody looks: a place takes a millisecond, which a run would pay with each proposal.
"""

from __future__ import annotations

import numpy as np

from omegaweb.engine.holding import Row, insert
from omegaweb.engine.map_layout import place_beside
from omegaweb.engine.nearness import Array, distances, packed, unpacked, word_vector
from omegaweb.runs.models import Candidate, Placement, Run
from optimizer_core.population.distance import Vector
from optimizer_core.population.vectors import unpack


def place_by_words(run: Run) -> bool:
    """Place all candidates that have no place yet, where the run says nothing of theirs; return whether there were any.

    The order in which they came decides, and not when somebody looked, so a map is the same whoever draws it first.
    """
    if run.choices.optimizer.measures_distance:
        return False
    waiting = list(run.candidates.filter(placement=None).only("key", "content").order_by("number"))
    places = Places(run)
    for candidate in waiting:
        places.add(candidate, word_vector(candidate.content))
    places.save()
    return bool(waiting)


class Places:
    """The map of one run, and the places that are not written yet."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._by_words = not run.choices.optimizer.measures_distance
        self._vectors: Array | None = None  # of everybody on the map, in the order they came; None: not read yet
        self._positions = np.zeros((0, 2))
        self._placed: set[str] = set()
        self._unsaved: list[tuple[Candidate, Row]] = []

    def embed(self, candidate: Candidate, vector: str) -> None:
        """Place a candidate where the run says it lies.

        Raises:
            ValueError: the text is no packed vector.
        """
        if not self._by_words:
            self.add(candidate, unpack(vector))

    def add(self, candidate: Candidate, vector: Vector) -> None:
        """Place a candidate by its vector, unless it has a place."""
        known = self._read()
        if candidate.key in self._placed or (len(known) and known.shape[1] != len(vector)):
            return  # a fallback model may give vectors of another length; they cannot be compared
        kept = packed(vector)
        row = unpacked([kept])  # as whoever reads it later has it
        apart = distances(row, known, by_words=self._by_words)[0] if len(known) else np.zeros(0)
        x, y = place_beside(self._positions, apart)
        self._vectors = np.concatenate([known, row]) if len(known) else row
        self._positions = np.concatenate([self._positions, [[x, y]]])
        self._placed.add(candidate.key)
        self._unsaved.append((candidate, {"x": x, "y": y, "vector": kept}))

    def save(self) -> None:
        """Write what was added."""
        insert(Placement, [{"candidate_id": candidate.pk, **row} for candidate, row in self._unsaved])
        self._unsaved.clear()

    def _read(self) -> Array:
        if self._vectors is None:
            rows = list(Placement.objects.filter(candidate__run=self._run).select_related("candidate").order_by("pk"))
            self._vectors = unpacked(row.vector for row in rows)
            self._positions = np.array([[row.x, row.y] for row in rows]).reshape(-1, 2)
            self._placed = {row.candidate.key for row in rows}
        return self._vectors
