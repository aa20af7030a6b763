"""Rows whose answer people rated: an answer rated bad is no right answer to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from omegaweb.datasets.columns import ANSWER_NAMES, RATING_NAMES, plain_name
from omegaweb.datasets.models import Table
from omegaweb.datasets.splitting import RowKey

BAD = frozenset({"bad", "thumbs_down", "thumbs down", "negative"})


def without_bad_answers(
    table: Table, keys: list[RowKey | None], targets: Sequence[str], feedback: Sequence[str]
) -> list[RowKey | None]:
    """Leave out the rows whose target is a model's own answer that somebody rated bad."""
    names = table.column_names
    ratings = [names.index(name) for name in feedback if plain_name(name) in RATING_NAMES]
    if not ratings or not any(plain_name(name) in ANSWER_NAMES for name in targets):
        return keys
    stored = table.rows.order_by("position").values_list("position", "values")
    bad = {position for position, values in list(stored) if _is_bad([values[place] for place in ratings])}
    return [None if position in bad else key for position, key in enumerate(keys)]


def _is_bad(ratings: list[Any]) -> bool:
    return any(str(rating).strip().lower() in BAD for rating in ratings)
