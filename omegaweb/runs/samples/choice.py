"""What a query string asks the grid of samples for; nonsense falls back to the first of the possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from omegaweb.runs.comparison import SPLITS
from omegaweb.runs.samples.ranges import read_ranges

ALL, BROKEN, MENDED, HARD, FAILED = "all", "broken", "mended", "hard", "failed"
ROWS = {
    ALL: "All samples",
    BROKEN: "Broken by the best",
    MENDED: "Mended by the best",
    HARD: "Hard for all shown",
    FAILED: "Failed",
}
NUMBER, HARDEST = "number", "hardest"
ORDERS = {NUMBER: "By number", HARDEST: "Hardest first"}
POPULATION, EVERY, PINNED = "population", "all", "pinned"
COLUMNS = {POPULATION: "Population by rank", EVERY: "All by number", PINNED: "Marked"}
#: Candidates that can be marked, which keeps them in front, at once.
MOST_PINNED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class GridChoice:
    """Which rows and columns are wanted, and in which order."""

    split: str
    rows: str
    order: str
    columns: str
    pinned: tuple[int, ...]  # numbers of candidates

    @classmethod
    def of(cls, query: Mapping[str, str], sizes: Mapping[str, int]) -> GridChoice:
        """Read a query string.

        Args:
            query: `split`, `rows`, `order`, `columns` and `pinned`.
            sizes: rows of each split; an empty one cannot be chosen.
        """
        splits = {split: split for split in SPLITS if sizes.get(split)} or {SPLITS[0]: SPLITS[0]}
        return cls(
            split=_one_of(splits, query.get("split")),
            rows=_one_of(ROWS, query.get("rows")),
            order=_one_of(ORDERS, query.get("order")),
            columns=_one_of(COLUMNS, query.get("columns")),
            pinned=_numbers(query.get("pinned", "")),
        )


def _one_of(known: Mapping[str, str], asked: str | None) -> str:
    return asked if asked is not None and asked in known else next(iter(known))


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(dict.fromkeys(read_ranges(text, most=MOST_PINNED)))
    except ValueError:
        return ()
