"""The texts of a candidate's content, and the words in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

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


def prose(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the text of each field that holds any, without examples, which carry rows on purpose, and code."""
    fields = {
        name: "\n".join(strings(value))
        for name, value in content.items()
        if name != EXAMPLES and not name.casefold().endswith(CODE)
    }
    return {name: text for name, text in fields.items() if text}


def whole(content: Mapping[str, Any]) -> str:
    """Return the text of all fields together."""
    return "\n".join(prose(content).values())


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from strings(item)


def words_in(text: str) -> list[Word]:
    """Return the words of a text; neither case nor what stands between them counts."""
    return [Word(found[0].casefold().replace("’", "'"), *found.span()) for found in _WORD.finditer(text)]


@lru_cache(maxsize=512)
def spaced(text: str) -> str:
    """Return the words of a text with a space before and after each; kept, because the same are looked at again."""
    words = " ".join(_WORD.findall(text)).casefold().replace("’", "'")
    return f" {words} "


def plain_words(text: str) -> list[str]:
    """Return the words of a text without their places."""
    return spaced(text).split()


def holds(text: str, run: Sequence[str]) -> bool:
    """Return True if the words of ``run`` stand in a row in a :func:`spaced` text."""
    return f" {' '.join(run)} " in text
