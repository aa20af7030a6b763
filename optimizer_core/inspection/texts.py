"""The texts of a candidate's content, and the words in them."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from optimizer_core.data.by_identity import ByIdentity
from optimizer_core.data.variable import EXAMPLES

#: Fields whose name ends so hold code, of which words say nothing.
CODE = ("script", "code")
#: A letter of a script without spaces is a word by itself.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+(?:['’][^\W_]+)*")


class Word(NamedTuple):
    """A word as it is compared, and where it stands."""

    text: str
    start: int
    end: int


def _make_prose(content: Mapping[str, Any]) -> Mapping[str, str]:
    fields = {
        name: "\n".join(strings(value))
        for name, value in content.items()
        if name != EXAMPLES and not name.casefold().endswith(CODE)
    }
    return {name: text for name, text in fields.items() if text}


#: The text of each field that holds any, without examples, which carry rows on purpose, and code. All checks ask for
#: it, of the same few contents.
prose: ByIdentity[Mapping[str, str]] = ByIdentity(_make_prose)


def whole(content: Mapping[str, Any]) -> str:
    """Return the text of all fields together."""
    return "\n".join(prose(content).values())


def strings(value: Any) -> list[str]:
    """Return every text in a JSON value."""
    found: list[str] = []
    _collect(value, found)
    return found


def _collect(value: Any, found: list[str]) -> None:
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, dict):
        for item in value.values():
            _collect(item, found)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _collect(item, found)


def words_in(text: str) -> list[Word]:
    """Return the words of a text; neither case nor what stands between them counts."""
    return [Word(found[0].casefold().replace("’", "'"), *found.span()) for found in _WORD.finditer(text)]


@lru_cache(maxsize=512)
def spaced(text: str) -> str:
    """Return the words of a text with a space before and after each; kept, because the same are looked at again."""
    words = " ".join(_WORD.findall(text)).casefold().replace("’", "'")
    return f" {words} "


@lru_cache(maxsize=512)
def plain_words(text: str) -> tuple[str, ...]:
    """Return the words of a text without their places; kept, and so each word is held once."""
    return tuple(map(sys.intern, spaced(text).split()))


def holds(text: str, run: Sequence[str]) -> bool:
    """Return True if the words of ``run`` stand in a row in a :func:`spaced` text."""
    return f" {' '.join(run)} " in text
