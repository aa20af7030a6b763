"""What people ask of a run while it goes on: pause, more budget, a note to the proposer, candidates of their own."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, TypeAlias

from optimizer_core.budget import Budget
from optimizer_core.json_values import JsonObject

#: Why a run pauses.
ASKED, BUDGET_SPENT = "asked", "budget_spent"
#: The same, of a model in trouble; what is wrong is told with `provider.troubled`.
ACCESS_REVOKED, PROVIDER_DOWN = "access_revoked", "provider_down"


def new_reference() -> str:
    return uuid.uuid4().hex[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What all requests have in common."""

    reference: str = field(default_factory=new_reference)  # a run applies each reference once
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRequested(_Request):
    """Ask nothing new; answers under way are kept."""

    action: ClassVar[str] = "pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRequested(_Request):
    """Go on after a pause that somebody asked for; where the budget is spent it has to be extended."""

    action: ClassVar[str] = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishRequested(_Request):
    """End the search, and conclude with what was found: final validation and test."""

    action: ClassVar[str] = "finish"


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetExtended(_Request):
    """From now on this is the budget of the whole run; what is spent stays spent."""

    action: ClassVar[str] = "extend"
    budget: Budget


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded(_Request):
    """Something the proposer is told with every proposal from the next one on."""

    action: ClassVar[str] = "note"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateAdded(_Request):
    """A candidate made by hand; it is scored like any other."""

    action: ClassVar[str] = "add"
    content: JsonObject  # variable name → {custom fields, "examples"}
    parent: str = ""  # the candidate it is a variation of
    comment: str = ""
    approved: bool = False  # it needs no review, because its author may approve
    asks: bool = False  # people decide about it whatever else they are asked about, where they are asked at all


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateBanned(_Request):
    """It leaves the population, never comes back, and cannot win; the reason reaches the proposer."""

    action: ClassVar[str] = "ban"
    candidate: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatePinned(_Request):
    """It survives every competition, and so stays eligible as a parent."""

    action: ClassVar[str] = "pin"
    candidate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateUnpinned(_Request):
    """It competes like any other again."""

    action: ClassVar[str] = "unpin"
    candidate: str


Request: TypeAlias = (
    PauseRequested
    | ResumeRequested
    | FinishRequested
    | BudgetExtended
    | NoteAdded
    | CandidateAdded
    | CandidateBanned
    | CandidatePinned
    | CandidateUnpinned
)


class Steering(Protocol):
    """Looked at several times a second, in the thread of the run."""

    def requests(self) -> Sequence[Request]:
        """Return everything that was ever asked, oldest first, without waiting for anything.

        A resumed run may have to apply again what it applied after its checkpoint, so nothing is taken out.
        """
        ...


class RequestList:
    """Requests in memory: for notebooks and tests. Safe across threads."""

    def __init__(self, *requests: Request) -> None:
        self._requests: tuple[Request, ...] = requests
        self._lock = threading.Lock()

    def ask(self, request: Request) -> None:
        """Add a request to those before."""
        with self._lock:
            self._requests = (*self._requests, request)

    def requests(self) -> Sequence[Request]:
        return self._requests
