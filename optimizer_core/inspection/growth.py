"""The text has grown a lot: every call pays for each word of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimizer_core.inspection.flag import Flag, FlagKind
from optimizer_core.inspection.texts import plain_words, whole

#: How many times the longest parent's words a text may have.
RATIO = 2.0
#: Words that a parent is counted with at least: a first sentence may become a page.
FIRST_PAGE = 400
#: Words from which on each further tenth is told.
LONG, FURTHER = 2000, 1.1


def grown_length(content: Mapping[str, Any], parents: Sequence[Mapping[str, Any]]) -> list[Flag]:
    """Return a flag if the text is much longer than the longest parent's, or long and longer, at most one.

    Args:
        content: of the variable; its examples don't count.
        parents: contents that it was made from; at least one.
    """
    after = len(plain_words(whole(content)))
    before = max(len(plain_words(whole(parent))) for parent in parents)
    if after > RATIO * max(before, FIRST_PAGE):
        text = f"Grew from {before:,} to {after:,} words; every call pays for them."
    elif after > LONG and after > FURTHER * before:
        text = f"Is {after:,} words long, {after - before:,} more than its parent; every call pays for them."
    else:
        return []
    return [Flag(kind=FlagKind.LENGTH_GROWN, text=text, evidence={"before": before, "after": after})]
