"""Names in a sentence: a few of them, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence

NAMED = 5


def some_of(names: Sequence[str]) -> str:
    """Return names as a sentence lists them."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
