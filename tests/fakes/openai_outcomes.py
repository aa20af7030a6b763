"""What may become of a request to the fake server, and how often it did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

RATE_LIMIT, RATE_LIMIT_NO_HINT, SERVER_ERROR, BROKEN_JSON = "429", "429-no-hint", "500", "broken-json"
TRUNCATED, REFUSAL, HANG, DROPPED = "truncated", "refusal", "hang", "dropped"
OVERLOAD, CUT, NO_JSON, FILTERED, FILTER_ERROR = "503", "cut", "no-json", "content-filter", "content-filter-400"
FAULTS = (
    *(RATE_LIMIT, RATE_LIMIT_NO_HINT, SERVER_ERROR, BROKEN_JSON, TRUNCATED, REFUSAL, HANG, DROPPED),
    *(OVERLOAD, CUT, NO_JSON, FILTERED, FILTER_ERROR),
)
#: What happens to all requests for a while: :attr:`OpenAIServer.mood`.
DOWN, REVOKED, NO_CREDIT = "down", "revoked", "no-credit"
ANSWERED, EMBEDDED = "answered", "embedded"


@dataclass(slots=True)
class Tally:
    """Requests that came to the same."""

    calls: int = 0
    told: int = 0  # tokens of answers that arrived with their usage
    untold: int = 0  # tokens of answers that did not arrive whole, so that nobody can know of them

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.calls + other.calls, self.told + other.told, self.untold + other.untold)


@dataclass(slots=True)
class Counts:
    """What the server itself saw."""

    chats: int = 0  # requests, whatever became of them
    embeddings: int = 0
    prompt_tokens: int = 0  # of answers with a usage
    completion_tokens: int = 0
    cost: float = 0.0  # as it was told
    under_way: int = 0
    most_under_way: int = 0
    largest: int = 0  # tokens of one answer
    outcomes: dict[str, Tally] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    bodies: list[dict[str, Any]] = field(default_factory=list)  # of chat requests
    texts: list[str] = field(default_factory=list)  # that were to be embedded

    @property
    def calls(self) -> int:
        return self.chats + self.embeddings

    def of(self, outcome: str) -> Tally:
        return self.outcomes.setdefault(outcome, Tally())
