"""What orchestration costs, side by side: wall-clock time ÷ ideal, CPU a call, peak memory.

    python -m benchmarks.speed [--rows omega aiohttp gepa] [--rounds 125]

Ideal is all latency ÷ concurrency: nobody can be faster. A round is as many calls as are under way at once, so that
both settings take as many rounds: 2,000 calls with 16 at once, 8,000 with 64. Each row runs in a process of its own,
one after the other, against the server in its own process; OMEGA's and the peers' rows are whole searches, scoring and
proposing included.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.outcome import Outcome
from benchmarks.peers.environments import NoEnvironment
from benchmarks.peers.job import Job
from benchmarks.peers.running import PEERS, PeerFailed, run_peer
from benchmarks.results import keep
from benchmarks.server.process import Server

_ROOT = Path(__file__).resolve().parents[1]
BARE = {"aiohttp": "bare aiohttp", "openai": "openai client", "litellm": "bare LiteLLM"}
SEARCHING_PEERS = {name: peer.title for name, peer in PEERS.items() if name != "dspy_bootstrap"}
TITLES = {"omega": "OMEGA", **BARE, **SEARCHING_PEERS}


@dataclass(frozen=True, slots=True)
class Setting:
    """How many calls are under way at once, and how long each takes."""

    concurrency: int
    latency: float  # seconds

    def __str__(self) -> str:
        return f"{self.concurrency} × {self.latency * 1000:g} ms"


SETTINGS = (Setting(16, 0.025), Setting(64, 0.25))


@dataclass(frozen=True, slots=True)
class Speed:
    """What one row used."""

    calls: int
    seconds: float
    cpu_seconds: float
    peak_megabytes: float

    def figures(self, setting: Setting) -> dict[str, Any]:
        """Return the figures of the table."""
        ideal = self.calls * setting.latency / setting.concurrency
        return {
            "calls": self.calls,
            "wall_over_ideal": round(self.seconds / ideal, 3),
            "cpu_ms_a_call": round(self.cpu_seconds / self.calls * 1000, 2),
            "peak_megabytes": round(self.peak_megabytes),
        }


def main() -> None:
    options = read_options()
    for setting in SETTINGS:
        for row in options.rows:
            if row in SEARCHING_PEERS and setting is not SETTINGS[0]:
                continue
            for repeat in range(options.repeats):
                measure(row, setting, repeat, options)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", nargs="+", default=list(TITLES), choices=list(TITLES))
    parser.add_argument("--rounds", type=int, default=125, help="calls of a run, by how many are under way at once")
    parser.add_argument("--peer-calls", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--time-limit", type=float, default=900.0, help="seconds of one run of a peer")
    parser.add_argument("--keep", action="store_true", help="keep the figures for the table")
    return parser.parse_args()


def measure(row: str, setting: Setting, repeat: int, options: argparse.Namespace) -> None:
    """Measure one row once, and print it."""
    with Server(world=repeat, seed=repeat, latency=setting.latency) as server:
        try:
            figures = speed_of(row, server, setting, repeat, options).figures(setting)
        except (NoEnvironment, PeerFailed) as error:
            figures = {"error": str(error)}
    print(f"{setting!s:<12} {row:<18} {figures}", flush=True)
    if options.keep:
        keep("speed", row=row, setting=str(setting), repeat=repeat, **figures)


def speed_of(row: str, server: Server, setting: Setting, seed: int, options: argparse.Namespace) -> Speed:
    """Run one row.

    Raises:
        NoEnvironment: a peer's environment cannot be built.
        PeerFailed: a peer crashed, or its time was up.
    """
    if row in BARE:
        return bare(row, server, setting, options.rounds * setting.concurrency)
    if row == "omega":
        return ours(server, setting, options.rounds * setting.concurrency, seed)
    return peer(row, server, options.peer_calls, seed, options.time_limit)


def bare(kind: str, server: Server, setting: Setting, calls: int) -> Speed:
    """Ask without an optimizer."""
    words = [kind, server.url, str(calls), str(setting.concurrency)]
    return Speed(calls=calls, **last_line("benchmarks.bare", *words))


def ours(server: Server, setting: Setting, calls: int, seed: int) -> Speed:
    """Run a whole search with OMEGA."""
    words = [server.address, str(calls), str(seed), str(setting.concurrency)]
    return of_outcome(Outcome(**last_line("benchmarks.ours", *words)))


def peer(row: str, server: Server, calls: int, seed: int, time_limit: float) -> Speed:
    """Run a whole search of a peer; nothing is refused, it ends with the step that used up the calls."""
    return of_outcome(run_peer(Job(row=row, address=server.address, budget=calls, seed=seed), time_limit=time_limit))


def of_outcome(outcome: Outcome) -> Speed:
    return Speed(outcome.calls, outcome.seconds, outcome.cpu_seconds, outcome.peak_megabytes)


def last_line(module: str, *words: str) -> dict[str, Any]:
    """Run a module in a process of its own and return the JSON object in its last line."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words], stdout=subprocess.PIPE, text=True, check=True, cwd=_ROOT
    )
    value = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(value, dict)
    return value


if __name__ == "__main__":
    main()
