"""What a racing search remembers beyond the state of every search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from optimizer_core.json_values import JsonObject

#: What a proposal costs in calls, before any has landed.
FIRST_COST = 60.0
#: Proposals that the usual cost of one looks back on.
COSTS_REMEMBERED = 20


@dataclass(slots=True, kw_only=True)
class RacingState:
    """Changes only when a proposal lands, so that it does not depend on who answered first."""

    size: int = 0  # how many validation samples a race has
    width: int = 1  # how many proposals are under way at once
    # Mean square of the paired difference on one sample, over what races asked: more than the variance over all
    # samples, since races begin where the parent fails.
    spread: float = 0.0
    cost: float = 0.0  # of the search in calls, as far as can be told from what landed
    usual_cost: float = FIRST_COST  # of one proposal, over those that landed lately
    round: int = 0  # the last in which something landed; see pace.py
    fruitless: int = 0  # proposals in a row that brought nothing new
    drafted: list[JsonObject] = field(default_factory=list)  # proposals under way, oldest first
    steps: set[str] = field(default_factory=set)  # candidates on the way to others, never judged themselves
    merged: set[str] = field(default_factory=set)  # pairs that were merged
    embedded: set[str] = field(default_factory=set)  # texts of candidates whose places were told, as hashes
    ancestors: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of each candidate that was admitted

    def learn_cost(self, calls: float) -> None:
        """Note what another proposal has cost."""
        self.usual_cost += (calls - self.usual_cost) / COSTS_REMEMBERED

    def descend(self, child: str, parents: Iterable[str]) -> None:
        """Note whom a candidate descends from."""
        lineage = dict.fromkeys(parents)
        for parent in tuple(lineage):
            lineage |= dict.fromkeys(self.ancestors.get(parent, ()))
        self.ancestors[child] = tuple(lineage)

    def to_json(self) -> JsonObject:
        return {
            "size": self.size,
            "width": self.width,
            "spread": self.spread,
            "cost": self.cost,
            "usual_cost": self.usual_cost,
            "round": self.round,
            "fruitless": self.fruitless,
            "drafted": list(self.drafted),
            "steps": sorted(self.steps),
            "merged": sorted(self.merged),
            "embedded": sorted(self.embedded),
            "ancestors": {name: list(found) for name, found in self.ancestors.items()},
        }

    @classmethod
    def from_json(cls, saved: JsonObject) -> RacingState:
        return cls(
            size=saved["size"],
            width=saved["width"],
            spread=saved["spread"],
            cost=saved.get("cost", 0.0),
            usual_cost=saved.get("usual_cost", FIRST_COST),
            round=saved.get("round", 0),
            fruitless=saved.get("fruitless", 0),
            drafted=list(saved["drafted"]),
            steps=set(saved["steps"]),
            merged=set(saved["merged"]),
            embedded=set(saved.get("embedded", ())),
            ancestors={name: tuple(found) for name, found in saved["ancestors"].items()},
        )
