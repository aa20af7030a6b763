"""What changed between two versions of the trainable variables: words of texts, lines of code, items of lists, keys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from omegaweb.runs.list_diff import Fate, Item, diff_lists
from omegaweb.runs.values import Value, as_text, shown_values
from omegaweb.runs.word_diff import Change, Part, Row, diff_lines, diff_words, side_by_side

EXAMPLES = "examples"
#: From here on, a step of a plan counts as another one, changed.
RESEMBLES_FROM = 0.6
_CODE = ("script", "code")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiff:
    """One text of a variable, before and after; the members of an object are fields of their own."""

    variable: str
    field: str  # "instructions", "style.tone"
    parts: tuple[Part, ...]
    is_code: bool = False

    @property
    def changed(self) -> bool:
        return any(part.change is not Change.KEPT for part in self.parts)

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(side_by_side(self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsDiff:
    """A list of a variable, before and after, in the order of the new version; what is gone comes last."""

    variable: str
    items: tuple[Item, ...]

    def count(self, fate: Fate) -> int:
        return sum(item.fate is fate for item in self.items)

    @property
    def changed(self) -> bool:
        return any(item.fate is not Fate.KEPT for item in self.items)

    @property
    def added(self) -> int:
        return self.count(Fate.INSERTED)

    @property
    def removed(self) -> int:
        return self.count(Fate.DELETED)

    @property
    def edited(self) -> int:
        return self.count(Fate.CHANGED)

    @property
    def moved(self) -> int:
        return self.count(Fate.MOVED)

    @property
    def kept(self) -> int:
        return self.count(Fate.KEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDiff(ItemsDiff):
    """A field that is a list, such as the steps of a plan."""

    field: str

    @property
    def shown(self) -> Iterator[tuple[Item, tuple[Part, ...]]]:
        """Each item with its text; where it changed, with what changed in it."""
        for item in self.items:
            old, new = as_text(item.before), as_text(item.after)
            if item.fate is Fate.CHANGED:
                yield item, diff_words(old, new)
            else:
                yield item, (Part(Change.KEPT, old if item.fate is Fate.DELETED else new),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleChange:
    """One few-shot example and what happened to it."""

    item: Item

    @property
    def fate(self) -> Fate:
        return self.item.fate

    @property
    def example(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.item.before if self.fate is Fate.DELETED else self.item.after
        return found

    @property
    def inputs(self) -> list[Value]:
        return shown_values(self.example.get("inputs"))

    @property
    def outputs(self) -> list[Value]:
        return shown_values(self.example.get("outputs"))

    @property
    def old_outputs(self) -> list[Value]:
        return shown_values(self.item.before.get("outputs")) if self.fate is Fate.CHANGED else []


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamplesDiff(ItemsDiff):
    """The few-shot examples of a variable."""

    @property
    def changes(self) -> list[ExampleChange]:
        return [ExampleChange(item=item) for item in self.items]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentDiff:
    """Everything that changed between two contents."""

    fields: tuple[FieldDiff, ...]
    lists: tuple[ListDiff, ...]
    examples: tuple[ExamplesDiff, ...]

    @property
    def changed(self) -> bool:
        return any(item.changed for item in self._all)

    @property
    def several_variables(self) -> bool:
        return len({item.variable for item in self._all}) > 1

    @property
    def _all(self) -> list[FieldDiff | ItemsDiff]:
        return [*self.fields, *self.lists, *self.examples]


def diff_contents(before: Mapping[str, Any], after: Mapping[str, Any]) -> ContentDiff:
    """Compare two contents (variable name → custom fields and "examples"), field by field."""
    fields: list[FieldDiff] = []
    lists: list[ListDiff] = []
    examples: list[ExamplesDiff] = []
    for variable in _names(before, after):
        old, new = before.get(variable, {}), after.get(variable, {})
        for field in _names(old, new):
            one, other = old.get(field), new.get(field)
            if field == EXAMPLES:
                if one or other:
                    items = diff_lists(one or [], other or [], key=_example_key, resembles=_same_inputs)
                    examples.append(ExamplesDiff(variable=variable, items=tuple(items)))
            elif _is(list, one, other):
                items = diff_lists(one or [], other or [], key=_key, resembles=_resembles)
                lists.append(ListDiff(variable=variable, field=field, items=tuple(items)))
            else:
                fields.extend(_diff_field(variable, field, one, other))
    return ContentDiff(fields=tuple(fields), lists=tuple(lists), examples=tuple(examples))


def _diff_field(variable: str, field: str, before: Any, after: Any) -> Iterator[FieldDiff]:
    if _is(dict, before, after):
        old, new = before or {}, after or {}
        for name in _names(old, new):
            yield from _diff_field(variable, f"{field}.{name}", old.get(name), new.get(name))
        return
    is_code = field.rpartition("_")[2] in _CODE
    compare = diff_lines if is_code else diff_words
    parts = compare(as_text(before, indent=2), as_text(after, indent=2))
    yield FieldDiff(variable=variable, field=field, parts=parts, is_code=is_code)


def _is(kind: type[Any], before: Any, after: Any) -> bool:
    """Whether what is there of two values is of a kind."""
    there = [value for value in (before, after) if value is not None]
    return bool(there) and all(isinstance(value, kind) for value in there)


def _example_key(example: Any) -> str:
    if isinstance(example, Mapping):
        # The reward an example once got is bookkeeping: the model never sees it.
        example = {key: value for key, value in example.items() if key != "reward"}
    return _key(example)


def _same_inputs(before: Any, after: Any) -> bool:
    return _key(before.get("inputs")) == _key(after.get("inputs"))


def _resembles(before: Any, after: Any) -> bool:
    old, new = as_text(before).split(), as_text(after).split()
    return SequenceMatcher(None, old, new, autojunk=False).ratio() >= RESEMBLES_FROM


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _names(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*after, *before]))
