"""What is limited, and what calls used, by what they are for."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from enum import StrEnum

from optimizer_core.errors import ConfigurationError
from optimizer_core.records import quick_dataclass


class Role(StrEnum):
    """What a call is for."""

    TASK = "task"  # the program answers a sample
    PROPOSER = "proposer"  # the optimizer mutates or crosses
    JUDGE = "judge"  # a reward asks a model
    EMBEDDING = "embedding"  # texts become vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Upper limits over all roles together; None means no limit.

    Raises:
        ConfigurationError: a limit is no number, endless, or zero or less.
    """

    calls: int | None = None  # requests to a provider, repeated attempts included
    tokens: int | None = None  # read and written
    cost: float | None = None  # US dollars
    seconds: float | None = None  # wall-clock time, without pauses and what was spent waiting for reviewers

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            kind, wanted = (int, "a whole number") if limit.name in ("calls", "tokens") else ((int, float), "a number")
            number = isinstance(value, kind) and not isinstance(value, bool)
            if value is not None and not (number and 0 < value < math.inf):
                raise ConfigurationError(
                    f"budget {limit.name}={value!r} must be {wanted}, more than 0; leave it out for no limit"
                )


@quick_dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one or more calls used."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0  # US dollars, of priced calls
    unpriced_calls: int = 0
    seconds: float = 0.0  # time spent waiting for answers, summed

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            calls=self.calls + other.calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cost=self.cost + other.cost,
            unpriced_calls=self.unpriced_calls + other.unpriced_calls,
            seconds=self.seconds + other.seconds,
        )

    def with_time(self, seconds: float, *, calls: int) -> Usage:
        """Return the same with the time and the calls that it took."""
        return Usage(
            calls=calls,
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
            cost=self.cost,
            unpriced_calls=self.unpriced_calls,
            seconds=seconds,
        )


#: What was used before anything was asked.
NO_USAGE = Usage()
