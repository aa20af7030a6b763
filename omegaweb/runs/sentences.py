"""A candidate's content in pieces that people can follow: sentences, list items, examples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from omegaweb.runs.diffs import EXAMPLES
from omegaweb.runs.values import as_text

#: From here on, one sentence counts as another one reworded.
REWORDED_FROM = 0.6
_WORD = re.compile(r"\w+")
#: Where a text is cut: after a sentence's end, and at line breaks.
_CUT = re.compile(r"(?<=[.!?:;])\s+|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A sentence, an item or an example."""

    variable: str
    name: str  # of the field
    text: str
    example: Mapping[str, Any] | None = field(default=None, compare=False)


def pieces_of(content: Mapping[str, Any]) -> list[Piece]:
    """Return the pieces of a content (variable name → custom fields and "examples"), in their order."""
    return [
        piece
        for variable, value in content.items()
        for name, item in value.items()
        for piece in _cut(variable, name, item)
    ]


def _cut(variable: str, name: str, item: Any) -> Iterator[Piece]:
    if name == EXAMPLES:
        for example in item:
            told = {key: example.get(key) for key in ("inputs", "outputs")}
            yield Piece(variable=variable, name=name, text=json.dumps(told, sort_keys=True), example=told)
    elif isinstance(item, list):
        for each in item:
            yield Piece(variable=variable, name=name, text=as_text(each))
    else:
        for sentence in _CUT.split(as_text(item)):
            if sentence.strip():
                yield Piece(variable=variable, name=name, text=sentence.strip())


def most_like(piece: Piece, others: list[Piece]) -> Piece | None:
    """Return the piece that this one is or was reworded from; examples are never reworded, only exchanged."""
    if piece in others:
        return piece
    if piece.example is not None:
        return None
    rivals = [other for other in others if (other.variable, other.name) == (piece.variable, piece.name)]
    likeness = [(_likeness(piece.text, other.text), other) for other in rivals]
    best, other = max(likeness, key=lambda pair: pair[0], default=(0.0, piece))
    return other if best >= REWORDED_FROM else None


def _likeness(one: str, other: str) -> float:
    """Compare word by word: letters would find likeness in any two sentences."""
    matcher = SequenceMatcher(None, _WORD.findall(one.lower()), _WORD.findall(other.lower()), autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= REWORDED_FROM else 0.0
