"""Held-out accuracy at equal budgets of calls.

    python -m benchmarks.search --rows omega --budgets 500 1500 4000 --seeds 0 1 2 [--noise 0.3]

Every row of the table is one optimizer with its defaults; every seed is another world of hidden rules. Calls of all
roles count, the final test does not.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence

from benchmarks.ours import search
from benchmarks.outcome import Outcome
from benchmarks.server.process import Server
from benchmarks.task.world import make_world

OURS = {"omega": "OMEGA", "random_few_shot": "RandomFewShot"}


def main() -> None:
    options = read_options()
    for row in options.rows:
        for budget in options.budgets:
            outcomes = [run(row, budget, seed, options) for seed in options.seeds]
            print(summary(row, budget, outcomes), flush=True)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", nargs="+", default=list(OURS), choices=list(OURS))
    parser.add_argument("--budgets", nargs="+", type=int, default=[500, 1500, 4000], help="calls")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--latency", type=float, default=0.002, help="seconds before each answer")
    parser.add_argument("--noise", type=float, default=0.0, help="share of the answers that are drawn anew each time")
    parser.add_argument("--faults", type=float, default=0.0, help="share of the answers that fail")
    parser.add_argument("--quiet", action="store_true", help="no line for each run")
    return parser.parse_args()


def run(row: str, budget: int, seed: int, options: argparse.Namespace) -> Outcome:
    """Run one optimizer against a server of its own."""
    world = make_world(seed)
    with Server(world=seed, seed=seed, latency=options.latency, noise=options.noise, faults=options.faults) as server:
        outcome = search(row, server, world, budget=budget, seed=seed)
    if not options.quiet:
        print(line(row, seed, outcome), flush=True)
    return outcome


def line(row: str, seed: int, outcome: Outcome) -> str:
    """Return one run in words."""
    models = ", ".join(f"{name} {tally['calls']}" for name, tally in outcome.counts["models"].items())
    return (
        f"  {row} {outcome.budget} seed {seed}: {outcome.accuracy:.3f}   calls {outcome.calls} ({models}), "
        f"over {outcome.over}, {outcome.seconds:.1f} s, cpu {outcome.cpu_seconds:.1f} s {outcome.note}"
    )


def summary(row: str, budget: int, outcomes: Sequence[Outcome]) -> str:
    """Return mean, median and range over the seeds."""
    values = [outcome.accuracy for outcome in outcomes]
    return (
        f"{row:<18} {budget:>6} calls: mean {statistics.mean(values):.3f}, median {statistics.median(values):.3f}, "
        f"{min(values):.3f}–{max(values):.3f}; over the budget {max(outcome.over for outcome in outcomes)}"
    )


if __name__ == "__main__":
    main()
