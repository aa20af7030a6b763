"""The rows of a run's candidates: where they come from, where they stand, and who stays in the population."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import connection

from omegaweb.engine.holding import Row, insert
from omegaweb.engine.json_column import json_column
from omegaweb.engine.statements import add, update
from omegaweb.runs.models import Candidate, CandidateState, Run
from optimizer_core.events import CandidateDropped, CandidateProposed, PopulationUpdated

#: Candidates in these states were on their way when a run ended or was cut off.
UNFINISHED = (CandidateState.PROPOSED, CandidateState.SCORED)
#: What the search itself makes; of one proposal it may make several, of which the last one races.
REWRITINGS = ("mutation", "few_shot", "crossover")
#: Columns that may change after a candidate was proposed, beside its state, its flags, and who it lost to.
CHANGING = (
    *("rank", "reward", "count", "low", "high", "score", "novelty"),
    *("fate", "fate_distance", "better", "worse", "raced", "pinned"),
    *("flagged", "last_sequence"),
)
_changing = attrgetter(*CHANGING)


class CandidateRows(Mapping[str, Candidate]):
    """The candidates of one run by the hash of their content, as they are when :meth:`save` is done."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._known = {candidate.key: candidate for candidate in run.candidates.all()}
        self._new: dict[str, Candidate] = {}
        self._changed: dict[str, Candidate] = {}
        self._descents: list[tuple[Candidate, Candidate]] = []  # children and their parents

    def __getitem__(self, key: str) -> Candidate:
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def change(self, candidate: Candidate, **values: Any) -> None:
        """Change a candidate, or say that something else about it is new."""
        for name, value in values.items():
            setattr(candidate, name, value)
        candidate.last_sequence = self._run.last_sequence
        self._changed[candidate.key] = candidate

    def propose(self, event: CandidateProposed, at: datetime) -> Candidate | None:
        """Add a candidate; None where its content is known: it keeps its number and its origin."""
        known = self._known.get(event.candidate)
        if known is not None:
            if known.state in (CandidateState.DROPPED, CandidateState.STEP):
                self.change(known, state=CandidateState.PROPOSED, fate="", fate_by=None, fate_distance=None)
            return None
        candidate = Candidate(
            run=self._run,
            key=event.candidate,
            number=len(self._known),
            operator=event.operator,
            variable=event.variable,
            content=event.content,
            reasoning=event.reasoning,
            epoch=event.epoch,
            batch=event.batch,
            evidence=list(event.evidence),
            created_at=at,
            last_sequence=self._run.last_sequence,
        )
        self._descents += [(candidate, self._known[key]) for key in dict.fromkeys(event.parents)]
        self._known[candidate.key] = self._new[candidate.key] = candidate
        return candidate

    def leave_steps(self, racing: Candidate) -> None:
        """Mark what the same proposal made before the candidate that races: only that one is compared."""
        if racing.operator not in REWRITINGS:
            return
        for other in self.values():
            if (
                other.state == CandidateState.PROPOSED
                and other.operator in REWRITINGS
                and (other.epoch, other.batch) == (racing.epoch, racing.batch)
            ):
                self.change(other, state=CandidateState.STEP, fate_by=racing)

    def drop(self, event: CandidateDropped) -> Candidate:
        """Let a candidate go that did not win its race."""
        candidate = self._known[event.candidate]
        self.change(
            candidate,
            state=CandidateState.DROPPED,
            fate=event.reason,
            fate_by=self._known[event.by],
            better=event.better,
            worse=event.worse,
            raced=event.count,
        )
        return candidate

    def give_up(self, states: tuple[CandidateState, ...], *, fate: str, operator: str = "") -> None:
        """Let go of all in some states, or of those of them that an operator made."""
        for candidate in self.values():
            if candidate.state in states and operator in ("", candidate.operator):
                self.change(candidate, state=CandidateState.DROPPED, rank=None, fate=fate)

    def rank(self, event: PopulationUpdated) -> None:
        """Say who is in the population, and why others left it."""
        kept = {survivor.candidate for survivor in event.survivors}
        for key, candidate in self.items():
            if candidate.state == CandidateState.IN_POPULATION and key not in kept:
                self.change(candidate, state=CandidateState.DROPPED, rank=None)
        for rank, survivor in enumerate(event.survivors, start=1):
            self.change(
                self._known[survivor.candidate],
                state=CandidateState.IN_POPULATION,
                rank=rank,
                score=survivor.score,
                novelty=survivor.novelty,
                fate=survivor.reason,
                fate_by=None,
                fate_distance=None,
            )
        for removed in event.removed:
            candidate = self._known[removed.candidate]
            if removed.candidate in kept:  # a clone of a member left, the member stays
                continue
            by = self._known[removed.by] if removed.by is not None else None
            self.change(
                candidate,
                state=CandidateState.DROPPED,
                rank=None,
                fate=removed.reason,
                fate_by=by,
                fate_distance=removed.distance,
            )

    def save(self) -> None:
        """Write everything that is new or has changed since the last time."""
        numbers = add(Candidate, [_new_row(candidate) for candidate in self._new.values()], name="key")
        for key, candidate in self._new.items():
            candidate.pk = numbers[key]
        # What is new may stand where it does because of something else that is new.
        changed = [each for key, each in self._changed.items() if key not in self._new or _fate_by(each) is not None]
        update(Candidate, [{**_changed_row(candidate), "id": candidate.pk} for candidate in changed])
        descents = [{"from_candidate_id": child.pk, "to_candidate_id": parent.pk} for child, parent in self._descents]
        insert(Candidate.parents.through, descents)
        self._new.clear()
        self._changed.clear()
        self._descents.clear()


def _changed_row(candidate: Candidate) -> Row:
    """Return what may have changed; the rest of a row is long, and stays as it was proposed."""
    flags = json_column(candidate.flags)
    values = zip(CHANGING, _changing(candidate), strict=True)
    return {"state": str(candidate.state), "flags": flags, "fate_by_id": _fate_by(candidate), **dict(values)}


def _fate_by(candidate: Candidate) -> int | None:
    """Return who a candidate lost to, which may not have had a number when that was said."""
    return (
        candidate.fate_by.pk if Candidate.fate_by.is_cached(candidate) and candidate.fate_by else candidate.fate_by_id
    )


def _new_row(candidate: Candidate) -> Row:
    return {
        **_changed_row(candidate),
        "run_id": candidate.run_id,
        "key": candidate.key,
        "number": candidate.number,
        "operator": candidate.operator,
        "variable": candidate.variable,
        "content": json_column(candidate.content),
        "reasoning": candidate.reasoning,
        "epoch": candidate.epoch,
        "batch": candidate.batch,
        "evidence": json_column(candidate.evidence),
        "created_at": connection.ops.adapt_datetimefield_value(candidate.created_at),
    }
