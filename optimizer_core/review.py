"""What a run asks: may this scored candidate enter the population?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from optimizer_core.json_values import JsonObject


class Decision(StrEnum):
    """What a reviewer can say."""

    APPROVED = "approved"  # it enters the population
    REJECTED = "rejected"  # it never comes back; the comment reaches the proposer
    CHANGES_REQUESTED = "changes_requested"  # it does not enter; the comment tells the proposer what to do better
    LEFT_OUT = "left_out"  # nobody decided: it does not enter, and the proposer learns nothing from that
    SUPERSEDED = "superseded"  # a better one was approved: it enters as one that would not lead, approved by nobody
    EDITED = "edited"  # the edited content is scored and enters as a new candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A scored candidate that is not yet in the population."""

    candidate: str
    operator: str
    variable: str
    parents: tuple[str, ...]
    content: JsonObject  # variable name → {custom fields, "examples"}
    reasoning: str
    reward: float  # running mean
    count: int  # samples behind the mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer of a reviewer."""

    decision: Decision
    reviewer: str = ""
    comment: str = ""
    content: JsonObject | None = None  # the whole edited content, with Decision.EDITED only

    def __post_init__(self) -> None:
        if (self.decision is Decision.EDITED) != (self.content is not None):
            raise ValueError(f"content belongs to an edited verdict only, got {self.decision} with {self.content!r}")


class ReviewGate(Protocol):
    """Asked once per candidate; the run goes on while it waits."""

    async def review(self, proposal: Proposal) -> Verdict: ...


class ReviewPolicy(StrEnum):
    """What a gate is asked about."""

    EVERY = "every"  # each scored candidate, before it enters the population
    NEW_BEST = "new_best"  # one that would lead as it enters, and whoever won without having been asked about
    RELEASE = "release"  # nothing during the search: whoever supervises asks about what is released


class ApproveAll:
    """The gate of a run that asks nobody."""

    async def review(self, proposal: Proposal) -> Verdict:
        return Verdict(decision=Decision.APPROVED)
