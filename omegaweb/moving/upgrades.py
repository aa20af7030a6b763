"""How rows of older files become rows of this version: one step from each version to the next.

A new column with a default, or a new member, needs no step: what a file lacks gets its default. Write a step, and raise
`archive.VERSION`, where something is renamed, moves, or means something else. Steps are never changed afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

#: Takes the name of a member and a row of it.
Upgrade = Callable[[str, dict[str, Any]], dict[str, Any]]

#: Version → the step to the one after it.
UPGRADES: Mapping[int, Upgrade] = {}
