"""Puts candidates on the map of their run: rows that are written once, because a point never moves."""

from __future__ import annotations

import numpy as np

from omegaweb.engine.holding import Row, insert
from omegaweb.engine.map_layout import place_beside
from omegaweb.engine.nearness import Array, distances, packed, unpacked, word_vector
from omegaweb.runs.models import Candidate, Placement, Run
from optimizer_core.population.distance import Vector
from optimizer_core.population.vectors import unpack


class Places:
    """The map of one run, and the places that are not written yet."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._by_words = not run.choices.optimizer.measures_distance
        self._vectors: Array | None = None  # of everybody on the map, in the order they came; None: not read yet
        self._positions = np.zeros((0, 2))
        self._placed: set[str] = set()
        self._unsaved: list[tuple[Candidate, Row]] = []

    def propose(self, candidate: Candidate) -> None:
        """Place a new candidate at once, where the run measures no distances of its own."""
        if self._by_words:
            self._place(candidate, word_vector(candidate.content))

    def embed(self, candidate: Candidate, vector: str) -> None:
        """Place a candidate where the run says it lies.

        Raises:
            ValueError: the text is no packed vector.
        """
        if not self._by_words:
            self._place(candidate, unpack(vector))

    def save(self) -> None:
        """Write what was added."""
        insert(Placement, [{"candidate_id": candidate.pk, **row} for candidate, row in self._unsaved])
        self._unsaved.clear()

    def _place(self, candidate: Candidate, vector: Vector) -> None:
        known = self._read()
        if candidate.key in self._placed or (len(known) and known.shape[1] != len(vector)):
            return  # a fallback model may give vectors of another length; they cannot be compared
        row = np.asarray(vector, dtype=np.float32)[None, :]
        apart = distances(row, known, by_words=self._by_words)[0] if len(known) else np.zeros(0)
        x, y = place_beside(self._positions, apart)
        self._vectors = np.concatenate([known, row]) if len(known) else row
        self._positions = np.concatenate([self._positions, [[x, y]]])
        self._placed.add(candidate.key)
        self._unsaved.append((candidate, {"x": x, "y": y, "vector": packed(vector)}))

    def _read(self) -> Array:
        if self._vectors is None:
            rows = list(Placement.objects.filter(candidate__run=self._run).select_related("candidate").order_by("pk"))
            self._vectors = unpacked(row.vector for row in rows)
            self._positions = np.array([[row.x, row.y] for row in rows]).reshape(-1, 2)
            self._placed = {row.candidate.key for row in rows}
        return self._vectors
