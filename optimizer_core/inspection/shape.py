"""The shape of the answer: another format than it has, or fields that it does not have."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from optimizer_core.data.by_identity import ByIdentity
from optimizer_core.data.schema import Schema
from optimizer_core.data.schema_tree import resolve, walk
from optimizer_core.inspection.flag import Flag, FlagKind
from optimizer_core.inspection.texts import whole

_ASKS = re.compile(
    r"\b(?:answer|respond|reply|return|output|give|produce|provide|present|format)\b[^.\n]{0,50}?"
    r"\b(?:in|as|using)\s+(?:an?\s|the\s|valid\s|well-formed\s|plain\s|raw\s){0,3}"
    r"(xml|yaml|csv|html|markdown|latex|bullet(?:ed)?(?:\s(?:points?|list))?|numbered\slist|table)\b",
    re.IGNORECASE,
)
_REFUSES = re.compile(r"\b(?:not|never|no|without|avoid|don't|don’t|instead of|rather than)\b[^.\n]*$", re.IGNORECASE)
_OBJECT = re.compile(r"\{[^{}]*\}")
_KEY = re.compile(r"[\"“](\w+)[\"”]\s*:")


def drifted_shape(
    content: Mapping[str, Any], parent: Mapping[str, Any], *, outputs: Schema | None, inputs: Collection[str] = ()
) -> list[Flag]:
    """Return what is wrong with the format that a text asks for, at most one flag of each sort.

    Args:
        content: of the variable.
        parent: its content before; what it asks for already is not told again.
        outputs: of the answer; None where nothing is known of it.
        inputs: names of the fields that the program reads.
    """
    if outputs is None:
        return []
    after, before = whole(content), whole(parent)
    return [*_other_format(after, before, outputs), *_other_fields(after, before, outputs, inputs)]


def _other_format(after: str, before: str, outputs: Schema) -> list[Flag]:
    """Tell about a format that no field can hold; where one takes any text, a table in it may be what is wanted."""
    if _takes_any_text(outputs):
        return []
    for asked in _ASKS.finditer(after):
        sentence = re.split(r"[.\n]", after[: asked.start(1)])[-1]
        if not _REFUSES.search(sentence) and asked[1].casefold() not in before.casefold():
            text = f"Asks for {asked[1]}; the answer has the fields {', '.join(outputs.shared['properties'])}."
            return [Flag(kind=FlagKind.FORMAT_DRIFTED, text=text, evidence={"found": [asked[0]]})]
    return []


def _make_takes_any_text(outputs: Schema) -> bool:
    root = outputs.shared
    nodes = [resolve(node, root) if "$ref" in node else node for node in walk(root)]
    return any("string" in _types(node) and not {"enum", "const", "pattern"} & node.keys() for node in nodes)


#: A schema never changes, and is asked for every candidate.
_takes_any_text: ByIdentity[bool] = ByIdentity(_make_takes_any_text, capacity=64)


def _types(node: Mapping[str, Any]) -> list[str]:
    found = node.get("type", ())
    return [found] if isinstance(found, str) else list(found)


def _other_fields(after: str, before: str, outputs: Schema, inputs: Collection[str]) -> list[Flag]:
    """Tell about keys that stand beside those of the answer in an object that the text shows."""
    objects = _OBJECT.findall(after)
    known = {name for node in walk(outputs.shared) for name in node.get("properties", ())} if objects else set()
    for shown in objects:
        keys = list(dict.fromkeys(_KEY.findall(shown)))
        strange = [key for key in keys if key not in known and f'"{key}"' not in before]
        if strange and known & set(keys) and not set(keys) & set(inputs):
            one = len(strange) == 1
            text = f"Asks for the field{'' if one else 's'} {', '.join(strange)}, which the answer does not have."
            return [Flag(kind=FlagKind.FORMAT_DRIFTED, text=text, evidence={"found": strange})]
    return []
