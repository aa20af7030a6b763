"""Calls, tokens and money, added up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What some calls came to."""

    calls: int = 0
    tokens: int = 0
    cost: float = 0.0  # US dollars, of priced calls
    unpriced_calls: int = 0  # calls without a known price; their money is not in `cost`

    @property
    def is_unknown(self) -> bool:
        """Whether the money says nothing: there are calls without a price, and what has one came to nothing."""
        return self.unpriced_calls > 0 and not self.cost

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            calls=self.calls + other.calls,
            tokens=self.tokens + other.tokens,
            cost=self.cost + other.cost,
            unpriced_calls=self.unpriced_calls + other.unpriced_calls,
        )

    def __sub__(self, other: Amount) -> Amount:
        return Amount(
            calls=self.calls - other.calls,
            tokens=self.tokens - other.tokens,
            cost=max(0.0, self.cost - other.cost),  # sums of fractions may differ in the last place
            unpriced_calls=self.unpriced_calls - other.unpriced_calls,
        )

    @classmethod
    def told(cls, said: Mapping[str, Any]) -> Amount:
        """Return what an event or a row said of one role."""
        return cls(
            calls=said.get("calls", 0),
            tokens=said.get("tokens", 0),
            cost=said.get("cost", 0.0),
            unpriced_calls=said.get("unpriced_calls", 0),
        )
