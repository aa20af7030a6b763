"""A training row stands in the text: the candidate knows that row by heart, which says nothing about others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from optimizer_core.data.dataset import Sample
from optimizer_core.inspection.flag import Flag, FlagKind
from optimizer_core.inspection.texts import holds, plain_words, spaced, strings, whole, words_in

#: Words in a row that do not come together by chance.
RUN = 8
_STRETCH = re.compile(rb"\x01{%d,}" % RUN)
#: Words, and letters, of a row's whole text from which on it is told also where it is shorter than that.
WHOLE, LETTERS = 5, 16


def copied_rows(
    content: Mapping[str, Any], parents: Sequence[Mapping[str, Any]], shown: Sequence[Sample], rows: Sequence[Sample]
) -> list[Flag]:
    """Return a flag for each shown row whose words stand in the text and in no parent's.

    Args:
        content: of the variable; its examples don't count.
        parents: contents that it was made from.
        shown: training rows that the proposer has seen.
        rows: all training rows; what stands in several of them is nobody's.
    """
    text = _Text(whole(content))
    before = [spaced(whole(parent)) for parent in parents]
    flags = []
    for row in shown:
        run = next((run for run in _runs(row, text) if not any(holds(known, run) for known in before)), None)
        if run and not _is_phrase(run, row, rows):
            flags.append(_flag(row, _quote(text.text, run)))
    return flags


class _Text:
    """A text, and where its words stand."""

    def __init__(self, text: str) -> None:
        self.text, self.words = text, plain_words(text)
        self._known = set(self.words)

    @cached_property
    def _places(self) -> dict[tuple[str, ...], int]:
        last = len(self.words) - RUN
        return {self.words[start : start + RUN]: start for start in range(last, -1, -1)}

    def place(self, words: tuple[str, ...]) -> int | None:
        """Return where so many words stand in a row for the first time."""
        return self._places.get(words)

    def stretches(self, words: tuple[str, ...]) -> Iterator[re.Match[bytes]]:
        """Return where so many words in a row, or more, all stand somewhere in the text; hardly ever anywhere."""
        return _STRETCH.finditer(bytes(map(self._known.__contains__, words)))


def _runs(row: Sample, text: _Text) -> Iterator[tuple[str, ...]]:
    """Yield what a row and a text have in common, each as far as it goes: inputs first, then the target."""
    for cell in strings([row.inputs, row.target]):
        theirs = plain_words(cell)
        if WHOLE <= len(theirs) < RUN and len(cell) >= LETTERS and holds(spaced(text.text), theirs):
            yield theirs
        if len(theirs) < RUN:
            continue
        for stretch in text.stretches(theirs):
            position = stretch.start()
            while position + RUN <= stretch.end():
                begin = text.place(theirs[position : position + RUN])
                length = 1 if begin is None else _common(text.words[begin:], theirs[position:])
                if begin is not None:
                    yield theirs[position : position + length]
                position += length


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many words two texts have in common from their beginnings on."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _is_phrase(run: Sequence[str], row: Sample, rows: Sequence[Sample]) -> bool:
    """Return True if the words also stand in a different row: then they are a phrase, such as a greeting."""
    start = run[:RUN]
    return any(
        holds(spaced(cell), start)
        for other in rows
        if other.inputs != row.inputs
        for cell in strings([other.inputs, other.target])
    )


def _quote(text: str, run: tuple[str, ...]) -> str:
    """Return the words as the text writes them."""
    words = words_in(text)
    plain = tuple([word.text for word in words])
    start = next(i for i in range(len(plain)) if plain[i : i + len(run)] == run)
    return text[words[start].start : words[start + len(run) - 1].end]


def _flag(row: Sample, quote: str) -> Flag:
    number = row.id.rpartition("-")[2]
    shown = f"row {int(number) + 1}" if number.isdecimal() else "a row"
    text = f"Words of training {shown} stand in the text: it may have learned that row by heart."
    return Flag(kind=FlagKind.TRAINING_TEXT_COPIED, text=text, evidence={"sample": row.id, "found": [quote]})
