"""What a field's JSON schema allows, as a GBNF grammar the model cannot leave.

The grammar is our own and not llama.cpp's ready-made JSON mode, for two reasons measured on SmolLM2-135M: asked for
JSON it collapses to one label, and unbounded white space runs to the token limit. So a simple field is written bare,
``label: billing``, every repetition has an upper bound, and only lists and objects are written as JSON, on one line.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from omegaweb.embedded.gbnf import Chain, Characters, Literal, Node, OneOf, Repeat

Schema: TypeAlias = Mapping[str, Any]

MAX_TEXT = 400  # characters of one text field where the schema names no smaller maxLength
MAX_ITEMS = 8  # items of one list where the schema names no smaller maxItems
MAX_DIGITS = 9  # of a whole number
MAX_DECIMALS = 4  # digits after the point
MAX_LISTED = 256  # a range of whole numbers up to this size is written out as alternatives
MAX_DEPTH = 4  # of lists and objects inside each other; deeper ones are refused


class UnsupportedSchema(ValueError):
    """The built-in model cannot be held to this schema."""


_DIGIT = Characters("[0-9]")
_NATURAL = OneOf((Literal("0"), Chain((Characters("[1-9]"), Repeat(_DIGIT, 0, MAX_DIGITS - 1)))))
_BOOLEAN = OneOf((Literal("true"), Literal("false")))
# No quote, backslash or control character, so that no escape is needed.
_JSON_CHARACTER = Characters(r'[^"\\\x00-\x1f]')
_LINE_CHARACTER = Characters(r"[^\x00-\x1f]")
_INK = Characters(r"[^\x00-\x20]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """How one output field is written by the model and read back."""

    grammar: Node
    read: Callable[[str], Any]
    choices: tuple[str, ...] = ()  # the allowed texts, where they are a list
    most_tokens: int  # more than the grammar can need, a belt beside the braces

    def gbnf(self) -> str:
        """Return the grammar of what follows ``name:``, a space first."""
        return f'root ::= " " {self.grammar.gbnf()}'


def field_of(schema: Schema, root: Schema) -> Field:
    """Return how a field of this schema is written; ``root`` holds the ``$defs`` it may point to.

    Bounds that a grammar cannot say (a decimal's minimum and maximum) are put right when the text is read. A pattern or
    a format is not enforced; the caller checks the answer against the schema anyway.

    Raises:
        UnsupportedSchema: nothing fits the schema, or it points outside ``root``.
    """
    schema = resolve(schema, root)
    choices = _choices(schema)
    if choices is not None:
        return _one_of_values(choices)
    kind = _kind(schema)
    if kind == "string":
        least, most = _bounds(schema, "minLength", "maxLength", MAX_TEXT)
        return Field(grammar=_line(least, most), read=lambda text: _trimmed(text, least), most_tokens=most + 2)
    if kind in ("integer", "number"):
        return Field(grammar=_number(schema), read=lambda text: _within(json.loads(text), schema), most_tokens=20)
    if kind == "boolean":
        return Field(grammar=_BOOLEAN, read=json.loads, most_tokens=4)
    return Field(
        grammar=_json(schema, root, 0), read=lambda text: _put_right(json.loads(text), schema, root), most_tokens=700
    )


def resolve(schema: Schema, root: Schema) -> Schema:
    """Follow ``$ref`` and drop wrappers that hold a single schema."""
    for _ in range(16):
        single = next((schema[key][0] for key in ("anyOf", "oneOf", "allOf") if len(schema.get(key, ())) == 1), None)
        if "$ref" in schema:
            target: Any = root
            for step in str(schema["$ref"]).removeprefix("#/").split("/"):
                target = target.get(step) if isinstance(target, Mapping) else None
            if not isinstance(target, Mapping):
                raise UnsupportedSchema(f"{schema['$ref']!r} points nowhere in the schema")
            schema = target
        elif single is not None:
            schema = single
        else:
            return schema
    raise UnsupportedSchema("the schema points to itself")


def _choices(schema: Schema) -> list[Any] | None:
    """Return the values of an enumeration, a constant or a short range of whole numbers."""
    if "const" in schema:
        return [schema["const"]]
    if "enum" in schema:
        return list(schema["enum"])
    if _kind(schema) == "null":
        return [None]
    if _kind(schema) == "integer":
        low, high = _limits(schema)
        if low is not None and high is not None and high - low < MAX_LISTED:
            return list(range(int(low), int(high) + 1))
    return None


def _one_of_values(values: list[Any]) -> Field:
    by_text: dict[str, Any] = {}
    for value in values:
        bare = isinstance(value, str) and value and value.isprintable() and value == value.strip()
        by_text.setdefault(value if bare else json.dumps(value, ensure_ascii=False), value)
    if not by_text:
        raise UnsupportedSchema("an empty list of allowed values leaves nothing to answer")
    longest = max(len(text.encode()) for text in by_text)
    grammar = OneOf(tuple(Literal(text) for text in by_text))
    return Field(grammar=grammar, read=lambda text: by_text[text], choices=tuple(by_text), most_tokens=longest + 2)


def _kind(schema: Schema) -> str:
    kind = schema.get("type")
    if isinstance(kind, str):
        return kind
    if isinstance(kind, list):
        return "mixed" if len(kind) > 1 else str(kind[0])
    if "anyOf" in schema or "oneOf" in schema:
        return "mixed"
    return "object" if "properties" in schema else "array" if "items" in schema else "string"


def _alternatives(schema: Schema) -> list[Schema]:
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": kind} for kind in schema["type"]]
    return list(schema.get("anyOf") or schema.get("oneOf") or ())


def _json(schema: Schema, root: Schema, depth: int) -> Node:
    """Return the grammar of a JSON value on one line, members in the schema's order, none left out."""
    schema = resolve(schema, root)
    if depth > MAX_DEPTH:
        raise UnsupportedSchema(f"lists and objects lie more than {MAX_DEPTH} deep inside each other")
    choices = _choices(schema)
    if choices is not None:
        if not choices:
            raise UnsupportedSchema("an empty list of allowed values leaves nothing to answer")
        return OneOf(tuple(Literal(json.dumps(value, ensure_ascii=False)) for value in choices))
    kind = _kind(schema)
    if kind == "mixed":
        return OneOf(tuple(_json(option, root, depth + 1) for option in _alternatives(schema)))
    if kind == "array":
        least, most = _bounds(schema, "minItems", "maxItems", MAX_ITEMS)
        item = _json(schema.get("items") or {"type": "string"}, root, depth + 1)
        if most == 0:
            return Literal("[]")
        several = Chain((item, Repeat(Chain((Literal(", "), item)), max(least - 1, 0), most - 1)))
        return Chain((Literal("["), several if least else Repeat(several, 0, 1), Literal("]")))
    if kind == "object":
        parts: list[Node] = [Literal("{")]
        for number, (name, member) in enumerate(schema.get("properties", {}).items()):
            key = f"{', ' if number else ''}{json.dumps(name, ensure_ascii=False)}: "
            parts += [Literal(key), _json(member, root, depth + 1)]
        return Chain((*parts, Literal("}")))
    if kind == "boolean":
        return _BOOLEAN
    if kind in ("integer", "number"):
        return _number(schema)
    least, most = _bounds(schema, "minLength", "maxLength", MAX_TEXT // 4)
    return Chain((Literal('"'), Repeat(_JSON_CHARACTER, least, most), Literal('"')))


def _line(least: int, most: int) -> Node:
    """Return a text on one line that begins with ink, so that the model cannot answer with blanks."""
    if most == 0:
        return Literal("")
    return Chain((_INK, Repeat(_LINE_CHARACTER, max(least - 1, 0), most - 1)))


def _trimmed(text: str, least: int) -> str:
    short = text.rstrip()
    return short if len(short) >= least else text


def _bounds(schema: Schema, least_key: str, most_key: str, default: int) -> tuple[int, int]:
    least = int(schema.get(least_key, 0))
    most = min(int(schema.get(most_key, default)), max(default, least))
    if least > most:
        raise UnsupportedSchema(f"{least_key} {least} is more than {most_key} {most}")
    return least, most


def _number(schema: Schema) -> Node:
    low, _ = _limits(schema)
    parts: list[Node] = [_NATURAL]
    if low is None or low < 0:
        parts.insert(0, Repeat(Literal("-"), 0, 1))
    if _kind(schema) == "number":
        parts.append(Repeat(Chain((Literal("."), Repeat(_DIGIT, 1, MAX_DECIMALS))), 0, 1))
    return Chain(tuple(parts))


def _limits(schema: Schema) -> tuple[float | None, float | None]:
    """Return the least and the greatest number allowed; whole numbers for whole numbers."""
    whole = _kind(schema) == "integer"
    step = 1 if whole else 10**-MAX_DECIMALS
    lows = [math.ceil(x) if whole else x for x in [schema.get("minimum")] if x is not None]
    highs = [math.floor(x) if whole else x for x in [schema.get("maximum")] if x is not None]
    lows += [(math.floor(x) if whole else x) + step for x in [schema.get("exclusiveMinimum")] if x is not None]
    highs += [(math.ceil(x) if whole else x) - step for x in [schema.get("exclusiveMaximum")] if x is not None]
    low, high = max(lows, default=None), min(highs, default=None)
    if low is not None and high is not None and low > high:
        raise UnsupportedSchema(f"no number lies between {low} and {high}")
    return low, high


def _within(number: Any, schema: Schema) -> Any:
    low, high = _limits(schema)
    if low is not None:
        number = max(number, low)
    return number if high is None else min(number, high)


def _put_right(value: Any, schema: Schema, root: Schema) -> Any:
    """Bring the numbers inside a JSON value within their bounds."""
    schema = resolve(schema, root)
    if _kind(schema) == "mixed":
        return _put_right(value, next(option for option in _alternatives(schema) if _suits(value, option, root)), root)
    if isinstance(value, list):
        return [_put_right(item, schema.get("items") or {}, root) for item in value]
    if isinstance(value, dict):
        members = schema.get("properties", {})
        return {name: _put_right(item, members.get(name, {}), root) for name, item in value.items()}
    if _kind(schema) in ("integer", "number") and _choices(schema) is None:
        return _within(value, schema)
    return value


def _suits(value: Any, schema: Schema, root: Schema) -> bool:
    """Return whether a value read from a mixed grammar may come from this one of its alternatives."""
    schema = resolve(schema, root)
    choices, kind = _choices(schema), _kind(schema)
    if choices is not None:
        return any(value == choice and type(value) is type(choice) for choice in choices)
    if kind == "mixed":
        return any(_suits(value, option, root) for option in _alternatives(schema))
    if isinstance(value, str):
        return kind == "string" and schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
    if isinstance(value, list):
        counts = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
        return kind == "array" and counts and all(_suits(item, schema.get("items") or {}, root) for item in value)
    if isinstance(value, dict):
        members = schema.get("properties", {})
        fits = kind == "object" and value.keys() == members.keys()
        return fits and all(_suits(item, members[name], root) for name, item in value.items())
    if isinstance(value, bool):
        return kind == "boolean"
    return kind == "number" or (kind == "integer" and isinstance(value, int))
