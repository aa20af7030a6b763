"""From a model's text to a JSON object that fits a schema: forgiving in form, strict in content."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from pydantic_core import from_json

from optimizer_core.data.schema import Schema
from optimizer_core.json_values import JsonObject, storable

_FENCE = re.compile(r"```[a-zA-Z]*\s*\n?(.*?)```", re.DOTALL)
#: Where something begins that may hold an object, or be one.
_MARK = re.compile(r'</?think>|```|\{(?=\s*["}])')
_THOUGHT = "</think>"
#: A string, or a comma to leave out. One that is cut off ends with the text: else each of its quotes would be tried.
_COMMA = re.compile(r'("(?:[^"\\]|\\.)*(?:"|\\?\Z))|,(\s*[}\]])', re.DOTALL)
MOST_PROBLEMS_SHOWN = 12
MOST_BRACES_TRIED = 200  # each costs one walk through the text


def read_answer(text: str, schema: Schema) -> tuple[JsonObject | None, list[str]]:
    """Return the object in ``text``, and what keeps it from fitting ``schema`` (nothing where it fits).

    Code fences, text around the JSON, a reasoning block and trailing commas are forgiven. Of several objects the first
    that fits counts, else the last.
    """
    last: JsonObject | None = None
    problems = ["the answer holds no JSON object"]
    for value in json_objects(text):
        found = schema.problems(value)
        if not found:
            return value, []
        last, problems = value, found
    return last, problems


def json_objects(text: str) -> Iterator[JsonObject]:
    """Yield the outermost JSON objects in ``text``: the whole, else the code fences, else whatever braces enclose.

    What stands in a reasoning block is none, but what looks like one in an object's own texts belongs to the object.
    Some servers send the end of the block without its beginning: then what comes before counts only if nothing follows.
    """
    whole = _load(text)
    if whole is not None:
        yield whole
        return
    fenced: list[JsonObject] = []
    embedded: list[JsonObject] = []
    drafts: list[JsonObject] = []
    position = tries = 0
    while mark := _MARK.search(text, position):
        start, position = mark.span()
        match mark[0]:
            case "<think>":
                end = text.find(_THOUGHT, position)
                position = position if end < 0 else end + len(_THOUGHT)
            case "</think>":
                drafts, fenced, embedded = fenced or embedded or drafts, [], []
            case "```":
                block = _FENCE.match(text, start)
                if block and (value := _load(block[1])) is not None:
                    fenced.append(value)
                    position = block.end()
            case _ if tries < MOST_BRACES_TRIED:
                tries += 1
                closed = _closing_brace(text, start)
                if closed and (value := _load(text[start:closed])) is not None:
                    embedded.append(value)
                    position = closed
    yield from fenced or embedded or drafts


def repair_request(problems: list[str], schema: Schema) -> str:
    """Return what to say to a model whose answer did not fit."""
    shown = "\n".join(f"- {problem}" for problem in problems[:MOST_PROBLEMS_SHOWN])
    return (
        f"Your answer does not fit the required form:\n{shown}\n\n"
        f"Answer again with exactly one JSON object and nothing else. It must fit this JSON Schema:\n"
        f"{json.dumps(schema.json_schema, ensure_ascii=False)}"
    )


def _closing_brace(text: str, start: int) -> int | None:
    """Return the place behind the brace that closes the one at ``start``; braces inside strings don't count."""
    depth, in_string, escaped = 0, False, False
    for position in range(start, len(text)):
        character = text[position]
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                return position + 1
    return None


def _load(text: str) -> JsonObject | None:
    try:  # strict, and several times as fast: most answers need nothing else
        value = from_json(text, allow_inf_nan=False)
    except (ValueError, TypeError):  # the latter of half of a surrogate pair, which is no UTF-8
        return _mended(text)
    return storable(value) if isinstance(value, dict) else None


def _mended(text: str) -> JsonObject | None:
    for mend in (str, _without_trailing_commas):
        try:
            value = _DECODER.decode(mend(text))
            return storable(value) if isinstance(value, dict) else None
        except (ValueError, RecursionError):
            continue
    return None


def _without_trailing_commas(text: str) -> str:
    """Return ``text`` without commas that stand right before a closing bracket, outside strings."""
    return _COMMA.sub(lambda found: found[1] or found[2], text)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant, strict=False)
