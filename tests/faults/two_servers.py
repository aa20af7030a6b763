"""Two whole servers on one database: every run is done once, by one of them, also when one dies or falls asleep."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.datasets.models import DatasetVersion
from omegaweb.engine.answer_file import left_behind
from omegaweb.programs.models import Program
from omegaweb.runs.configuration import RunConfiguration
from omegaweb.runs.models import JournalEntry, JournalPart, Run, RunState
from tests.factories_runs import make_run
from tests.faults.harness import OVER, PATIENCE, ROOT, Counting, free_port, names_of
from tests.faults.world import respond

#: Seconds between two looks at the rows.
LOOK = 0.05
#: Milliseconds within which whoever is awake is done with a write.
WRITING = 1000


def address_of_database() -> str:
    """Return the database of this process as an address for others."""
    chosen = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{chosen['NAME']}"
    host = chosen["HOST"] or chosen["OPTIONS"].get("host", "")
    who = quote(chosen["USER"]) + (f":{quote(chosen['PASSWORD'])}" if chosen["PASSWORD"] else "")
    options = urlencode({"host": host} | ({"port": chosen["PORT"]} if chosen["PORT"] else {}))
    return f"postgres://{who}@/{chosen['NAME']}?{options}"


class Server:
    """A server process with a data folder of its own, on the database of this process."""

    def __init__(self, folder: Path, *, name: str, machine: str, round_seconds: float, at_once: int = 2) -> None:
        self.name, self.machine = name, machine
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        self._log = folder / f"{name}.txt"
        environment = {
            "OMEGAWEB_DATA_DIR": str(folder / name),
            "OMEGAWEB_PORT": str(port),
            "OMEGAWEB_DATABASE_URL": address_of_database(),
            "OMEGAWEB_SECRET_KEY": settings.SECRET_KEY,  # who signed in at one is known at the other
            "OMEGAWEB_RUNS_AT_ONCE": str(at_once),
            "OMEGAWEB_DEBUG": "1",
        }
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.one_of_two", machine, str(round_seconds)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={**os.environ, **environment},
            )

    def has_claimed(self, run: Run) -> bool:
        return run.claimed_by.startswith(f"{self.machine}:{self._process.pid}:")

    def is_up(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/accounts/sign-in/", timeout=PATIENCE) as response:
                return bool(response.status == 200)
        except OSError:
            if self._process.poll() is not None:
                raise RuntimeError(f"server {self.name} ended:\n{self._log.read_text()[-3000:]}") from None
            return False

    def press_continue(self, run_id: int, *, session: str) -> None:
        """Do what the button "Continue" of a run does."""
        headers = {"Cookie": f"sessionid={session}; csrftoken={'x' * 32}", "X-CSRFToken": "x" * 32}
        request = urllib.request.Request(f"{self.url}/runs/{run_id}/continue/", data=b"", headers=headers)
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            assert response.status == 200, response.status

    def send(self, what: signal.Signals) -> None:
        self._process.send_signal(what)

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@dataclass(slots=True, kw_only=True)
class Work:
    """A run, and the model server that it alone asks."""

    run_id: int
    models: Counting
    lost: int = 0  # questions that were under way when a server went away
    begun: int = 0  # times that its log says so of servers that went away

    @property
    def run(self) -> Run:
        return Run.objects.get(pk=self.run_id)

    def journalled(self) -> set[str]:
        """Return the names of the questions in the run's journal, those included that are no rows yet."""
        # Files first: one that is taken in meanwhile is among the rows.
        records = [record for file in left_behind(self.run_id) for record in file.records()]
        rows = JournalEntry.objects.filter(run=self.run_id)
        entries = list(rows.values_list("role", "context_key", "question"))
        parts = dict(JournalPart.objects.filter(run=self.run_id).values_list("key", "value"))
        for record in records:
            parts |= record["parts"]
            entries.append((record["role"], record["context_key"], json.loads(record["question"])))
        return names_of(entries, parts)

    def note_interruption(self) -> None:
        """Count what was asked and is not in the journal: only that may be asked again.

        The server may have gone when it had claimed the run and not said yet that it began.
        """
        self.begun = self._starts()
        self.lost += len(self.models.asked.keys() - self.journalled())

    def problems(self) -> list[str]:
        """Return what is wrong about the run now that it is over, in words."""
        run, asked = self.run, self.models.asked
        sequences = list(run.events.order_by("sequence").values_list("sequence", flat=True))
        starts = self._starts() - self.begun
        repeats, seen = asked.total() - len(asked), self.models.counts.calls
        found = {
            f"it is {run.state}: {run.message}": run.state != RunState.COMPLETED,
            "its events have holes": sequences != list(range(1, run.last_sequence + 1)),
            f"who finished it began it {starts} times": starts != 1,
            f"{run.calls} calls counted, {seen} seen": not run.calls <= seen <= run.calls + self.lost,
            f"{run.journal.count()} answers kept, {len(asked)} questions": run.journal.count() != len(asked),
            f"{repeats} questions asked again, {self.lost} were under way": repeats > self.lost,
        }
        return [f"run {run.pk}: {what}" for what, is_so in found.items() if is_so]

    def _starts(self) -> int:
        return self.run.events.filter(kind="run.started").count()


