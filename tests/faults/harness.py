"""Kills a server again and again while it works on a run, and compares what came of the run with one left in peace."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from optimizer_core.json_values import content_hash
from tests.fakes.openai_server import OpenAIServer
from tests.faults.world import respond

ROOT = Path(__file__).resolve().parents[2]
#: Seconds that each answer takes.
LATENCY = 0.03
#: Seconds after which a run that has not ended counts as hung.
PATIENCE = 600.0
#: Seconds between two looks at the state of a run.
LOOK = 0.2
OVER = ("completed", "stopped", "failed")


@dataclass(slots=True)
class Outcome:
    """What came of one run."""

    state: str
    reason: str
    message: str
    calls: int
    winner: str
    result: Any
    candidates: dict[str, tuple[str, float | None, int, int | None]]  # key → state, reward, samples, rank
    scores: dict[tuple[str, str, int], float]


@dataclass(slots=True)
class Verdict:
    """How a run that was killed compares."""

    kind: str
    kills: int
    asked: int  # requests that the model server saw
    distinct: int  # different questions among them
    lost: int  # questions that were asked but not in the journal when the server was killed, summed
    journalled_again: int  # questions that were in the journal and were asked all the same
    differences: list[str] = field(default_factory=list)

    @property
    def repeats(self) -> int:
        return self.asked - self.distinct

    @property
    def is_equal(self) -> bool:
        return not self.differences and not self.journalled_again and self.repeats <= self.lost


class Site:
    """A server process over a folder of its own."""

    def __init__(self, folder: Path, model_url: str, kind: str) -> None:
        self._folder, self._model_url, self._kind = folder, model_url, kind
        self._process: subprocess.Popen[bytes] | None = None
        self._state, self._looked = "", 0.0

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.faults.doomed_server", str(self._folder), str(free_port())]
        with (self._folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, self._model_url, self._kind],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=dict(os.environ),
            )

    def kill(self) -> None:
        """Kill the process, if there is one."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.communicate()
            self._process = None

    def read(self, query: str) -> list[tuple[Any, ...]]:
        """Return rows of its database; none where it is not made yet."""
        path = self._folder / "omegaweb.sqlite3"
        if not path.exists():
            return []
        with closing(sqlite3.connect(path, timeout=20)) as database:
            try:
                return database.execute(query).fetchall()
            except sqlite3.OperationalError:  # its tables are not made yet
                return []

    @property
    def state(self) -> str:
        """The state of its run, as it was at most a moment ago: whoever waits asks often."""
        now = time.monotonic()
        if now - self._looked > LOOK:
            self._state = next((state for (state,) in self.read("SELECT state FROM runs_run")), "")
            self._looked = now
        return self._state

    @property
    def log(self) -> str:
        return (self._folder / "log.txt").read_text()

    def journalled(self) -> set[str]:
        """Return the names of the questions in its journal, those included that are no rows yet."""
        parts = {key: json.loads(value) for key, value in self.read("SELECT key, value FROM runs_journalpart")}
        rows = self.read("SELECT role, context_key, question FROM runs_journalentry")
        entries = [(role, context, json.loads(question)) for role, context, question in rows]
        for record in self._lines():
            parts |= record["parts"]
            entries.append((record["role"], record["context_key"], json.loads(record["question"])))
        return names_of(entries, parts)

    def _lines(self) -> Iterator[dict[str, Any]]:
        """Yield what a killed process has written into its file of answers."""
        for path in sorted(self._folder.glob("omegaweb.sqlite3-answers/*.jsonl")):
            for line in path.read_bytes().splitlines():
                yield json.loads(line)

    def outcome(self) -> Outcome:
        ((state, reason, message, calls, winner, result),) = self.read(
            "SELECT r.state, r.reason, r.message, r.calls, c.key, r.result FROM runs_run r "
            "LEFT JOIN runs_candidate c ON c.id = r.best_id"
        )
        candidates = self.read("SELECT key, state, reward, count, rank FROM runs_candidate")
        scores = self.read(
            'SELECT c.key, s.split, s."index", s.reward FROM runs_samplescore s '
            "JOIN runs_candidate c ON c.id = s.candidate_id"
        )
        return Outcome(
            state=state,
            reason=reason,
            message=message,
            calls=calls,
            winner=winner,
            result=json.loads(result) if result else None,
            candidates={key: tuple(rest) for key, *rest in candidates},
            scores={(key, split, index): reward for key, split, index, reward in scores},
        )


