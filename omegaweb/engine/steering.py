"""What people ask of a run: rows become requests of the library, and its answers go back into the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from omegaweb.runs.models import Candidate, CandidateState, Event, Run
from omegaweb.runs.models.requests import ANSWERS, Steer, SteeringRequest
from optimizer_core import steering
from optimizer_core.budget import Budget
from optimizer_core.events import SteeringApplied

#: What a run that goes on from a checkpoint must not hear of again, once it took effect.
OF_THE_MOMENT = (Steer.PAUSE, Steer.RESUME)
TOO_LATE = "The run ended before."


class RowSteering:
    """The requests of one run. :meth:`look` is called every now and then by a thread that may use the ORM.

    Also what took effect is handed over: a run that goes on from an older checkpoint applies it again, at its place.
    """

    def __init__(self, run_id: int) -> None:
        self._run_id = run_id
        self._requests: tuple[steering.Request, ...] = ()
        ends = Event.objects.filter(run_id=run_id, kind="run.finished").order_by("-sequence")
        self._ended_at = ends.values_list("at", flat=True).first()  # when it was over before; None: never

    def requests(self) -> Sequence[steering.Request]:
        return self._requests

    def look(self) -> None:
        """Read the rows."""
        rows = SteeringRequest.objects.filter(run_id=self._run_id).exclude(
            action__in=OF_THE_MOMENT, applied_at__isnull=False
        )
        if self._ended_at is not None:  # whoever asked it to finish has had that; now it goes on after its end
            rows = rows.exclude(action=Steer.FINISH, applied_at__lte=self._ended_at)
        # What was refused stays refused.
        self._requests = tuple(request_of(row) for row in rows.filter(problem="").select_related("author"))

    def before_finishing(self, state: dict[str, Any] | None) -> dict[str, Any] | None:
        """Return a state that a run goes on from as it was before anybody asked to finish, so that it is applied again.

        That a search is to finish, only its process knows; a state says so once it is over.
        """
        steered = (state or {}).get("steered")
        if state is None or not steered:
            return state
        again = {request.reference for request in self._requests if isinstance(request, steering.FinishRequested)}
        applied = [reference for reference in steered.get("applied", ()) if reference not in again]
        return {**state, "steered": {**steered, "applied": applied}}


def request_of(row: SteeringRequest) -> steering.Request:
    """Return a row as the library knows it."""
    payload: dict[str, Any] = row.payload
    given: dict[str, Any] = {"reference": str(row.pk), "author": row.author.get_username() if row.author else ""}
    match Steer(row.action):
        case Steer.PAUSE:
            return steering.PauseRequested(**given)
        case Steer.RESUME:
            return steering.ResumeRequested(**given)
        case Steer.FINISH:
            return steering.FinishRequested(**given)
        case Steer.EXTEND:
            return steering.BudgetExtended(**given, budget=Budget(**payload))
        case Steer.NOTE:
            return steering.NoteAdded(**given, text=payload["text"])
        case Steer.ADD:
            asked = {name: value for name, value in payload.items() if name != ANSWERS}
            return steering.CandidateAdded(**given, **asked, asks=ANSWERS in payload)
        case Steer.BAN:
            return steering.CandidateBanned(**given, candidate=payload["candidate"], reason=payload["reason"])
        case Steer.PIN:
            return steering.CandidatePinned(**given, candidate=payload["candidate"])
        case Steer.UNPIN:
            return steering.CandidateUnpinned(**given, candidate=payload["candidate"])


def settle(run: Run, event: SteeringApplied, *, at: datetime) -> None:
    """Write into a row that it has taken effect, or why it cannot. A program that fits by itself has no rows."""
    if event.request.isdecimal():
        SteeringRequest.objects.filter(run=run, pk=int(event.request)).open().update(
            applied_at=at, applied_after=event.proposal, problem=event.problem
        )


def close(run: Run, *, at: datetime) -> None:
    """Refuse what has not taken effect when a run ends."""
    SteeringRequest.objects.filter(run=run).open().update(applied_at=at, problem=TOO_LATE)


def extended_configuration(run: Run, event: SteeringApplied) -> dict[str, Any]:
    """Return the configuration of a run with its new limits: they are what its pages and its next start go by."""
    limits = event.fields["budget"]
    seconds = limits.get("seconds")
    budget = {name: limits.get(name) for name in ("calls", "tokens", "cost")}
    return {**run.configuration, "budget": {**budget, "minutes": None if seconds is None else seconds / 60}}


def without(candidate: Candidate, members: Iterable[Candidate]) -> Iterable[tuple[Candidate, dict[str, Any]]]:
    """Yield what changes when a candidate is banned: itself, and those who move up."""
    rank = candidate.rank
    yield candidate, {"state": CandidateState.REJECTED, "fate": "banned", "rank": None, "pinned": False}
    for other in members:
        if rank is not None and other.rank is not None and other.rank > rank:
            yield other, {"rank": other.rank - 1}
