"""What journal, events and checkpoints cost a run, as the site keeps them: the same search with and without, in pairs.

    python -m benchmarks.recording [--pairs 50] [--calls 1000]

Both halves of a pair are whole searches of one world: they ask the same questions and get the same answers, in one
warm process, one right after the other; which comes first alternates, and each pair has a world of its own. What a
machine is up to changes from second to second, so many short pairs tell more than a few long ones; all of them count.
A ratio of 1.05 says that keeping everything takes 5 % more time: the geometric mean over the pairs, and its interval.
"""

from __future__ import annotations

import argparse
import gc
import os
import tempfile
import time
from dataclasses import dataclass
from typing import Any

from benchmarks.intervals import LEAST_PAIRS, print_ratios
from benchmarks.ours import build_program, fit
from benchmarks.results import keep
from benchmarks.server.process import Server
from benchmarks.task.world import make_world
from optimizer_core.optimizers import OMEGA

CONCURRENCY, LATENCY = 16, 0.025  # samples under way at once, seconds of each answer


@dataclass(frozen=True, slots=True)
class Spent:
    """What one search took."""

    calls: int
    seconds: float
    cpu_seconds: float


def main() -> None:
    options = read_options()
    if options.pairs < LEAST_PAIRS:
        raise SystemExit(f"--pairs={options.pairs} must be at least {LEAST_PAIRS}: there is no interval from fewer")
    with tempfile.TemporaryDirectory() as folder:
        open_site(folder)
        for kept in (False, True):  # connections and lazy imports; a server's first run had them long ago
            search(kept, -1, options.calls)
        pairs = [measure_pair(number, options) for number in range(options.pairs)]
    print_ratios("with ÷ without", pairs)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--keep", action="store_true", help="keep the figures for the table")
    return parser.parse_args()


def open_site(folder: str) -> None:
    """Prepare a database as the site has it."""
    os.environ |= {"OMEGAWEB_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "omegaweb.settings"}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)


def measure_pair(number: int, options: argparse.Namespace) -> tuple[float, float]:
    """Return the ratios of wall-clock and CPU time of one pair."""
    spent = {kept: search(kept, number, options.calls) for kept in ((True, False) if number % 2 else (False, True))}
    wall = spent[True].seconds / spent[False].seconds
    cpu = spent[True].cpu_seconds / spent[False].cpu_seconds
    print(f"pair {number}: {spent[True]} with, {spent[False]} without; wall {wall:.3f}, CPU {cpu:.3f}", flush=True)
    if options.keep:
        keep("recording", pair=number, wall=wall, cpu=cpu)
    return wall, cpu


def search(kept: bool, seed: int, calls: int) -> Spent:
    """Search on the world of a seed, and keep what is said and answered or not."""
    world = make_world(seed)
    with Server(world=seed, seed=seed, latency=LATENCY) as server:
        program = build_program(OMEGA(proposals_in_flight=CONCURRENCY), server)
        keepers: dict[str, Any] = {}
        if kept:
            keepers, finish = make_keepers(seed)
        gc.collect()  # what the half before has left is not this one's to clear away
        began, cpu = time.monotonic(), time.process_time()
        fit(program, world, calls=calls, concurrency=CONCURRENCY, seed=seed, **keepers)
        if kept:
            finish()
        return Spent(server.counts()["calls"], time.monotonic() - began, time.process_time() - cpu)


def make_keepers(seed: int) -> tuple[dict[str, Any], Any]:
    """Return what a run of the site hands to ``fit``, and what waits until all of it is written."""
    from omegaweb.accounts.models import User
    from omegaweb.engine.checkpoints import RowCheckpoints
    from omegaweb.engine.journal import RowJournal
    from omegaweb.engine.recorder import Recorder, writer
    from omegaweb.runs.configuration import OptimizerChoice
    from tests.factories_runs import make_run

    owner, _ = User.objects.get_or_create(username="benchmark")
    chosen = {"optimizer": OptimizerChoice(kind="omega")}  # as it is: elsewhere other things are written down
    run = make_run(owner, name=f"Benchmark {seed}", fence=1, configuration=chosen)
    writer.open(run.pk, fence=1)  # as whoever launches a run: each write asks whether the run is still held
    journal = RowJournal(run.pk)
    keepers = {"callbacks": [Recorder(run.pk)], "checkpoints": RowCheckpoints(run.pk), "journal": journal}

    def finish() -> None:
        journal.close()
        failure = writer.close(run.pk)
        if failure is not None:
            raise failure

    return keepers, finish


if __name__ == "__main__":
    main()