def names_of(entries: Iterable[tuple[str, str, Any]], parts: Mapping[str, Any]) -> set[str]:
    """Return the names of questions, each a role, the key of the messages before the last one, and that one."""
    return {
        name_of_text(question["text"]) if role == "embedding" else name_of_messages([*parts.get(context, []), question])
        for role, context, question in entries
    }


def name_of_messages(messages: list[Any]) -> str:
    return content_hash(messages)


def name_of_text(text: str) -> str:
    return content_hash(["embedding", text])


class Counting(OpenAIServer):
    """A model server that knows what it was asked."""

    @property
    def asked(self) -> Counter[str]:
        chats = Counter(name_of_messages(body["messages"]) for body in list(self.counts.bodies))
        return chats + Counter(name_of_text(text) for text in list(self.counts.texts))


def left_in_peace(folder: Path, kind: str) -> Outcome:
    """Return what comes of a run that nothing happens to."""
    with Counting(respond, latency=LATENCY) as models:
        site = Site(folder, models.url, kind)
        site.start()
        try:
            _until(lambda: site.state in OVER, site)
        finally:
            site.kill()
        return site.outcome()


def killed(
    folder: Path, kind: str, *, kills: int, rng: random.Random, apart: tuple[int, int]
) -> tuple[Outcome, Verdict]:
    """Kill the server of a run, at most so often, at random moments, and let the run end.

    Args:
        folder: of the server.
        kind: of the run.
        kills: at most; fewer where the run ends before.
        rng: of the moments.
        apart: the least and the most requests between a start and the kill that follows.
    """
    with Counting(respond, latency=LATENCY) as models:
        site = Site(folder, models.url, kind)
        verdict = Verdict(kind=kind, kills=0, asked=0, distinct=0, lost=0, journalled_again=0)
        known: dict[str, int] = {}  # in the journal at some kill → how often it had been asked by then
        try:
            _kill_and_start(site, models, verdict, known, kills=kills, rng=rng, apart=apart)
            _until(lambda: site.state in OVER, site)
        finally:
            site.kill()
        asked = models.asked
        verdict.asked, verdict.distinct = asked.total(), len(asked)
        verdict.journalled_again = sum(asked[name] > times for name, times in known.items())
        return site.outcome(), verdict


def _kill_and_start(
    site: Site,
    models: Counting,
    verdict: Verdict,
    known: dict[str, int],
    *,
    kills: int,
    rng: random.Random,
    apart: tuple[int, int],
) -> None:
    while True:
        moment = models.counts.calls + rng.randint(*apart)
        site.start()
        _until(partial(_has_come, moment, models, site), site)
        if site.state in OVER or verdict.kills == kills:
            return
        time.sleep(rng.uniform(0, LATENCY))
        site.kill()
        time.sleep(3 * LATENCY)  # what the dead one had asked comes to its end
        verdict.kills += 1
        asked, journalled = models.asked, site.journalled()
        verdict.lost += len(asked.keys() - journalled)
        known.update({name: asked[name] for name in journalled if name not in known})


def _has_come(moment: int, models: Counting, site: Site) -> bool:
    return models.counts.calls >= moment or site.state in OVER


def differences(whole: Outcome, cut: Outcome) -> list[str]:
    """Return what is different about two runs, in words."""
    found = []
    for name in ("state", "reason", "winner", "result"):
        one, other = getattr(whole, name), getattr(cut, name)
        if one != other:
            found.append(f"{name}: {one!r} became {other!r}")
    for key in whole.candidates.keys() | cut.candidates.keys():
        if whole.candidates.get(key) != cut.candidates.get(key):
            found.append(f"candidate {key}: {whole.candidates.get(key)} became {cut.candidates.get(key)}")
    for place in whole.scores.keys() | cut.scores.keys():
        if whole.scores.get(place) != cut.scores.get(place):
            found.append(f"score {place}: {whole.scores.get(place)} became {cut.scores.get(place)}")
    return sorted(found)


def _until(condition: Callable[[], bool], site: Site) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the run is {site.state!r} after {PATIENCE} s; the server said:\n{site.log[-3000:]}")
        time.sleep(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