@dataclass(slots=True, kw_only=True)
class Row:
    """A line of the table."""

    what: str
    works: list[Work]
    by: dict[str, int] = field(default_factory=dict)  # server → runs it finished
    interrupted: int = 0  # runs whose server went away
    seconds: float = 0.0  # until the other server had taken them over
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        asked = [work.models.asked for work in self.works]
        repeats = sum(each.total() - len(each) for each in asked)
        seen = sum(work.models.counts.calls for work in self.works)
        counted = sum(work.run.calls for work in self.works)
        shares = ", ".join(f"{name} {number}" for name, number in self.by.items())
        over = f"{self.interrupted} after {self.seconds:.1f} s" if self.interrupted else ""
        lost = sum(work.lost for work in self.works)
        return (
            f"| {self.what} | {len(self.works)} | {shares} | {over} | {counted} | {seen} | {repeats} | {lost} | "
            f"{len(self.problems)} |"
        )


class Pair:
    """Two servers, and the runs that they share.

    Args:
        folder: for what they write.
        owner: of the runs.
        version: the data of the runs.
        program: of the runs.
        machines: names of the computers that they believe to be on.
        round_seconds: between two looks for what the other left behind.
    """

    def __init__(
        self,
        folder: Path,
        *,
        owner: User,
        version: DatasetVersion,
        program: Program,
        machines: tuple[str, str],
        round_seconds: float,
    ) -> None:
        self._owner, self._version, self._program = owner, version, program
        self.servers = [
            Server(folder, name=name, machine=machine, round_seconds=round_seconds)
            for name, machine in zip(("first", "second"), machines, strict=True)
        ]
        self._works: list[Work] = []
        client = Client()
        client.force_login(owner)
        self._session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def await_servers(self) -> None:
        until(lambda: all(server.is_up() for server in self.servers))

    def add(self, number: int, *, kind: dict[str, Any], state: RunState, latency: float) -> list[Work]:
        """Make runs, each with a model server of its own."""
        works = [self._add(kind, state, latency) for _ in range(number)]
        self._works += works
        return works

    def _add(self, kind: dict[str, Any], state: RunState, latency: float) -> Work:
        models = Counting(respond, latency=latency).__enter__()
        names = {"task": "openai/task", "proposer": "openai/proposer", "embedding": "openai/embedding"}
        choice = {**names, "api_base": models.url, "embedding_api_base": models.url}
        chosen = RunConfiguration.from_json({"program": self._program.definition(), "models": choice, **kind})
        run = make_run(self._owner, version=self._version, program=self._program, state=RunState.INTERRUPTED)
        run.events.all().delete()
        values = {"configuration": chosen.to_json(), "last_sequence": 0, "epochs": chosen.training.epochs}
        Run.objects.filter(pk=run.pk).update(started_at=None, state=state, **values)
        return Work(run_id=run.pk, models=models)

    def press_continue(self, works: Iterable[Work]) -> None:
        """Continue runs at the two servers in turn."""
        for number, work in enumerate(works):
            self.servers[number % 2].press_continue(work.run_id, session=self._session)

    def await_ends(self, row: Row) -> None:
        """Wait until the runs of a row are over."""
        ids = [work.run_id for work in row.works]
        until(lambda: not Run.objects.filter(pk__in=ids).exclude(state__in=OVER).exists())

    def finish(self, row: Row) -> Row:
        """Wait until the runs of a row are over, and look at them."""
        self.await_ends(row)
        runs = [work.run for work in row.works]
        row.by = {server.name: sum(map(server.has_claimed, runs)) for server in self.servers}
        row.problems += [problem for work in row.works for problem in work.problems()]
        return row

    def close(self) -> None:
        for server in self.servers:
            server.kill()
        for work in self._works:
            work.models.__exit__(None, None, None)


def held_by(server: Server, works: Sequence[Work], *, calls: int) -> list[Work]:
    """Return the runs that a server is in the middle of: so many calls were made."""
    runs = Run.objects.under_way().in_bulk([work.run_id for work in works])
    return [
        work
        for work in works
        if work.models.counts.calls >= calls and work.run_id in runs and server.has_claimed(runs[work.run_id])
    ]


def may_write() -> bool:
    """Tell whether nobody keeps SQLite's lock for long. PostgreSQL takes its locks away from whoever stands still."""
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {WRITING}")
        try:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
        except OperationalError:
            return False
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")
    return True


def until(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing happened for {PATIENCE} s")
        time.sleep(LOOK)
    return value
