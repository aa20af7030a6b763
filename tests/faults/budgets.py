"""A supervised run with a random budget, in a server of its own, whose provider fails in every way."""

from __future__ import annotations

import json
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.openai_outcomes import FAULTS, HANG
from tests.fakes.openai_server import OpenAIServer
from tests.faults.harness import OVER, Site
from tests.faults.world import respond

#: US dollars a token.
PRICE = 1e-5
#: What a run may be given: enough to begin with, less than it could use.
LIMITS = {"calls": (300, 900), "tokens": (20_000, 60_000), "cost": (0.2, 0.6)}
PATIENCE = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """How a run kept to its budget."""

    unit: str
    limit: float
    by_server: float
    by_run: float
    largest: float  # of one call
    most_under_way: int
    state: str
    reason: str

    @property
    def overrun_in_calls(self) -> float:
        return max(0.0, self.by_server - self.limit) / self.largest

    @property
    def is_kept(self) -> bool:
        return self.state == "completed" and self.overrun_in_calls <= self.most_under_way


def within_a_budget(rng: random.Random, *, share: float = 0.2) -> Within:
    """Do such a run, and compare what the provider counted with the limit."""
    unit = rng.choice(list(LIMITS))
    least, most = LIMITS[unit]
    limit = round(rng.uniform(least, most), 2) if unit == "cost" else rng.randint(int(least), int(most))
    kind = {
        "optimizer": {"kind": "omega", "parameters": {"population_size": 4, "proposals_in_flight": 3}},
        "training": {"epochs": None, "batch_size": 4, "minibatch_size": 8, "concurrency": 16},
        "budget": {unit: limit},
    }
    # A supervised run waits three minutes for an answer, so nothing hangs here.
    faults = {fault: share / (len(FAULTS) - 1) for fault in FAULTS if fault != HANG}
    with (
        tempfile.TemporaryDirectory(prefix="omegaweb-faults-") as folder,
        OpenAIServer(respond, latency=0.02, faults=faults, seed=rng.randrange(1000), price=PRICE) as server,
    ):
        site = Site(Path(folder), server.url, json.dumps(kind))
        site.start()
        try:
            _until_over(site)
        finally:
            site.kill()
        ((state, reason, calls, tokens, cost),) = site.read("SELECT state, reason, calls, tokens, cost FROM runs_run")
        counts = server.counts
    tokens_told = counts.prompt_tokens + counts.completion_tokens
    return Within(
        unit=unit,
        limit=limit,
        by_server={"calls": counts.calls, "tokens": tokens_told, "cost": counts.cost}[unit],
        by_run={"calls": calls, "tokens": tokens, "cost": cost}[unit],
        largest={"calls": 1, "tokens": counts.largest, "cost": counts.largest * PRICE}[unit],
        most_under_way=counts.most_under_way,
        state=state,
        reason=reason,
    )


def _until_over(site: Site) -> None:
    deadline = time.monotonic() + PATIENCE
    while site.state not in OVER:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the run is {site.state!r} after {PATIENCE} s; the server said:\n{site.log[-2000:]}")
        time.sleep(0.1)
