"""What a peer's runner is told, and how it reports; loaded in the peers' environments."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from benchmarks.outcome import Outcome
from benchmarks.server.process import ask
from benchmarks.task.world import Ticket, World, make_world, share_right

#: Stands before the outcome on standard output.
MARK = "OUTCOME "
CONCURRENCY = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One optimizer, one budget, one seed."""

    row: str
    address: str  # of the server
    budget: int  # calls
    seed: int  # of the world and of the search

    @property
    def url(self) -> str:
        return f"{self.address}/v1"

    @property
    def world(self) -> World:
        return make_world(self.seed)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    def calls(self) -> int:
        """Return how many calls the server has counted, those over the budget too."""
        counts = ask(f"{self.address}/counts", {})
        return int(counts["calls"]) + int(counts["refused"])

    def is_spent(self) -> bool:
        return self.calls() >= self.budget

    def stop_counting(self) -> None:
        """Let further calls be answered without being counted."""
        ask(f"{self.address}/settings", {"counting": False})


#: Answers tickets with the program that was found; None where it has no answer.
Answering = Callable[[Sequence[Ticket]], list[str | None]]


def read_job() -> Job:
    """Return the job on the command line, and point every client that reads the environment at the server."""
    job = Job(**json.loads(sys.argv[1]))
    os.environ["OPENAI_API_KEY"] = "none"
    os.environ["OPENAI_API_BASE"] = os.environ["OPENAI_BASE_URL"] = job.url
    return job


def report(job: Job, search: Callable[[], Answering]) -> None:
    """Search, score what was found on the held-out tickets, and print the outcome."""
    began, cpu = time.monotonic(), time.process_time()
    answering = search()
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    counts = ask(f"{job.address}/counts", {})
    ask(f"{job.address}/settings", {"counting": False, "latency": 0.0})
    test = job.world.test
    outcome = Outcome(
        accuracy=share_right(answering(test), test),
        counts=counts,
        budget=job.budget,
        seconds=seconds,
        cpu_seconds=cpu,
        peak_megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )
    print(MARK + outcome.to_json(), flush=True)
