"""What changed between two versions of the trainable variables: words of texts, and which examples."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omegaweb.runs.values import Value, as_text, shown_values
from omegaweb.runs.word_diff import Change, Part, Row, diff_words, side_by_side

EXAMPLES = "examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiff:
    """One field of a variable, before and after."""

    variable: str
    field: str
    parts: tuple[Part, ...]

    @property
    def changed(self) -> bool:
        return any(part.change is not Change.KEPT for part in self.parts)

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(side_by_side(self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleChange:
    """One few-shot example and what happened to it."""

    change: Change
    example: Mapping[str, Any]

    @property
    def inputs(self) -> list[Value]:
        return shown_values(self.example.get("inputs"))

    @property
    def outputs(self) -> list[Value]:
        return shown_values(self.example.get("outputs"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamplesDiff:
    """The examples of one variable, before and after, in the order the new version shows them."""

    variable: str
    changes: tuple[ExampleChange, ...]
    reordered: bool = False  # the same examples, in another order

    @property
    def changed(self) -> bool:
        return self.reordered or any(item.change is not Change.KEPT for item in self.changes)

    def count(self, change: str) -> int:
        return sum(item.change == change for item in self.changes)

    @property
    def added(self) -> int:
        return self.count(Change.INSERTED)

    @property
    def removed(self) -> int:
        return self.count(Change.DELETED)

    @property
    def kept(self) -> int:
        return self.count(Change.KEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentDiff:
    """Everything that changed between two contents."""

    fields: tuple[FieldDiff, ...]
    examples: tuple[ExamplesDiff, ...]

    @property
    def changed(self) -> bool:
        return any(field.changed for field in self.fields) or any(item.changed for item in self.examples)

    @property
    def several_variables(self) -> bool:
        return len({item.variable for item in self.fields}) > 1


def diff_contents(before: Mapping[str, Any], after: Mapping[str, Any]) -> ContentDiff:
    """Compare two contents (variable name → custom fields and "examples"), field by field."""
    fields: list[FieldDiff] = []
    examples: list[ExamplesDiff] = []
    for variable in _names(before, after):
        old, new = before.get(variable, {}), after.get(variable, {})
        for field in _names(old, new):
            if field == EXAMPLES:
                continue
            parts = diff_words(as_text(old.get(field), indent=2), as_text(new.get(field), indent=2))
            fields.append(FieldDiff(variable=variable, field=field, parts=parts))
        if old.get(EXAMPLES) or new.get(EXAMPLES):
            examples.append(_diff_examples(variable, old.get(EXAMPLES, []), new.get(EXAMPLES, [])))
    return ContentDiff(fields=tuple(fields), examples=tuple(examples))


def _diff_examples(variable: str, before: Sequence[Any], after: Sequence[Any]) -> ExamplesDiff:
    old, new = [_example_key(item) for item in before], [_example_key(item) for item in after]
    changes = [
        ExampleChange(change=Change.KEPT if key in old else Change.INSERTED, example=item)
        for key, item in zip(new, after, strict=True)
    ]
    changes += [
        ExampleChange(change=Change.DELETED, example=item)
        for key, item in zip(old, before, strict=True)
        if key not in new
    ]
    return ExamplesDiff(variable=variable, changes=tuple(changes), reordered=old != new and sorted(old) == sorted(new))


def _example_key(example: Any) -> str:
    if isinstance(example, Mapping):
        # The reward an example once got is bookkeeping: the model never sees it.
        example = {key: value for key, value in example.items() if key != "reward"}
    return json.dumps(example, sort_keys=True)


def _names(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*after, *before]))
