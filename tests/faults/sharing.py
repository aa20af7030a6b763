"""What two servers on one database go through, and the table of it. Needs Django to be set up."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any

from django.core.management import call_command

from omegaweb.accounts.models import User
from omegaweb.runs.models import RunState
from tests.factories_runs import make_program, make_version
from tests.faults.two_servers import Pair, Row, Server, held_by, may_write, until
from tests.faults.world import INSTRUCTION

ROWS = "t" * 8 + "v" * 6 + "s" * 4
QUICK: dict[str, Any] = {
    "optimizer": {"kind": "random_few_shot", "parameters": {}},
    "training": {"epochs": 1, "batch_size": 4, "minibatch_size": 4, "concurrency": 4},
}
CONCURRENCY, PROPOSALS = 4, 3
LONG: dict[str, Any] = {
    "optimizer": {"kind": "omega", "parameters": {"population_size": 4, "proposals_in_flight": PROPOSALS}},
    "training": {"epochs": 2, "batch_size": 4, "minibatch_size": 6, "concurrency": CONCURRENCY},
}
#: Calls that a run has made when its server goes away.
IN_THE_MIDDLE = 12
#: Questions that a run may ask when its server wakes up: each slot ends what it was at, and may begin one thing more.
LATE = 2 * (CONCURRENCY + PROPOSALS)
#: Seconds in which a server that woke up notices what it has lost.
AWAKE = 5.0
#: So that only the lease tells one server that the other is gone.
MACHINES = ("alpha", "beta")


def share(pair: Pair, number: int, *, latency: float) -> Row:
    """Let the two do many runs: half of them wait in the queue, the others are continued at both sites in turn."""
    queued = pair.add(number - number // 2, kind=QUICK, state=RunState.QUEUED, latency=latency)
    pressed = pair.add(number // 2, kind=QUICK, state=RunState.INTERRUPTED, latency=latency)
    pair.press_continue(pressed)
    return pair.finish(Row(what="both work", works=queued + pressed))


def die(pair: Pair, number: int, *, latency: float) -> Row:
    """Kill the first server in the middle of its runs; the second takes them over."""
    row = Row(what="the first is killed", works=pair.add(number, kind=LONG, state=RunState.QUEUED, latency=latency))
    _lose(pair, row, latency=latency, dies=True)
    return pair.finish(row)


def sleep(pair: Pair, number: int, *, latency: float) -> Row:
    """Let the first server stand still until the second has done its runs, and wake it up again: it may finish asking
    what was on its way, and nothing else."""
    row = Row(what="the first falls asleep", works=pair.add(number, kind=LONG, state=RunState.QUEUED, latency=latency))
    _lose(pair, row, latency=latency, dies=False)
    pair.await_ends(row)
    before = {work.run_id: work.models.counts.calls for work in row.works}
    pair.servers[0].send(signal.SIGCONT)
    time.sleep(AWAKE)
    for work in row.works:
        late = work.models.counts.calls - before[work.run_id]
        work.lost += late
        if late > LATE:
            row.problems.append(f"run {work.run_id}: the sleeper asked {late} questions more")
    return pair.finish(row)


def _lose(pair: Pair, row: Row, *, latency: float, dies: bool) -> None:
    first, second = pair.servers
    until(lambda: held_by(first, row.works, calls=IN_THE_MIDDLE))
    until(lambda: _stands_still(first, for_good=dies))  # nobody takes anything over before all is counted
    since = time.monotonic()
    time.sleep(3 * latency)  # what it had asked comes to its end
    victims = held_by(first, row.works, calls=0)
    for victim in victims:
        victim.note_interruption()
    if dies:
        first.kill()
    row.interrupted = len(victims)
    until(lambda: all(second.has_claimed(victim.run) for victim in victims))
    row.seconds = time.monotonic() - since


def _stands_still(server: Server, *, for_good: bool) -> bool:
    """Stop a server; one that will go on not in the middle of a write, for SQLite has one lock, which it would keep."""
    server.send(signal.SIGSTOP)
    if for_good or may_write():
        return True
    server.send(signal.SIGCONT)
    return False


def make_pair(folder: Path, owner: User, *, machines: tuple[str, str], round_seconds: float) -> Pair:
    """Start two servers; their runs are the owner's."""
    version = make_version(owner, splits=ROWS)
    program = make_program(owner, instruction=INSTRUCTION)
    return Pair(folder, owner=owner, version=version, program=program, machines=machines, round_seconds=round_seconds)


def table(folder: Path, number: int) -> tuple[str, list[str]]:
    """Go through everything on an empty database, and return the rows of a table and what was wrong."""
    call_command("migrate", interactive=False, verbosity=0)
    owner = User.objects.create_user("owner", password="nobody signs in")
    pair = make_pair(folder, owner, machines=MACHINES, round_seconds=5.0)
    try:
        pair.await_servers()
        rows = [share(pair, number, latency=0.02), sleep(pair, 6, latency=0.2), die(pair, 6, latency=0.2)]
        return "\n".join(map(str, rows)), [problem for row in rows for problem in row.problems]
    finally:
        pair.close()
