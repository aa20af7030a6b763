"""A grammar as a small tree, written out as GBNF, the notation of llama.cpp."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """Exactly this text."""

    text: str

    def gbnf(self) -> str:
        return json.dumps(self.text, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Characters:
    """One character out of a class, written as in GBNF and regular expressions: ``[0-9]``."""

    pattern: str

    def gbnf(self) -> str:
        return self.pattern


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several."""

    options: tuple[Node, ...]

    def gbnf(self) -> str:
        return "(" + " | ".join(option.gbnf() for option in self.options) + ")"


@dataclass(frozen=True, slots=True)
class Chain:
    """One after the other."""

    parts: tuple[Node, ...]

    def gbnf(self) -> str:
        return "(" + " ".join(part.gbnf() for part in self.parts) + ")"


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same, between ``least`` and ``most`` times."""

    node: Node
    least: int
    most: int

    def gbnf(self) -> str:
        return f"{self.node.gbnf()}{{{self.least},{self.most}}}"


Node: TypeAlias = Literal | Characters | OneOf | Chain | Repeat
