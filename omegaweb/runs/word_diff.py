"""What changed between two texts, word by word or line by line, and how to lay it out line beside line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import chain

#: Tokens times tokens that are compared word by word; beyond, sentences are paired first and words within them.
WORD_COMPARISONS = 4_000_000
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


class Change(StrEnum):
    """What happened to a piece of text."""

    KEPT = "kept"
    DELETED = "deleted"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class Part:
    """A run of text with one fate."""

    change: Change
    text: str

    # A line break that ends a change is written behind its mark, or the mark would reach into the next line.
    @property
    def marked(self) -> str:
        return self.text.rstrip("\r\n") or "↵"

    @property
    def line_breaks(self) -> str:
        return self.text[len(self.text.rstrip("\r\n")) :]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the old text beside the line of the new text that took its place."""

    before: tuple[Part, ...]
    after: tuple[Part, ...]

    @property
    def changed(self) -> bool:
        return any(part.change is not Change.KEPT for part in chain(self.before, self.after))


def diff_words(before: str, after: str) -> tuple[Part, ...]:
    """Compare two texts word by word.

    The kept and the inserted parts joined give `after`, the kept and the deleted ones give `before`. A gap of mere
    space or punctuation between two changes belongs to them, so that a rewritten sentence reads as one change.
    """
    return tuple(_at_line_starts(list(_merged(_compare(_TOKEN.findall(before), _TOKEN.findall(after))))))


def diff_lines(before: str, after: str) -> tuple[Part, ...]:
    """Compare two texts line by line, as code is read."""
    return tuple(_matched(before.splitlines(keepends=True), after.splitlines(keepends=True)))


def side_by_side(parts: Sequence[Part]) -> Iterator[Row]:
    """Yield the old and the new text line by line; lines are paired where both texts kept a line break."""
    before: list[Part] = []
    after: list[Part] = []
    for part in parts:
        if part.change is Change.DELETED:
            before.append(part)
        elif part.change is Change.INSERTED:
            after.append(part)
        else:
            for line in part.text.splitlines(keepends=True):
                before.append(Part(Change.KEPT, line))
                after.append(Part(Change.KEPT, line))
                if line.endswith("\n"):
                    yield Row(before=tuple(before), after=tuple(after))
                    before, after = [], []
    if before or after:
        yield Row(before=tuple(before), after=tuple(after))


def _compare(before: Sequence[str], after: Sequence[str]) -> Iterator[Part]:
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    stop = 0
    while stop < min(len(before), len(after)) - start and before[-1 - stop] == after[-1 - stop]:
        stop += 1
    yield from _part(Change.KEPT, before[:start])
    yield from _compare_middle(before[start : len(before) - stop], after[start : len(after) - stop])
    yield from _part(Change.KEPT, before[len(before) - stop :])


def _compare_middle(before: Sequence[str], after: Sequence[str]) -> Iterator[Part]:
    if len(before) * len(after) <= WORD_COMPARISONS:
        yield from _matched(before, after)
        return
    old, new = _sentences(before), _sentences(after)
    if len(old) * len(new) > WORD_COMPARISONS or min(len(old), len(new)) < 2:
        yield from _part(Change.DELETED, before)
        yield from _part(Change.INSERTED, after)
        return
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        old_words, new_words = list(chain(*old[i:j])), list(chain(*new[k:m]))
        if tag == "replace" and len(old_words) * len(new_words) <= WORD_COMPARISONS:
            yield from _matched(old_words, new_words)
        elif tag == "equal":
            yield from _part(Change.KEPT, old_words)
        else:
            yield from _part(Change.DELETED, old_words)
            yield from _part(Change.INSERTED, new_words)


def _matched(before: Sequence[str], after: Sequence[str]) -> Iterator[Part]:
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from _part(Change.KEPT, before[i:j])
        else:
            yield from _part(Change.DELETED, before[i:j])
            yield from _part(Change.INSERTED, after[k:m])


def _merged(parts: Iterator[Part]) -> Iterator[Part]:
    kept = deleted = inserted = ""
    for part in parts:
        if part.change is Change.KEPT:
            kept += part.text
            continue
        if kept and not ((deleted or inserted) and _joins(kept)):
            yield from _settled(deleted, inserted, kept)
            kept = deleted = inserted = ""
        deleted, inserted, kept = deleted + kept, inserted + kept, ""
        if part.change is Change.DELETED:
            deleted += part.text
        else:
            inserted += part.text
    yield from _settled(deleted, inserted, kept)


def _at_line_starts(parts: list[Part]) -> Iterator[Part]:
    """Move changes over equal text so that a new line is shown as one line, not as the end of one and half the next."""
    for place in range(1, len(parts) - 1):
        left, middle, right = parts[place - 1 : place + 2]
        if middle.change is not Change.KEPT and left.change is right.change is Change.KEPT and "\n" in middle.text:
            parts[place - 1 : place + 2] = _slid(left.text, middle, right.text)
    return (part for part in parts if part.text)


def _slid(left: str, middle: Part, right: str) -> list[Part]:
    text, size = left + middle.text + right, len(middle.text)
    start = len(left)
    for places in (range(start, len(text) - size + 1), range(start, -1, -1)):
        for place in places:
            # One step is possible while the character that leaves the change is the one that enters it.
            if place > start and text[place - 1] != text[place + size - 1]:
                break
            if place < start and text[place] != text[place + size]:
                break
            if place == 0 or text[place - 1] == "\n":
                return [
                    Part(Change.KEPT, text[:place]),
                    Part(middle.change, text[place : place + size]),
                    Part(Change.KEPT, text[place + size :]),
                ]
    return [Part(Change.KEPT, left), middle, Part(Change.KEPT, right)]


def _settled(deleted: str, inserted: str, kept: str) -> Iterator[Part]:
    yield from _part(Change.DELETED, deleted)
    yield from _part(Change.INSERTED, inserted)
    yield from _part(Change.KEPT, kept)


def _joins(text: str) -> bool:
    return "\n" not in text and not any(character.isalnum() for character in text)


def _part(change: Change, tokens: Sequence[str]) -> Iterator[Part]:
    if tokens:
        yield Part(change, "".join(tokens))


def _sentences(tokens: Sequence[str]) -> list[tuple[str, ...]]:
    sentences: list[list[str]] = [[]]
    for token in tokens:
        ended = token.isspace() and sentences[-1] and sentences[-1][-1] in ".!?"
        sentences[-1].append(token)
        if ended or "\n" in token:
            sentences.append([])
    return [tuple(sentence) for sentence in sentences if sentence]
