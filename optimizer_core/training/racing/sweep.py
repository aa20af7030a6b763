"""A sweep: rewritings one after the other, each for another group of failures, tried together.

A rewriting costs one call, and trying what came of it many. So several are made before any is tried; where they mend
nothing together, the first half of them is tried alone, and so on: one bad rewriting does not spoil those before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from optimizer_core.data.candidate import Candidate
from optimizer_core.inspection.flag import Flag
from optimizer_core.training.measuring import Answered
from optimizer_core.training.racing.outcome import Step


class Rewritten(NamedTuple):
    """One rewriting of a sweep."""

    child: Candidate
    shown: list[Answered]  # what the proposer was shown
    flags: tuple[Flag, ...]


@dataclass(slots=True)
class Sweep:
    """Rewritings of one after the other, and how many of them are kept."""

    parent: str  # id of the candidate whose failures are shown
    rewritings: list[Rewritten] = field(default_factory=list)
    kept_back: list[Step] = field(default_factory=list)  # flagged, so that the sweep went on without them
    kept: int = 0  # the first so many are tried together
    answers: dict[int, list[Answered]] = field(default_factory=dict)  # how many were kept → what came of it

    @property
    def child(self) -> Candidate | None:
        return self.rewritings[self.kept - 1].child if self.kept else None

    @property
    def shown(self) -> list[Answered]:
        """What the proposer was shown for the part that is kept, answered by the parent."""
        kept = self.rewritings[: self.kept]
        return list({each.sample.id: each for rewritten in kept for each in rewritten.shown}.values())

    @property
    def answered(self) -> list[Answered]:
        """The same, answered by the child."""
        return self.answers.get(self.kept, [])

    def steps(self, further: list[Answered]) -> Iterator[Step]:
        """Yield all rewritings as steps; ``further`` is what the child answered beyond the trial."""
        for number, each in enumerate(self.rewritings, start=1):
            yield Step(
                child=each.child,
                trial=self.answers.get(number, []),
                seen=further if number == self.kept else [],
                mends=number <= self.kept,
                failed_by=self.parent,
                flags=each.flags,
            )
        yield from self.kept_back
