"""Keeps the state from which a run can be continued, as rows: in parts, so that only what changed is written again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any

from django.db import transaction

from omegaweb.engine.holding import insert
from omegaweb.engine.journal import paid_by_role
from omegaweb.engine.json_column import json_column
from omegaweb.engine.recorder import Writer, writer
from omegaweb.runs.models import Checkpoint, Run

#: Items of a long list in one part.
PART_LENGTH = 100
#: Seconds between two states, where a search gets on fast: to write one down takes tens of milliseconds. A run that was
#: cut off finds what came since in its journal, in a fraction of that time.
SECONDS_APART = 5.0
#: What becomes of a part that is there already.
KEEP_NEWER = '("run_id", "part") DO UPDATE SET "state" = excluded."state"'
#: The part that holds whatever is no long list, and the places of those that are.
REST = ""


class RowCheckpoints:
    """The checkpoint store of one run. A state is stored after everything the run said before.

    Args:
        run_id: the run.
        via: who writes.
        clock: seconds, monotonic.
    """

    def __init__(self, run_id: int, *, via: Writer = writer, clock: Callable[[], float] = time.monotonic) -> None:
        self._run_id = run_id
        self._writer = via
        self._clock = clock
        self._saved: dict[str, Any] | None = None  # parts as they are in the database; None: whatever is there
        self._saved_at = -math.inf

    def is_due(self) -> bool:
        """Tell whether the newest state is old: what came since, a run that was cut off finds in its journal."""
        return self._clock() - self._saved_at >= SECONDS_APART

    async def save(self, state: dict[str, Any]) -> str:
        """Let the state be stored, and return what to call it: where the search stands.

        Nobody waits for it: it is stored before anything the run says from now on, so whoever reads of what came later
        finds it. Where it cannot be, the run may say no more.
        """
        self._writer.do_later(self._run_id, lambda: self._save(take_apart(state)))
        self._saved_at = self._clock()
        return f"checkpoint-{state['epoch']}-{state['batch']}"

    def _save(self, parts: dict[str, Any]) -> None:
        known = self._saved or {}
        changed = [
            {"run_id": self._run_id, "part": part, "state": json_column(state)}
            for part, state in parts.items()
            if part == REST or known.get(part) != state
        ]
        with transaction.atomic():
            self._writer.holding(self._run_id).confirm()  # the transaction holds the run until all parts are there
            self._take_away(known.keys() - parts.keys())
            insert(Checkpoint, changed, on_conflict=KEEP_NEWER)
        self._saved = parts

    def _take_away(self, parts: Set[str]) -> None:
        """Delete parts that are no more, or, where it is not known which there are, all."""
        mine = Checkpoint.objects.filter(run_id=self._run_id)
        if self._saved is None:
            mine.delete()
        elif parts:
            mine.filter(part__in=parts).delete()


def take_apart(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state as parts by name; lists in it, and lists and objects one level below, have parts of their own."""
    rest: dict[str, Any] = {}
    parts: dict[str, Any] = {REST: rest}
    for name, value in state.items():
        if isinstance(value, list):
            rest[name] = []
            parts.update(_pieces(name, value))
        elif isinstance(value, dict) and all(isinstance(item, (list, dict)) for item in value.values()):
            rest[name] = {key: type(item)() for key, item in value.items()}
            for key, item in value.items():
                parts.update(_pieces(f"{name}/{key}", item))
        else:
            rest[name] = value
    return parts


def put_together(parts: dict[str, Any]) -> dict[str, Any]:
    """Return the state that was taken apart."""
    state: dict[str, Any] = parts[REST]
    for part in sorted(parts.keys() - {REST}):
        name, *key, _ = part.split("/")
        place = state[name][key[0]] if key else state[name]
        if isinstance(place, dict):
            place.update(parts[part])
        else:
            place.extend(parts[part])
    return state


def _pieces(path: str, value: list[Any] | dict[str, Any]) -> Iterator[tuple[str, list[Any] | dict[str, Any]]]:
    items = list(value.items()) if isinstance(value, dict) else value
    for start in range(0, len(items), PART_LENGTH):
        piece = items[start : start + PART_LENGTH]
        yield f"{path}/{start:09d}", dict(piece) if isinstance(value, dict) else piece


def newest_state(run_id: int) -> dict[str, Any] | None:
    """Return the state a run can be continued from, or None if it has to begin again."""
    parts = dict(Checkpoint.objects.filter(run_id=run_id).values_list("part", "state"))
    return put_together(parts) if parts else None


def point_of_departure(run: Run) -> dict[str, Any] | None:
    """Return what a run goes on from: its newest state with everything spent since, or the spend alone.

    None for a run that has not spent anything yet.
    """
    state, paid = newest_state(run.pk), paid_by_role(run.pk)
    if state is None and not run.calls and not paid:
        return None
    state = state or {"spend": {"by_role": {}, "elapsed": 0.0}}
    # The journal first: it knows the two kinds of tokens apart, and whose calls had no price.
    return with_everything_spent(with_everything_paid(state, paid), run)


def with_everything_paid(state: dict[str, Any], paid: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the state with at least what the journal knows was paid, of which the run may not have told yet."""
    saved = state.get("spend")
    if saved is None:
        return state
    by_role = {role: dict(used) for role, used in saved["by_role"].items()}
    for role, known in paid.items():
        used = by_role.setdefault(role, {})
        used |= {name: max(used.get(name, 0), value) for name, value in known.items()}
    return {**state, "spend": {**saved, "by_role": by_role}}


def with_everything_spent(state: dict[str, Any], run: Run) -> dict[str, Any]:
    """Return the state with what the run has spent since it was saved, as far as the run has told.

    Args:
        state: a checkpoint's.
        run: its row, which hears of spend more often than checkpoints are saved.
    """
    saved = state.get("spend")
    if saved is None:
        return state
    by_role = {role: dict(used) for role, used in saved["by_role"].items()}
    unpriced = run.unpriced_calls - sum(used.get("unpriced_calls", 0) for used in by_role.values())
    for role, told in run.spend_by_role.items():
        used = by_role.setdefault(role, {})
        calls, cost = used.get("calls", 0), used.get("cost", 0.0)
        prompt, completion = used.get("prompt_tokens", 0), used.get("completion_tokens", 0)
        more_calls = max(0, told.get("calls", 0) - calls)
        known = used.get("unpriced_calls", 0)
        guessed = known + max(0, min(unpriced, more_calls))  # rows of earlier versions do not say whose they are
        more_unpriced = max(0, told.get("unpriced_calls", guessed) - known)
        unpriced -= more_unpriced
        used |= {
            "calls": calls + more_calls,
            "prompt_tokens": max(prompt, told.get("tokens", 0) - completion),  # of which kind, no row says
            "cost": max(cost, told.get("cost", 0.0)),
            "unpriced_calls": known + more_unpriced,
        }
    elapsed = max(saved["elapsed"], run.seconds)
    waited = max(saved.get("waited", 0.0), run.waited, _waited(run))
    replayed = max(saved.get("replayed", 0), run.replayed)
    spend = {**saved, "by_role": by_role, "elapsed": elapsed, "waited": waited, "replayed": replayed}
    return {**state, "spend": spend}


def _waited(run: Run) -> float:
    """Seconds that the limit of time of a run did not count: rows of earlier versions say it in no other way."""
    minutes = run.choices.budget.minutes
    if minutes is None or "seconds" not in run.left:
        return 0.0
    counted = minutes * 60 - float(run.left["seconds"])
    return max(0.0, run.seconds - counted)
