"""How far a run has come, how long it takes, and what it has spent, as its header shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omegaweb.engine import warmup
from omegaweb.runs.configuration import BudgetChoice
from omegaweb.runs.models import Run, RunState

#: Until the end is written down a run is not complete, whatever its counters say: the test comes last.
ALMOST = 0.99
#: Below this share a remaining time would be a guess.
ENOUGH_TO_TELL = 0.03
#: Seconds; many an answer takes a while, and that is no news before.
LONG_SILENCE = 30.0
BUILT_IN = "local/"

ROLES = {"task": "Answering", "proposer": "Proposing", "judge": "Judging", "embedding": "Embedding"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What the progress bar and its two clocks show."""

    label: str
    percent: int | None  # None: unknown
    working: float | None  # seconds without pauses and waits for people; None: not started
    waiting: float | None  # seconds it has been waiting now; None: it works, or nobody knows since when
    waited: float  # seconds of earlier waits
    silence: float | None  # seconds since a model last answered; None: not long, or a trouble explains it
    remaining: float | None  # seconds; None: unknown
    ticking: bool  # whether the working time goes on between two updates


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSpend:
    """What calls for one purpose have used."""

    role: str
    calls: int
    tokens: int
    cost: float
    is_unknown: bool  # there are calls without a known price, and what has one came to nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What is left of one limit of the budget."""

    unit: str  # calls, tokens, cost or seconds
    left: float
    limit: float

    @property
    def share_used(self) -> float:
        return (self.limit - self.left) / self.limit

    @property
    def percent_used(self) -> int:
        return _percent(self.share_used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """What a run has used and what is left."""

    roles: list[RoleSpend]
    limits: list[Limit]
    is_built_in: bool  # every model runs on this computer
    own_server: str  # where the model that answers is asked, if that is in one's own computer or network


def progress_of(run: Run, *, now: datetime, search_is_over: bool = False) -> Progress:
    """Return how far a run has come.

    Args:
        run: that run.
        now: when the clocks are right.
        search_is_over: whether it is known to validate its best or to test the winner.
    """
    share = _share(run)
    working = _working(run, now)
    percent = 100 if run.state == RunState.COMPLETED else None if share is None else _percent(share)
    remaining = None
    if run.state == RunState.RUNNING and share is not None and working is not None and ENOUGH_TO_TELL <= share < ALMOST:
        remaining = working * (1 - share) / share
    return Progress(
        label=_label(run, search_is_over),
        percent=percent,
        working=working,
        waiting=_waiting(run, now),
        waited=run.waited if run.waiting_since is None else 0.0,
        silence=_silence(run, now),
        remaining=remaining,
        ticking=run.run_state is RunState.RUNNING and run.started_at is not None,
    )


def spend_of(run: Run) -> Spend:
    """Return what a run has used, by purpose, and what is left of its budget."""
    roles = [
        RoleSpend(
            role=ROLES.get(role, role),
            calls=used.get("calls", 0),
            tokens=used.get("tokens", 0),
            cost=used.get("cost", 0.0),
            is_unknown=used.get("unpriced_calls", 0) > 0 and not used.get("cost", 0.0),
        )
        for role, used in run.spend_by_role.items()
        if used.get("calls", 0)
    ]
    models = run.choices.models
    used_models = [models.task, models.proposer, models.judge, models.embedding]
    return Spend(
        roles=roles,
        limits=limits_of(run),
        own_server=models.own_server_of(models.task),
        is_built_in=all(not name or name.startswith(BUILT_IN) for name in used_models),
    )


def limits_of(run: Run) -> list[Limit]:
    """Return the limits a person set, with what is left of each."""
    limits = budget_limits(run.choices.budget)
    return [
        Limit(unit=unit, left=float(run.left.get(unit, limit)), limit=float(limit)) for unit, limit in limits.items()
    ]


def budget_limits(budget: BudgetChoice) -> dict[str, float]:
    """Return the limits that were set, by the unit they are counted in."""
    seconds = None if budget.minutes is None else budget.minutes * 60
    given: dict[str, Any] = {"calls": budget.calls, "tokens": budget.tokens, "cost": budget.cost, "seconds": seconds}
    return {unit: limit for unit, limit in given.items() if limit}


def _share(run: Run) -> float | None:
    """Whatever ends the run first counts: its epochs, or a limit."""
    shares = [limit.share_used for limit in limits_of(run)]
    if run.epochs and run.batches:
        shares.append(run.batches_done / (run.epochs * run.batches))
    if not shares or run.started_at is None:
        return None
    return min(ALMOST, max(shares))


def _percent(share: float) -> int:
    """Return the percent that are full: 100 only where nothing is left."""
    return int(100 * share + 1e-9)  # 29 of 100 are a hair less than 0.29


def _working(run: Run, now: datetime) -> float | None:
    if run.started_at is None:
        return None
    measured = run.seconds_at or run.started_at
    until = now if run.run_state is RunState.RUNNING else run.waiting_since
    if run.seconds_at is None:
        until = until or run.finished_at
    return run.working_seconds + max(0.0, ((until or measured) - measured).total_seconds())


def _waiting(run: Run, now: datetime) -> float | None:
    if run.waiting_since is None or run.run_state not in (RunState.PAUSED, RunState.WAITING):
        return None
    return max(0.0, (now - run.waiting_since).total_seconds())


def _silence(run: Run, now: datetime) -> float | None:
    """Reckon from when the run last said what it had spent, which it does within a second of an answer."""
    if run.run_state is not RunState.RUNNING or run.troubles or run.seconds_at is None:
        return None
    seconds = (now - run.seconds_at).total_seconds()
    return seconds if seconds >= LONG_SILENCE else None


def _label(run: Run, search_is_over: bool) -> str:
    state = run.run_state
    if state is RunState.QUEUED:
        return "Waiting for its turn"
    if run.started_at is None:
        return _preparing() if run.is_under_way else "Never started"
    if state is RunState.PAUSED:
        return f"Paused: {_proposals(run)}" if run.choices.optimizer.races else "Paused"
    if state is RunState.WAITING:
        return "The search is over, reviews are open"
    if run.is_under_way and not run.batches_done and run.baseline is None:
        return "Scoring the baseline"
    all_batches_done = run.epochs and run.batches_done >= run.epochs * run.batches > 0
    if state is RunState.RUNNING and (search_is_over or all_batches_done):
        test = ", then the winner is tested" if run.choices.test_at_end else ""
        return f"The search is over: the best are scored in full{test}"
    if run.choices.optimizer.races:
        return _proposals(run)
    of_epochs = f" of {run.epochs}" if run.epochs else ""
    batch = run.batches_done - run.epoch * run.batches if run.batches else run.batches_done
    of_batches = f" of {run.batches}" if run.batches else ""
    return f"Epoch {run.epoch + 1}{of_epochs}, batch {batch}{of_batches}"


def _preparing() -> str:
    return "Loading the model library (first run only)" if warmup.is_loading() else "Preparing"


def _proposals(run: Run) -> str:
    if run.epochs and run.is_under_way:
        return f"Proposal {run.batches_done} of {run.epochs * run.batches}"
    tried = "1 proposal tried" if run.batches_done == 1 else f"{run.batches_done} proposals tried"
    return f"{tried}; the search goes on until its budget is spent" if run.run_state is RunState.RUNNING else tried
