"""Held-out accuracy at equal budgets of calls.

    python -m benchmarks.search                                    everybody, everything: hours
    python -m benchmarks.search --rows omega --seeds 0 1 2         one row
    python -m benchmarks.search --rows omega --budgets 500 --noise 0.3 --latency 0

Every row of the table is one optimizer with its defaults; every seed is another world of hidden rules. Calls of all
roles count, the final test does not. Calls over the budget are refused to peers, who know no such budget; ours must
keep it by itself.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence

from benchmarks.outcome import Outcome
from benchmarks.peers.environments import NoEnvironment
from benchmarks.peers.job import Job
from benchmarks.peers.running import PEERS, PeerFailed, run_peer
from benchmarks.results import keep
from benchmarks.server.process import Server

OURS = {"omega": "OMEGA", "random_few_shot": "RandomFewShot"}
#: Worlds that our search was not developed on.
SEEDS = (20, 21, 22)
TITLES = {**OURS, **{name: peer.title for name, peer in PEERS.items()}}


def main() -> None:
    options = read_options()
    for row in options.rows:
        for budget in options.budgets:
            outcomes = [outcome for seed in options.seeds if (outcome := run(row, budget, seed, options))]
            print(summary(row, budget, outcomes), flush=True)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", nargs="+", default=list(TITLES), choices=list(TITLES))
    parser.add_argument("--budgets", nargs="+", type=int, default=[500, 1500, 4000], help="calls")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS)
    parser.add_argument("--latency", type=float, default=0.002, help="seconds before each answer")
    parser.add_argument("--noise", type=float, default=0.0, help="share of the answers that are drawn anew each time")
    parser.add_argument("--faults", type=float, default=0.0, help="share of the answers that fail")
    parser.add_argument("--time-limit", type=float, default=1500.0, help="seconds of one run of a peer")
    parser.add_argument("--keep", action="store_true", help="keep the figures for the table")
    parser.add_argument("--quiet", action="store_true", help="no line for each run")
    return parser.parse_args()


def run(row: str, budget: int, seed: int, options: argparse.Namespace) -> Outcome | None:
    """Run one optimizer against a server of its own; None where it could not be run."""
    with Server(world=seed, seed=seed, latency=options.latency, noise=options.noise, faults=options.faults) as server:
        try:
            outcome = search(row, server, budget=budget, seed=seed, time_limit=options.time_limit)
        except (NoEnvironment, PeerFailed) as error:
            print(f"  {row} {budget} seed {seed} could not be run: {error}", flush=True)
            if options.keep:
                keep("search", row=row, budget=budget, seed=seed, noise=options.noise, error=str(error))
            return None
    if not options.quiet:
        print(line(row, seed, outcome), flush=True)
    if options.keep:
        figures = {"accuracy": outcome.accuracy, "calls": outcome.calls, "over": outcome.over}
        keep("search", row=row, budget=budget, seed=seed, noise=options.noise, **figures)
    return outcome


def search(row: str, server: Server, *, budget: int, seed: int, time_limit: float) -> Outcome:
    """Run one optimizer on the world of a seed.

    Raises:
        NoEnvironment: a peer's environment cannot be built.
        PeerFailed: a peer crashed, or its time was up.
    """
    if row in OURS:
        from benchmarks.ours import search_ours

        return search_ours(row, server, budget=budget, seed=seed)
    server.set(budget=budget)
    return run_peer(Job(row=row, address=server.address, budget=budget, seed=seed), time_limit=time_limit)


def line(row: str, seed: int, outcome: Outcome) -> str:
    """Return one run in words."""
    models = ", ".join(f"{name} {tally['calls']}" for name, tally in outcome.counts["models"].items())
    over = f"over {outcome.over}" if row in OURS else f"refused {outcome.refused}"
    return (
        f"  {row} {outcome.budget} seed {seed}: {outcome.accuracy:.3f}   calls {outcome.calls} ({models}), "
        f"{over}, {outcome.seconds:.1f} s, cpu {outcome.cpu_seconds:.1f} s"
    )


def summary(row: str, budget: int, outcomes: Sequence[Outcome]) -> str:
    """Return mean, median and range over the seeds."""
    if not outcomes:
        return f"{row:<18} {budget:>6} calls: no figure"
    values = [outcome.accuracy for outcome in outcomes]
    return (
        f"{row:<18} {budget:>6} calls: mean {statistics.mean(values):.3f}, median {statistics.median(values):.3f}, "
        f"{min(values):.3f}–{max(values):.3f}; over the budget {max(outcome.over for outcome in outcomes)}"
    )


if __name__ == "__main__":
    main()
