"""The long mode of the provider's faults: ``python -m tests.faults --provider --calls 10000`` prints tables."""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime
from functools import reduce
from operator import add

from tests.fakes.openai_outcomes import DOWN, NO_CREDIT, REVOKED, Tally
from tests.faults.budgets import Within, within_a_budget
from tests.faults.harness import ROOT
from tests.faults.provider import Account, Course, course, many_calls

RESULTS = ROOT / "benchmarks" / ".results"
#: Small enough to end by its budget, so that nothing under way is given up.
CALLS_OF_A_RUN = 1000
#: Seconds that each mood of the provider lasts.
MOOD_SECONDS = 20.0
#: Supervised runs with a random budget each.
BUDGETS = 3


def main(*, calls: int, seed: int) -> None:
    """Print what the run and the server counted, and what moods of the provider did to a run."""
    runs = range(seed, seed + max(1, calls // CALLS_OF_A_RUN))
    account = reduce(add, (_told(min(calls, CALLS_OF_A_RUN), seed=each) for each in runs))
    text = _accounts(account, seed=seed)
    sys.stdout.write(text)
    sys.stdout.flush()
    whole = course()
    courses = {mood: course(mood, seconds=MOOD_SECONDS) for mood in (DOWN, REVOKED, NO_CREDIT)}
    more = _courses(whole, courses)
    sys.stdout.write(more)
    sys.stdout.flush()
    within = [within_a_budget(random.Random(seed + each)) for each in range(BUDGETS)]
    last = _budgets(within)
    sys.stdout.write(last)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"faults-of-the-provider-{datetime.now(UTC):%Y-%m-%d-%H%M}.md").write_text(f"{text}\n{more}\n{last}")
    are_equal = account.is_equal and all(each.path == whole.path for each in courses.values())
    raise SystemExit(not (are_equal and all(each.is_kept for each in within)))


def _told(calls: int, *, seed: int) -> Account:
    """Do one of the runs, and say how it went while the others are still to come."""
    account = many_calls(calls, seed=seed)
    ours, theirs = account.calls
    sys.stderr.write(f"run {seed}: {account.status}, {ours} calls, {theirs} at the server, {account.seconds:.0f} s\n")
    return account


def _accounts(account: Account, *, seed: int) -> str:
    rows = [_row(name, tally) for name, tally in sorted(account.outcomes.items(), key=lambda item: -item[1].calls)]
    total = reduce(add, account.outcomes.values())
    return "\n".join(
        [
            f"Runs of {account.calls[0]:,} calls together, from seed {seed}, {account.seconds:.0f} s:",
            f"{account.status}.",
            "",
            "| what the server did | calls | tokens it told | tokens nobody could read |",
            "|---|---|---|---|",
            *rows,
            _row("the server, in all", total),
            f"| the run's own count | {account.calls[0]:,} | {account.tokens[0]:,} | |",
            "",
            f"Told of trouble: {dict(account.troubles)}. Equal: {account.is_equal}.",
            "",
        ]
    )


def _row(name: str, tally: Tally) -> str:
    return f"| {name} | {tally.calls:,} | {tally.told:,} | {tally.untold:,} |"


def _courses(whole: Course, courses: dict[str, Course]) -> str:
    rows = [
        f"| {mood} | {each.failed} | {', '.join(each.pauses) or 'none'} | {each.path == whole.path} "
        f"| {each.again} | {each.calls[0]} = {each.calls[1]} "
        f"| {each.seconds:.1f} s |"
        for mood, each in {"nothing": whole, **courses}.items()
    ]
    return "\n".join(
        [
            f"A run whose provider is in a mood for {MOOD_SECONDS:g} s after 150 calls, 16 at once.",
            "",
            "| mood | calls it cost | pauses | same path | answered and asked again | calls: run = server | took |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _budgets(runs: list[Within]) -> str:
    rows = [
        f"| {each.unit} | {each.limit:,g} | {each.by_server:,.6g} | {each.by_run:,.6g} "
        f"| {max(0.0, each.by_server - each.limit):,.6g} | {each.overrun_in_calls:.2f} "
        f"| {each.most_under_way} | {each.state}, {each.reason} |"
        for each in runs
    ]
    return "\n".join(
        [
            "Supervised runs in a server of their own, 20 % faults, 16 at once, a random budget each.",
            "",
            "| budget of | limit | server's count | run's count | over | in largest calls | most under way | end |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )
