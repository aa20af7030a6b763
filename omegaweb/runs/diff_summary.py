"""A difference in one line: "2 examples added, 14 words added, 3 removed"."""

from __future__ import annotations

import re
from collections.abc import Callable

from omegaweb.runs.diffs import ContentDiff, ExamplesDiff, FieldDiff, ListDiff
from omegaweb.runs.word_diff import Change

_WORD = re.compile(r"\w+")
_FATES = (("added", "added"), ("removed", "removed"), ("edited", "changed"), ("moved", "moved"))


def summary_of(diff: ContentDiff) -> str:
    """Return what changed, in one line; empty where nothing did."""
    said = [_list_words(examples, "example") for examples in diff.examples]
    said += [_list_words(each, _singular(each.field)) for each in diff.lists]
    said += [_texts([field for field in diff.fields if not field.is_code], _words, "word")]
    said += [_texts([field for field in diff.fields if field.is_code], _lines, "line")]
    return ", ".join(filter(None, said))


def _list_words(diff: ExamplesDiff | ListDiff, noun: str) -> str:
    counted = [(getattr(diff, name), word) for name, word in _FATES if getattr(diff, name)]
    return ", ".join(f"{count} {_plural(noun, count)} {word}" for count, word in counted)


def _texts(fields: list[FieldDiff], count_of: Callable[[str], int], noun: str) -> str:
    parts = [part for field in fields for part in field.parts]
    counted = [
        (sum(count_of(part.text) for part in parts if part.change is change), word)
        for change, word in ((Change.INSERTED, "added"), (Change.DELETED, "removed"))
    ]
    said = ", ".join(f"{count} {_plural(noun, count)} {word}" for count, word in counted if count)
    if said or all(part.change is Change.KEPT for part in parts):
        return said
    return "spaces or punctuation changed"


def _words(text: str) -> int:
    return len(_WORD.findall(text))


def _lines(text: str) -> int:
    return len(text.splitlines())


def _singular(field: str) -> str:
    name = field.replace("_", " ")
    return name[:-1] if name.endswith("s") else f"item of {name}"


def _plural(noun: str, count: int) -> str:
    first, _, rest = noun.partition(" of ")
    plural = first if count == 1 else f"{first}s"
    return f"{plural} of {rest}" if rest else plural
