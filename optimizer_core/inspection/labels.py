"""Labels: the parent named all of them and some are gone, or the text offers one that the answer may not have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from optimizer_core.data.by_identity import ByIdentity
from optimizer_core.data.schema import Schema
from optimizer_core.data.schema_tree import resolve, walk
from optimizer_core.inspection.flag import Flag, FlagKind
from optimizer_core.inspection.texts import holds, plain_words, whole

#: Letters of a label from which on its bare word counts; "no" is said for many reasons, so it must stand in quotes.
TELLING = 4
#: Labels that a list must share with the answer before its other items count.
SHARED = 2
_MARKS = "\"'`*“”‘’«»"
_OFFER = re.compile(r"\b(?:one of|either)\b(?: the following)?[^:.\n]{0,30}?:?\s*([^.;\n(]+)", re.IGNORECASE)
_ITEM = re.compile(r"\s*(?:,\s*(?:or|and)\b|,|/|\||\bor\b|\band\b)\s*", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+(.{1,60}?)\s*(?:$|:|\s[-–—]\s|\()", re.MULTILINE)
_DRESSED = re.compile(rf"[{_MARKS}]|_")


def labels_of(outputs: Schema | None) -> Mapping[str, list[str]]:
    """Return the labels of each output field that has a closed list of them, at least two."""
    return {} if outputs is None else _labels_of(outputs)


def _make_labels_of(outputs: Schema) -> Mapping[str, list[str]]:
    root = outputs.shared
    found = {name: list(_choices(field, root)) for name, field in root["properties"].items()}
    return {name: labels for name, labels in found.items() if len(labels) > 1}


#: A schema never changes, and is asked for every candidate.
_labels_of: ByIdentity[Mapping[str, list[str]]] = ByIdentity(_make_labels_of, capacity=64)


def drifted_labels(
    content: Mapping[str, Any], parent: Mapping[str, Any], labels: Mapping[str, list[str]]
) -> list[Flag]:
    """Return what is wrong with the labels that a text names, at most one flag for each field.

    Args:
        content: of the variable.
        parent: its content before.
        labels: of each output field.
    """
    after, before = whole(content), whole(parent)
    return [flag for field, known in labels.items() for flag in _of_field(field, known, after, before)][: len(labels)]


def _of_field(field: str, labels: list[str], after: str, before: str) -> Iterator[Flag]:
    lost = [label for label in labels if not _names(after, label)]
    if lost and all(_names(before, label) for label in labels):
        told = ", ".join(lost[:5]) + (" …" if len(lost) > 5 else "")
        text = (
            f"No longer names {'the label' if len(lost) == 1 else 'the labels'} {told} of {field}, as its parent did."
        )
        yield Flag(kind=FlagKind.FORMAT_DRIFTED, text=text, evidence={"field": field, "lost": lost})
    strange = [item for item in _strange(labels, after) if not _names(before, item)]
    if strange:
        one = len(strange) == 1
        text = f"Offers {', '.join(strange[:5])} as {'a label' if one else 'labels'}, which {field} may not be."
        yield Flag(kind=FlagKind.FORMAT_DRIFTED, text=text, evidence={"field": field, "found": strange})


def _choices(field: Any, root: Mapping[str, Any]) -> Iterator[str]:
    for node in walk(resolve(field, dict(root))):
        node = resolve(node, dict(root)) if "$ref" in node else node
        yield from (value for value in node.get("enum", ()) if isinstance(value, str))
        if isinstance(node.get("const"), str):
            yield node["const"]


def _names(text: str, label: str) -> bool:
    """Return True if a text names a label: as words, or in quotes where it is too short to be told from others."""
    words = [_stem(word) for word in plain_words(label)]
    if not words:
        return label in text
    if len(label) < TELLING:
        return re.search(rf"[{_MARKS}\[]\s*{re.escape(label)}\s*[{_MARKS}\]]", text, re.IGNORECASE) is not None
    return holds(_stems(text), words)


@lru_cache(maxsize=64)
def _stems(text: str) -> str:
    return f" {' '.join(map(_stem, plain_words(text)))} "


def _stem(word: str) -> str:
    return word[:-1] if len(word) > TELLING and word.endswith("s") else word


def _strange(labels: list[str], text: str) -> list[str]:
    """Return what stands among labels, in a list of at least two of them, and is none."""
    known = {_plain(label) for label in labels}
    longest = max(len(label.split()) for label in known)
    strange: list[str] = []
    for items in _lists(text):
        shared = [item for item in items if _plain(item) in known]
        if len({_plain(item) for item in shared}) < SHARED:
            continue
        dressed = all(_DRESSED.search(item) for item in shared)
        for item in items:
            looks_alike = _DRESSED.search(item) if dressed else len(_plain(item).split()) <= longest
            if looks_alike and _plain(item) and _plain(item) not in known:
                strange.append(item.strip(f"{_MARKS} "))
    return list(dict.fromkeys(strange))


def _lists(text: str) -> Iterator[Sequence[str]]:
    """Yield the items of each list in a text: of "one of a, b or c", and of the lines of a bullet list."""
    for offer in _OFFER.findall(text):
        # Each run of spaces as one: the pattern would try every place in it.
        yield [item for item in _ITEM.split(" ".join(offer.split())) if item]
    for block in re.split(r"\n\s*\n", text):
        yield _BULLET.findall(block)


def _plain(label: str) -> str:
    return " ".join(_stem(word) for word in plain_words(label))
