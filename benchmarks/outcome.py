"""What one search gave, as every runner reports it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One optimizer, one budget, one seed."""

    accuracy: float  # held out
    counts: dict[str, Any]  # of the server, when the search was over
    budget: int  # calls
    seconds: float  # wall-clock time of the search
    cpu_seconds: float  # of the searching process
    peak_megabytes: float  # its resident memory

    @property
    def calls(self) -> int:
        """Calls that were answered."""
        return int(self.counts["calls"])

    @property
    def over(self) -> int:
        return max(0, self.calls - self.budget)

    @property
    def refused(self) -> int:
        """Calls that peers asked for when the budget was used up."""
        return int(self.counts["refused"])

    def calls_of(self, model: str) -> int:
        return int(self.counts["models"].get(model, {}).get("calls", 0))

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Outcome:
        return cls(**json.loads(text))
