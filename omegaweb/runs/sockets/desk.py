"""Makes the frames of all sockets that wait for one, together: two hundred pages of a run cost little more than one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Protocol

from channels.db import database_sync_to_async

from omegaweb.runs.sockets.people import SignedIn, people_behind
from omegaweb.runs.sockets.shared import Frame, Shared

#: Seconds in which sockets that heard the same news come together.
GATHER = 0.03
#: The share of a core that drawing may take. Runs compute in the same process, so what drawing takes, they wait for.
SHARE = 0.25
#: Seconds that a round is held back at most, whatever the one before has cost.
LONGEST_REST = 1.0

_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="frames")


class SessionOver(Exception):
    """The person behind a socket is not signed in any more."""


class Gone(Exception):
    """What the socket shows is not there, or not for this person."""


class Served(Protocol):
    """What the desk knows of a socket."""

    session_key: str
    person: SignedIn

    def frame(self, shared: Shared) -> Frame | None:
        """Read and draw what the page lacks; None for nothing."""


Waiting = tuple[Served, "asyncio.Future[str | None]"]
#: What came of each socket, and the seconds of a processor that all took.
TimedRound = tuple[list[str | Exception | None], float]


class Desk:
    """Takes requests on the server's loop and answers those that are there together, round by round, in a thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[Waiting] = []
        self._rounds: asyncio.Task[None] | None = None
        self._rested_at = 0.0  # on the monotonic clock; no round begins before

    async def frame_for(self, socket: Served) -> str | None:
        """Return the next frame of a socket as text; None where its page lacks nothing.

        Raises:
            SessionOver: its person is not signed in any more.
            Gone: what it shows is not there for this person.
        """
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # tests have many loops
            self._loop, self._waiting, self._rounds = loop, [], None
        answer: asyncio.Future[str | None] = loop.create_future()
        self._waiting.append((socket, answer))
        if self._rounds is None or self._rounds.done():
            self._rounds = loop.create_task(self._work(), name="frames")
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            await asyncio.sleep(max(GATHER, self._rested_at - time.monotonic()))
            together, self._waiting = self._waiting, []
            outcomes, seconds = await _outcomes([socket for socket, _ in together])
            # Meanwhile others come, and are served together: who watches in great numbers is shown fewer pictures.
            self._rested_at = time.monotonic() + min(LONGEST_REST, seconds * (1 / SHARE - 1))
            for (_, answer), outcome in zip(together, outcomes, strict=True):
                _tell(answer, outcome)


async def _outcomes(sockets: Sequence[Served]) -> TimedRound:
    try:
        timed: TimedRound = await in_thread(partial(_timed_round, sockets))
    except Exception as error:  # around the round, as where a lost connection is put away: else all would wait for ever
        return [error] * len(sockets), 0.0
    return timed


async def in_thread(work: Callable[[], Any]) -> Any:
    """Do something with the database in a thread of the sockets."""
    return await database_sync_to_async(work, thread_sensitive=False, executor=_threads)()


def _timed_round(sockets: Sequence[Served]) -> TimedRound:
    """Return a round, and what it took of a processor: on a busy machine the clock would tell too much."""
    began = time.thread_time()
    return _round(sockets), time.thread_time() - began


def _round(sockets: Sequence[Served]) -> list[str | Exception | None]:
    shared = Shared()
    try:
        people = people_behind({socket.session_key: socket.person for socket in sockets})
    except Exception as error:  # the top of the round: each socket says it, and its page connects again
        return [error] * len(sockets)
    return [_outcome(socket, people, shared) for socket in sockets]


def _outcome(socket: Served, people: dict[str, SignedIn], shared: Shared) -> str | Exception | None:
    person = people.get(socket.session_key)
    if person is None:
        return SessionOver()
    socket.person = person
    try:
        frame = socket.frame(shared)
        return None if frame is None else shared.text(frame)
    except Exception as error:  # of this socket alone, whose task hears of it
        return error


def _tell(answer: asyncio.Future[str | None], outcome: str | Exception | None) -> None:
    if answer.done():  # the browser has left
        return
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)


#: The one desk of this process.
desk = Desk()
