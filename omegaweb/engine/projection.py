"""Brings the rows that pages read up to date with what a run says: one event, one case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, assert_never

from django.db import connection

from omegaweb.engine import clock, own_opening, review_rows, steering, troubles
from omegaweb.engine.candidate_rows import UNFINISHED, CandidateRows
from omegaweb.engine.flag_rows import with_flag
from omegaweb.engine.holding import Row
from omegaweb.engine.measuring import Scores
from omegaweb.engine.messages import plain_message
from omegaweb.engine.places import Places
from omegaweb.engine.points import Points
from omegaweb.engine.statements import update
from omegaweb.reviews.models import ReviewState
from omegaweb.runs.models import Candidate, CandidateState, Run, RunState, Series
from optimizer_core import events
from optimizer_core.data.statistics import mean_interval
from optimizer_core.events import Event


class Projection:
    """The read-model rows of one run. Apply events in their order, then :meth:`save`, in one transaction.

    To apply an event writes nothing, so nobody waits for the database meanwhile. After an error the rows in memory are
    ahead of the database: throw the object away and make a new one.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._candidates = CandidateRows(run)
        self._scores = Scores()
        self._run_fields: set[str] = set()
        self._points = Points(run)
        self._places = Places(run)
        self._later: list[Callable[[], None]] = []  # writes what other rows say, once the candidates are there
        self._races = run.choices.optimizer.races

    def apply(self, event: Event, *, sequence: int, at: datetime) -> None:
        """Change the rows as the event says.

        Raises:
            KeyError: the event names a candidate that was never proposed.
        """
        self._set(last_sequence=sequence)
        match event:
            case events.RunStarted():
                self._started(event, at)
            case events.RunFinished():
                self._finished(event, at)
            case events.EpochStarted():
                self._set(epoch=event.epoch)
            case events.BatchFinished():
                self._batch_finished(event)
            case events.CandidateProposed():
                self._proposed(event, at)
            case events.CandidateFlagged():
                flagged = self._candidates[event.candidate]
                self._candidates.change(flagged, **with_flag(flagged, event, self._candidates))
            case events.CandidateEmbedded():
                embedded = self._candidates[event.candidate]
                self._places.embed(embedded, event.vector)
                self._candidates.change(embedded)
            case events.CandidateScored():
                self._scored(event, at)
            case events.CandidateDropped():
                self._dropped(event)
            case events.ValidationFinished():
                self._validated(event)
            case events.ReviewRequested():
                self._review_requested(event, at)
            case events.ReviewDecided():
                self._review_decided(event, at)
            case events.PopulationUpdated():
                self._candidates.rank(event)
            case events.BestChanged():
                best = self._candidates[event.candidate]
                self._set(best=best)
                self._points.add(Series.BEST, event.reward, count=event.count, candidate=best)
            case events.SpendUpdated():
                self._spent(event, at)
            case events.TestFinished():
                winner = self._candidates.get(event.winner.get("candidate", ""))
                self._later.append(partial(self._tested, winner, events.event_to_json(event), at))
            case events.WarningRaised():
                if event.code == events.WAITING_FOR_REVIEW:
                    self._set(state=RunState.WAITING, **clock.waits(self.run, at=at))
            case events.RunPaused():
                self._set(state=RunState.PAUSED, reason=event.reason, **clock.waits(self.run, at=at))
            case events.RunResumed():
                self._set(state=RunState.RUNNING, reason="", **clock.works(self.run, at=at))
            case events.SteeringApplied():
                self._steered(event, at)
            case events.ProviderTroubled():
                self._set(troubles=troubles.begun(self.run.troubles, event, at=at))
            case events.ProviderRecovered():
                self._set(troubles=troubles.ended(self.run.troubles, event))
            case events.EpochFinished() | events.ProposalFailed() | events.CheckpointSaved():
                pass  # only the log tells of these
            case _:
                assert_never(event)

    def save(self) -> None:
        """Write everything that changed since the last time."""
        self._candidates.save()
        for write in self._later:
            write()
        self._scores.save()
        self._points.save()
        self._places.save()
        update(Run, [self._run_row()])
        self._later.clear()
        self._run_fields.clear()

    def _run_row(self) -> Row:
        """Return what changed about the run as the database takes it."""
        row: dict[str, Any] = {}
        for column in (each for each in Run._meta.concrete_fields if each.name in self._run_fields):
            value = getattr(self.run, column.name)
            if isinstance(value, Candidate):  # it may not have had a number when it was set
                value = value.pk
            row[column.attname] = column.get_db_prep_save(value, connection)
        return {**row, "id": self.run.pk}

    def _tested(self, winner: Candidate | None, figures: dict[str, Any], at: datetime) -> None:
        self._set(result=own_opening.finish(self.run, winner, figures, at=at))

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self.run, name, value)
        self._run_fields.update(values)

    def _started(self, event: events.RunStarted, at: datetime) -> None:
        self._set(
            state=RunState.RUNNING,
            reason="",
            message="",
            started_at=self.run.started_at or at,
            finished_at=None,
            troubles={},
            epochs=event.epochs,
            batches=event.batches,
            result=None,  # of an earlier end; the opening of the seal keeps it
            seconds_at=at,
            waiting_since=None,
        )
        # Only after an interruption is there anything: what was being scored then is scored again, if at all, and the
        # run asks again for the reviews that it knows of. Whatever else waits, nobody will ever collect.
        self._candidates.give_up((*UNFINISHED, CandidateState.WAITING), fate="interrupted")
        self._later.append(partial(review_rows.withdraw, self.run, at=at))
        if not event.resumed:  # it was cut off before its first checkpoint and begins again
            self._candidates.give_up((CandidateState.IN_POPULATION,), fate="interrupted")

    def _finished(self, event: events.RunFinished, at: datetime) -> None:
        message = plain_message(event.message)
        self._set(state=RunState(event.status), reason=event.reason, message=message, finished_at=at, troubles={})
        self._set(**clock.works(self.run, at=at))
        if event.best is not None:
            self._set(best=self._candidates[event.best])
        if event.baseline is not None:
            self._set(baseline=self._candidates[event.baseline])
        if event.status == "failed" and self.run.baseline is not None:
            self._forget_unanswered(self._candidates[self.run.baseline.key])
        if event.status == "completed":  # only the budget keeps an approved edit from its score until the end
            self._candidates.give_up(UNFINISHED, fate="not_paid", operator="edit")
        self._candidates.give_up((*UNFINISHED, CandidateState.WAITING), fate="run_ended")
        self._later += [
            partial(review_rows.withdraw, self.run, at=at),
            partial(steering.close, self.run, at=at),
            partial(own_opening.close, self.run, at=at),
        ]

    def _forget_unanswered(self, baseline: Candidate) -> None:
        """Where no row was ever answered, say that nothing was scored: a mean of 0 would blame the program."""
        if not self._scores.has_answer(baseline):
            self._candidates.change(baseline, reward=None, count=0, low=None, high=None)
            self._points.forget(baseline)

    def _batch_finished(self, event: events.BatchFinished) -> None:
        done = event.epoch * self.run.batches + event.batch + 1
        self._set(epoch=event.epoch, batches_done=done if self.run.batches else self.run.batches_done + 1)
        # A race looks for what its parents fail on, so their mean there says nothing about the search.
        if "reward" in event.logs and not self._races:
            self._points.add(Series.BATCH, event.logs["reward"], count=event.logs.get("n", 0))

    def _proposed(self, event: events.CandidateProposed, at: datetime) -> None:
        candidate = self._candidates.propose(event, at)
        if candidate is None:
            return
        self._scores.begin(candidate)
        if event.operator == "baseline":
            self._set(baseline=candidate)

    def _scored(self, event: events.CandidateScored, at: datetime) -> None:
        candidate = self._candidates[event.candidate]
        self._scores.add(candidate, event)
        if event.split == "test" and self.run.is_under_way:  # later, somebody has put it up for release
            self._later.append(partial(own_opening.begin, self.run, candidate, at=at))
        if event.split != "validation":
            return
        is_first = candidate.reward is None
        interval = mean_interval(self._scores.rewards(candidate))
        self._candidates.change(candidate, reward=event.mean, count=event.count, low=interval.low, high=interval.high)
        if candidate.state == CandidateState.PROPOSED:
            self._candidates.change(candidate, state=CandidateState.SCORED)
            self._candidates.leave_steps(candidate)
        if _is(self.run.baseline, candidate):
            self._points.add(Series.BASELINE, event.mean, count=event.count, candidate=candidate)
        elif is_first:  # later scores are those of a parent that is compared with its child
            self._points.add(Series.MINIBATCH, event.mean, count=event.count, candidate=candidate)
        if _is(self.run.best, candidate):  # it leads, and is known better now
            self._points.add(Series.BEST, event.mean, count=event.count, candidate=candidate)

    def _dropped(self, event: events.CandidateDropped) -> None:
        candidate = self._candidates.drop(event)
        if event.reason == "fell_behind":
            self._points.fall_behind(candidate)

    def _validated(self, event: events.ValidationFinished) -> None:
        candidate = self._candidates[event.candidate]
        # At the end other finalists are validated as well; the line is the leader's.
        if "val_reward" in event.logs and (self.run.best is None or _is(self.run.best, candidate)):
            count = event.logs.get("n", candidate.count)
            self._points.add(Series.VALIDATION, event.logs["val_reward"], count=count, candidate=candidate)

    def _review_requested(self, event: events.ReviewRequested, at: datetime) -> None:
        candidate = self._candidates[event.candidate]
        self._later.append(partial(review_rows.request, self.run, candidate, at=at))
        self._candidates.change(candidate, state=CandidateState.WAITING, fate="")

    def _review_decided(self, event: events.ReviewDecided, at: datetime) -> None:
        candidate = self._candidates[event.candidate]
        verdict = review_rows.verdict_of(event)
        self._later.append(partial(review_rows.settle, candidate, event, at=at))
        fate = "left_out" if verdict is ReviewState.LEFT_OUT else ""
        state = AFTER_REVIEW[verdict]
        if state is CandidateState.SCORED and candidate.reward is None:  # it was held: now it is scored
            state = CandidateState.PROPOSED
        if state is CandidateState.SCORED and candidate.rank is not None:  # a winner that was a member all along
            state = CandidateState.IN_POPULATION
        self._candidates.change(candidate, state=state, fate=fate)
        still_open = any(each.state == CandidateState.WAITING for each in self._candidates.values())
        if self.run.state == RunState.WAITING and not still_open:
            self._set(state=RunState.RUNNING, **clock.works(self.run, at=at))

    def _steered(self, event: events.SteeringApplied, at: datetime) -> None:
        self._later.append(partial(steering.settle, self.run, event, at=at))
        candidate = self._candidates.get(event.fields.get("candidate", ""))
        if event.problem:
            return
        if event.action == "extend":
            self._set(configuration=steering.extended_configuration(self.run, event))
        elif event.action == "ban" and candidate is not None:
            for changed, values in steering.without(candidate, self._candidates.values()):
                self._candidates.change(changed, **values)
        elif event.action in ("pin", "unpin") and candidate is not None:
            self._candidates.change(candidate, pinned=event.action == "pin")

    def _spent(self, event: events.SpendUpdated, at: datetime) -> None:
        self._set(
            calls=event.calls,
            tokens=event.tokens,
            cost=event.cost,
            unpriced_calls=event.unpriced_calls,
            seconds=event.seconds,
            waited=event.waited,
            seconds_at=at,
            spend_by_role=event.by_role,
            left=event.left,
            replayed=event.replayed,
        )


def _is(leader: Candidate | None, candidate: Candidate) -> bool:
    return leader is not None and leader.key == candidate.key


#: Where a candidate stands after its review.
AFTER_REVIEW = {
    ReviewState.APPROVED: CandidateState.SCORED,
    ReviewState.REJECTED: CandidateState.REJECTED,
    ReviewState.CHANGES_REQUESTED: CandidateState.REJECTED,
    ReviewState.EDITED: CandidateState.EDITED,
    ReviewState.LEFT_OUT: CandidateState.DROPPED,
    ReviewState.SUPERSEDED: CandidateState.SCORED,
}
