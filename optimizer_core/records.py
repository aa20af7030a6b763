"""Frozen dataclasses that are made many times for each call of a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

__all__ = ["quick_dataclass"]

Class = TypeVar("Class")

if TYPE_CHECKING:
    from dataclasses import dataclass as quick_dataclass
else:

    def quick_dataclass(*, frozen: bool, slots: bool, kw_only: bool) -> Callable[[type[Class]], type[Class]]:
        """Make a class a dataclass that only the type checker keeps from being changed.

        Where Python does that as well, each object takes four times as long to make: every field is set through a
        function. For records that a search makes by the thousand and nobody outside is handed to change.
        """
        assert frozen  # what may be changed is an ordinary dataclass
        return dataclass(slots=slots, kw_only=kw_only, unsafe_hash=True)
