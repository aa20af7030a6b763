"""Opens the seal of a run that is over: a thread lets its start and one candidate answer the test rows.

The answers are told as `candidate.scored`, like those of the run itself, so the log stays complete. Rows that were
answered before are not asked again: an opening that failed goes on where it was. Each try is a numbered attempt; a
thread that slept until somebody else had the next one can write nothing more.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import connections
from django.db.models import F, QuerySet
from django.utils import timezone

from omegaweb.engine import assembly
from omegaweb.engine.claims import THIS_PROCESS, is_abandoned
from omegaweb.engine.endings import announce
from omegaweb.engine.journal import RowJournal, paid_since
from omegaweb.engine.messages import plain_message
from omegaweb.engine.own_keys import means_of
from omegaweb.engine.recorder import writer
from omegaweb.engine.storage import RecordingFailed
from omegaweb.releases.models import OpeningState, SealOpening
from omegaweb.runs.models import Candidate, SampleScore
from omegaweb.runs.result import after_looks
from optimizer_core.budget import Budget, Meter, Usage
from optimizer_core.data.candidate import Candidate as Content
from optimizer_core.data.dataset import Sample, make_samples
from optimizer_core.errors import BudgetExhausted, OptimizerError
from optimizer_core.events import CandidateScored, event_to_json
from optimizer_core.models.journal import journalling
from optimizer_core.training.answering import score_all
from optimizer_core.training.finale import compare_tested

logger = logging.getLogger(__name__)

SPLIT = "test"
#: Rows asked at a time, at least; more where many calls are under way at once.
CHUNK = 16
#: Seconds between two signs of life: some rows take longer than another server waits for one.
SIGN_OF_LIFE = 5.0
LOST = "The server stopped while it tested. What was answered is kept: try again to ask for the rest."
TOO_MANY_CALLS = "It took more calls than it was given, because many had to be repeated. What was answered is kept."
NOTHING = "No test row was answered by both."

_threads: dict[int, threading.Thread] = {}


class Overtaken(Exception):
    """Somebody took this attempt for dead."""


def start(opening_id: int) -> None:
    """Test in a thread of its own, unless somebody tests already."""
    unclaimed = SealOpening.objects.filter(pk=opening_id, state=OpeningState.RUNNING, claimed_by="")
    if not unclaimed.update(claimed_by=THIS_PROCESS, attempt=F("attempt") + 1, heartbeat_at=timezone.now()):
        return
    opening = SealOpening.objects.get(pk=opening_id)
    name = f"sealed-test-{opening_id}"
    thread = threading.Thread(target=_work, args=(opening_id, opening.attempt), name=name, daemon=True)
    _threads[opening_id] = thread
    announce(opening.run_id)
    thread.start()


def wait(opening_id: int, *, seconds: float) -> bool:
    """Wait until a test has ended; False if it goes on."""
    thread = _threads.get(opening_id)
    if thread is not None:
        thread.join(seconds)
    return thread is None or not thread.is_alive()


def fail_abandoned() -> None:
    """Mark tests that nobody works on as failed: their process went away."""
    for opening in SealOpening.objects.filter(state=OpeningState.RUNNING, by_run=False):
        if is_abandoned(opening, now=timezone.now(), here=_threads):
            _give_up(opening)


def close() -> None:
    """Mark the tests of this process as failed, because it ends."""
    for opening in SealOpening.objects.filter(state=OpeningState.RUNNING, claimed_by=THIS_PROCESS):
        _give_up(opening)


def answers_wanted(candidates: list[Candidate], rows: int) -> int:
    """Return how many answers are missing before candidates can be compared on all test rows."""
    known = SampleScore.objects.filter(candidate__in=candidates, split=SPLIT, index__lt=rows).count()
    return max(0, rows * len(candidates) - known)


def _work(opening_id: int, attempt: int) -> None:
    problem = ""
    try:
        opening = SealOpening.objects.select_related("run__baseline", "candidate").get(pk=opening_id, attempt=attempt)
        with means_of(opening.run):
            _test(opening)
    except Overtaken:
        logger.warning("opening %s: attempt %s was taken for dead; it writes nothing more", opening_id, attempt)
    except BudgetExhausted:
        problem = TOO_MANY_CALLS
    except (OptimizerError, RecordingFailed) as error:
        problem = plain_message(str(error))
    except Exception as error:  # the top of the thread: whatever it was, the page says so
        logger.exception("opening %s failed", opening_id)
        problem = f"Something unexpected happened: {type(error).__name__}. The server's log says more."
    try:
        if problem:
            _fail(opening_id, problem, attempt=attempt)
    finally:
        connections.close_all()
        if _threads.get(opening_id) is threading.current_thread():
            del _threads[opening_id]


def _test(opening: SealOpening) -> None:
    candidates = compared(opening)
    parts = assembly.assemble(opening.run)
    samples = make_samples(parts.data.test.x, parts.data.test.y, split=SPLIT)
    known = {candidate.pk: _known(candidate) for candidate in candidates}
    reward = parts.program.reward
    assert reward is not None  # assemble compiles the program with one
    meter = Meter(budget=Budget(calls=max(1, opening.most_calls)))
    before = _spent_before(opening)

    async def live() -> None:
        while True:
            await asyncio.sleep(SIGN_OF_LIFE)
            note(0)

    async def ask_all() -> None:
        living = asyncio.ensure_future(live())
        try:
            await ask_in_chunks()
        finally:
            living.cancel()

    def note(answered: int) -> None:
        writer.submit(opening.run_id, lambda: _note(opening, meter, before, answered=answered))

    async def ask_in_chunks() -> None:
        for chunk in _chunks(samples, max(CHUNK, 4 * parts.configuration.training.concurrency)):
            for candidate in candidates:
                await ask(candidate, [each for each in chunk if _index(each.id) not in known[candidate.pk]])

    async def ask(candidate: Candidate, asked: list[Sample]) -> None:
        if not asked:
            return
        content = Content(content=candidate.content, operator=candidate.operator)
        try:
            (results,) = await score_all(
                parts.program.root_module,
                [content],
                asked,
                reward=reward,
                meter=meter,
                concurrency=parts.configuration.training.concurrency,
                provider_patience=60.0 * settings.PROVIDER_PATIENCE,
            )
        finally:
            note(0)
        if not await database_sync_to_async(_mine(opening).exists)():
            raise Overtaken
        mean = sum(result.reward for result in results) / len(results)
        told = CandidateScored(
            candidate=candidate.key,
            split=SPLIT,
            reward=mean,
            results=tuple(results),
            mean=candidate.reward or 0.0,
            count=candidate.count,
        )
        writer.write(opening.run_id, told)
        note(len(results))

    try:
        with closing(RowJournal(opening.run_id)) as journal, journalling(journal):
            asyncio.run(ask_all())
    finally:
        failure = writer.close(opening.run_id)
    if failure is not None:
        raise RecordingFailed(f"what was answered could not be written down: {failure}")
    _finish(opening, candidates)


def compared(opening: SealOpening) -> list[Candidate]:
    """Return the start and the candidate; one, where they are the same.

    Raises:
        OptimizerError: one of them is gone.
    """
    start, candidate = opening.run.baseline, opening.candidate
    if start is None or candidate is None:
        raise OptimizerError("The start of the run or the candidate is gone, so there is nothing to compare.")
    return [start] if start == candidate else [start, candidate]


def _finish(opening: SealOpening, candidates: list[Candidate]) -> None:
    start, candidate = candidates[0], candidates[-1]
    before, after = _rewards(start), _rewards(candidate)
    if not before.keys() & after.keys():
        _fail(opening.pk, NOTHING, attempt=opening.attempt)
        return
    opening.figures = event_to_json(compare_tested(start.key, before, candidate.key, after))
    figures = after_looks(opening.figures, opening.look)
    _mine(opening).update(
        state=OpeningState.DONE, figures=figures, finished_at=timezone.now(), answered=F("wanted"), message=""
    )
    announce(opening.run_id)


def _spent_before(opening: SealOpening) -> Usage:
    """Return what earlier attempts have used."""
    return Usage(
        calls=opening.calls, prompt_tokens=opening.tokens, cost=opening.cost, unpriced_calls=opening.unpriced_calls
    )


def _note(opening: SealOpening, meter: Meter, before: Usage, *, answered: int) -> None:
    total = before + meter.total
    _mine(opening).update(
        answered=F("answered") + answered,
        calls=total.calls,
        tokens=total.tokens,
        cost=total.cost,
        unpriced_calls=total.unpriced_calls,
        heartbeat_at=timezone.now(),
    )


def _give_up(opening: SealOpening) -> None:
    """Mark a test as failed whose thread cannot say any more what its last questions took; its journal can."""
    since = opening.heartbeat_at or opening.opened_at
    paid = paid_since(opening.run_id, since)
    unnoted = {name: F(name) + getattr(paid, name) for name in ("calls", "tokens", "cost", "unpriced_calls")}
    _fail(opening.pk, LOST, unnoted, attempt=opening.attempt, heartbeat_at=opening.heartbeat_at)


def _fail(opening_id: int, message: str, also: Mapping[str, Any] | None = None, **which: Any) -> None:
    running = SealOpening.objects.filter(pk=opening_id, state=OpeningState.RUNNING, **which)
    if running.update(state=OpeningState.FAILED, message=message, finished_at=timezone.now(), **(also or {})):
        announce(SealOpening.objects.values_list("run_id", flat=True).get(pk=opening_id))


def _mine(opening: SealOpening) -> QuerySet[SealOpening]:
    """Return the row, as long as nobody took this attempt for dead."""
    claimed = SealOpening.objects.filter(state=OpeningState.RUNNING, claimed_by=THIS_PROCESS)
    return claimed.filter(pk=opening.pk, attempt=opening.attempt)


def _known(candidate: Candidate) -> set[int]:
    return set(candidate.scores.filter(split=SPLIT).values_list("index", flat=True))


def _rewards(candidate: Candidate) -> dict[str, float]:
    scores = candidate.scores.filter(split=SPLIT).order_by("index").values_list("index", "reward")
    return {str(index): reward for index, reward in scores}


def _index(sample: str) -> int:
    return int(sample.rpartition("-")[2])


def _chunks(samples: tuple[Sample, ...], size: int) -> Iterator[tuple[Sample, ...]]:
    for first in range(0, len(samples), size):
        yield samples[first : first + size]
