"""Lists of whole numbers written short, as "0-39,45": how a page names rows and columns of the grid."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PART = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?", re.ASCII)


def write_ranges(numbers: Iterable[int]) -> str:
    """Return numbers in their order; each run of neighbours is written as its first and its last."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in parts)


def read_ranges(text: str, *, most: int) -> list[int]:
    """Return the numbers of a text.

    Args:
        text: as :func:`write_ranges` writes it.
        most: how many numbers it may name.

    Raises:
        ValueError: it is no such list, or names more.
    """
    numbers: list[int] = []
    for part in filter(None, text.split(",")):
        found = _PART.fullmatch(part)
        if found is None:
            raise ValueError(f"“{part[:40]}” is no number or range: write a list like 0-39,45")
        first, last = int(found[1]), int(found[2] or found[1])
        if last - first >= most - len(numbers):
            raise ValueError(f"more than {most} are asked for at once: ask for a smaller part")
        numbers.extend(range(first, last + 1))
    return numbers
