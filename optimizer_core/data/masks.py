"""Masks: which fields of an answer count (decision D15).

A name is exact: ``answer`` keeps ``answer`` and not ``answers`` or ``answer_1``. A dotted path leads into objects, and
through lists into each of their items: ``order.items.price``. A kept or dropped field keeps or drops everything below
it. Field names that hold a dot themselves are matched as they are before they are read as a path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject

_NOTHING = object()  # a value of which a mask left nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """Keeps what ``in_mask`` or ``in_mask_pattern`` match, then drops what ``out_mask`` or ``out_mask_pattern`` match.

    Args:
        in_mask: names or dotted paths to keep; None keeps all.
        out_mask: names or dotted paths to drop.
        in_mask_pattern: regular expression searched in top-level names, beside ``in_mask``.
        out_mask_pattern: regular expression searched in top-level names, beside ``out_mask``.

    Raises:
        ConfigurationError: a mask is no list of names, or a pattern is no regular expression.
    """

    in_mask: Sequence[str] | None = None
    out_mask: Sequence[str] | None = None
    in_mask_pattern: str | None = None
    out_mask_pattern: str | None = None
    _only: frozenset[str] | None = field(init=False, repr=False, compare=False)  # names to keep, where that is all

    def __post_init__(self) -> None:
        for setting in ("in_mask", "out_mask"):
            object.__setattr__(self, setting, _names(setting, getattr(self, setting)))
        for setting in ("in_mask_pattern", "out_mask_pattern"):
            _check_pattern(setting, getattr(self, setting))
        object.__setattr__(self, "_only", self._plain_names())

    def apply(self, value: JsonObject) -> JsonObject:
        """Return the part of an object that counts; the object itself is not changed."""
        only = self._only
        if only is not None:  # nearly always
            return {name: item for name, item in value.items() if name in only}
        kept = value
        if self.in_mask is not None or self.in_mask_pattern is not None:
            kept = _keep(value, self._paths(value, self.in_mask, self.in_mask_pattern))
        if self.out_mask is None and self.out_mask_pattern is None:
            return kept
        dropped = self._paths(kept, self.out_mask, self.out_mask_pattern)
        return _drop(kept, dropped) if dropped else kept

    def check(self, outputs: Schema) -> None:
        """Raise if nothing of an answer would be left.

        Raises:
            ConfigurationError: no field of ``outputs`` is kept.
        """
        if not self.kept_of(outputs):
            fields = ", ".join(outputs.properties)
            raise ConfigurationError(f"the masks {self.config()} leave nothing of the outputs; the fields are {fields}")

    def kept_of(self, outputs: Schema) -> list[str]:
        """Return the top-level fields of which something may be left."""
        return [name for name in outputs.properties if self._may_keep(name)]

    def config(self) -> JsonObject:
        """Return the settings that were given, as JSON."""
        given = {
            "in_mask": None if self.in_mask is None else list(self.in_mask),
            "out_mask": None if self.out_mask is None else list(self.out_mask),
            "in_mask_pattern": self.in_mask_pattern,
            "out_mask_pattern": self.out_mask_pattern,
        }
        return {name: value for name, value in given.items() if value is not None}

    def _may_keep(self, field: str) -> bool:
        """Whether something of a top-level field can be left."""
        open_in = self.in_mask is None and self.in_mask_pattern is None
        listed = any(path == field or path.startswith(f"{field}.") for path in self.in_mask or ())
        kept = open_in or listed or _matches(self.in_mask_pattern, field)
        return kept and field not in (self.out_mask or ()) and not _matches(self.out_mask_pattern, field)

    def _plain_names(self) -> frozenset[str] | None:
        others = (self.out_mask, self.in_mask_pattern, self.out_mask_pattern)
        if self.in_mask is None or others != (None, None, None) or any("." in name for name in self.in_mask):
            return None
        return frozenset(self.in_mask)

    @staticmethod
    def _paths(value: JsonObject, listed: Sequence[str] | None, pattern: str | None) -> list[list[str]]:
        found = [[path] if path in value else path.split(".") for path in listed or ()]
        paths = [path for path in found if len(path) > 1 or path[0] in value]
        if pattern is not None:
            paths += [[name] for name in value if _matches(pattern, name)]
        return paths


def _names(setting: str, value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    names = None if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ConfigurationError(f'{setting}={value!r} must be a list of field names, like ["answer"]')
    return names


def _check_pattern(setting: str, value: str | None) -> None:
    if value is None:
        return
    try:
        re.compile(value)
    except (re.error, TypeError) as error:
        raise ConfigurationError(f"{setting}={value!r} must be a regular expression: {error}") from error


def _matches(pattern: str | None, name: str) -> bool:
    return pattern is not None and re.search(pattern, name) is not None


def _keep(value: JsonObject, paths: Sequence[Sequence[str]]) -> JsonObject:
    if all(len(path) == 1 for path in paths):
        names = {name for (name,) in paths}
        return {name: item for name, item in value.items() if name in names}
    kept = _kept(value, paths)
    return kept if isinstance(kept, dict) else {}


def _kept(value: Any, paths: Sequence[Sequence[str]]) -> Any:
    if any(not path for path in paths):
        return value
    if isinstance(value, list):
        items = [item for item in (_kept(one, paths) for one in value) if item is not _NOTHING]
        return items if items else _NOTHING
    if not isinstance(value, dict):
        return _NOTHING
    parts = {name: _kept(item, _below(name, paths)) for name, item in value.items()}
    parts = {name: part for name, part in parts.items() if part is not _NOTHING}
    return parts if parts else _NOTHING


def _drop(value: Any, paths: Sequence[Sequence[str]]) -> Any:
    if isinstance(value, list):
        return [_drop(item, paths) for item in value]
    if not isinstance(value, dict) or not paths:
        return value
    return {name: _drop(item, _below(name, paths)) for name, item in value.items() if [name] not in paths}


def _below(name: str, paths: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    return [path[1:] for path in paths if path and path[0] == name]
