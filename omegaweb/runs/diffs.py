"""What changed between two versions of the trainable variables: words of texts, and which examples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import chain
from typing import Any

from omegaweb.runs.values import Value, shown_values

EXAMPLES = "examples"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the old text beside the line of the new text that took its place."""

    before: tuple[Part, ...]
    after: tuple[Part, ...]

    @property
    def changed(self) -> bool:
        return any(part.change is not Change.KEPT for part in chain(self.before, self.after))


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiff:
    """One field of a variable, before and after."""

    variable: str
    field: str
    parts: tuple[Part, ...]

    @property
    def changed(self) -> bool:
        return any(part.change is not Change.KEPT for part in self.parts)

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(side_by_side(self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleChange:
    """One few-shot example and what happened to it."""

    change: Change
    example: Mapping[str, Any]

    @property
    def inputs(self) -> list[Value]:
        return shown_values(self.example.get("inputs"))

    @property
    def outputs(self) -> list[Value]:
        return shown_values(self.example.get("outputs"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamplesDiff:
    """The examples of one variable, before and after, in the order the new version shows them."""

    variable: str
    changes: tuple[ExampleChange, ...]
    reordered: bool = False  # the same examples, in another order

    @property
    def changed(self) -> bool:
        return self.reordered or any(item.change is not Change.KEPT for item in self.changes)

    def count(self, change: str) -> int:
        return sum(item.change == change for item in self.changes)

    @property
    def added(self) -> int:
        return self.count(Change.INSERTED)

    @property
    def removed(self) -> int:
        return self.count(Change.DELETED)

    @property
    def kept(self) -> int:
        return self.count(Change.KEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentDiff:
    """Everything that changed between two contents."""

    fields: tuple[FieldDiff, ...]
    examples: tuple[ExamplesDiff, ...]

    @property
    def changed(self) -> bool:
        return any(field.changed for field in self.fields) or any(item.changed for item in self.examples)

    @property
    def several_variables(self) -> bool:
        return len({item.variable for item in self.fields}) > 1


def diff_contents(before: Mapping[str, Any], after: Mapping[str, Any]) -> ContentDiff:
    """Compare two contents (variable name → custom fields and "examples"), field by field."""
    fields: list[FieldDiff] = []
    examples: list[ExamplesDiff] = []
    for variable in _names(before, after):
        old, new = before.get(variable, {}), after.get(variable, {})
        for field in _names(old, new):
            if field == EXAMPLES:
                continue
            parts = diff_words(_as_text(old.get(field)), _as_text(new.get(field)))
            fields.append(FieldDiff(variable=variable, field=field, parts=parts))
        if old.get(EXAMPLES) or new.get(EXAMPLES):
            examples.append(_diff_examples(variable, old.get(EXAMPLES, []), new.get(EXAMPLES, [])))
    return ContentDiff(fields=tuple(fields), examples=tuple(examples))


def diff_words(before: str, after: str) -> tuple[Part, ...]:
    """Compare two texts word by word.

    The kept and the inserted parts joined give `after`, the kept and the deleted ones give `before`. A gap of mere
    space or punctuation between two changes belongs to them, so that a rewritten sentence reads as one change.
    """
    return tuple(_merged(_compare(_TOKEN.findall(before), _TOKEN.findall(after))))


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


def _diff_examples(variable: str, before: Sequence[Any], after: Sequence[Any]) -> ExamplesDiff:
    old, new = [_example_key(item) for item in before], [_example_key(item) for item in after]
    changes = [
        ExampleChange(change=Change.KEPT if key in old else Change.INSERTED, example=item)
        for key, item in zip(new, after, strict=True)
    ]
    changes += [
        ExampleChange(change=Change.DELETED, example=item)
        for key, item in zip(old, before, strict=True)
        if key not in new
    ]
    return ExamplesDiff(variable=variable, changes=tuple(changes), reordered=old != new and sorted(old) == sorted(new))


def _example_key(example: Any) -> str:
    if isinstance(example, Mapping):
        # The reward an example once got is bookkeeping: the model never sees it.
        example = {key: value for key, value in example.items() if key != "reward"}
    return json.dumps(example, sort_keys=True)


def _names(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*after, *before]))


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
