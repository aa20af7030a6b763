"""The long modes; each prints a table and keeps it in ``benchmarks/.results``.

``python -m tests.faults --kills 100`` kills servers; ``--two-servers --runs 50 --db postgres`` lets two share the runs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import django
from django.db import connections

from tests.faults import provider_table
from tests.faults.doomed_server import KINDS
from tests.faults.harness import ROOT, Outcome, Verdict, differences, killed, left_in_peace
from tests.postgres import cluster

RESULTS = ROOT / "benchmarks" / ".results"
HEAD = (
    "| what happened | runs | finished by | taken over | calls counted | calls at the model server | asked again | "
    "under way at the end | problems |\n|---|---|---|---|---|---|---|---|---|"
)
#: Requests between a start and the next kill.
APART = (1, 90)
MOST_A_RUN = 12


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--two-servers", action="store_true", help="on one database, instead of kills")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--provider", action="store_true", help="let the provider fail instead of the server")
    parser.add_argument("--calls", type=int, default=10_000, help="with --provider")
    arguments = parser.parse_args()
    if arguments.provider:
        provider_table.main(calls=arguments.calls, seed=arguments.seed)
    elif arguments.two_servers:
        _share(arguments.db, arguments.runs)
    else:
        _kill(arguments.kills, arguments.seed)


def _share(database: str, runs: int) -> None:
    """Let two servers share runs on a database of their own."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="omegaweb-faults-")))
        here = f"sqlite:///{folder}/shared.sqlite3"
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "omegaweb.settings",
            "OMEGAWEB_DATA_DIR": str(folder / "here"),
            "OMEGAWEB_DATABASE_URL": stack.enter_context(cluster()) if database == "postgres" else here,
        }
        django.setup()
        from tests.faults import sharing

        rows, problems = sharing.table(folder, runs)
        connections.close_all()
    _keep(
        f"two-servers-{database}", "\n".join([f"Two servers on one {database} database.\n", HEAD, rows, *problems, ""])
    )
    raise SystemExit(bool(problems))


def _kill(kills: int, seed: int) -> None:
    """Kill runs of every kind in turn until there were enough kills."""
    rng = random.Random(seed)
    whole: dict[str, Outcome] = {}
    verdicts: list[Verdict] = []
    while (left := kills - sum(verdict.kills for verdict in verdicts)) > 0:
        kind = list(KINDS)[len(verdicts) % len(KINDS)]
        with tempfile.TemporaryDirectory(prefix="omegaweb-faults-") as folder:
            if kind not in whole:
                whole[kind] = left_in_peace(_sub(folder, "whole"), kind)
            cut, verdict = killed(_sub(folder, "cut"), kind, kills=min(left, MOST_A_RUN), rng=rng, apart=APART)
        verdict.differences = differences(whole[kind], cut)
        verdicts.append(verdict)
        sys.stdout.write("\n  ".join([_row(verdict), *verdict.differences]) + "\n")
        sys.stdout.flush()
    text = _table(verdicts, seed=seed)
    _keep("faults", text)
    raise SystemExit(not all(verdict.is_equal for verdict in verdicts))


def _keep(name: str, text: str) -> None:
    sys.stdout.write(text)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}-{datetime.now(UTC):%Y-%m-%d-%H%M}.md").write_text(text)


def _sub(folder: str, name: str) -> Path:
    path = Path(folder) / name
    path.mkdir()
    return path


def _row(verdict: Verdict) -> str:
    return (
        f"| {verdict.kind} | {verdict.kills} | {verdict.distinct} | {verdict.repeats} | {verdict.lost} | "
        f"{verdict.journalled_again} | {len(verdict.differences)} |"
    )


def _table(verdicts: list[Verdict], *, seed: int) -> str:
    head = (
        "| run | kills | questions | asked twice | under way at the kills | journalled, asked again | differences |\n"
        "|---|---|---|---|---|---|---|\n"
    )
    total = Verdict(
        kind="all",
        kills=sum(each.kills for each in verdicts),
        asked=sum(each.asked for each in verdicts),
        distinct=sum(each.distinct for each in verdicts),
        lost=sum(each.lost for each in verdicts),
        journalled_again=sum(each.journalled_again for each in verdicts),
        differences=[line for each in verdicts for line in each.differences],
    )
    rows = "\n".join(_row(each) for each in [*verdicts, total])
    return f"Killed with seed {seed}, compared with a run of each kind that was left in peace.\n\n{head}{rows}\n"


if __name__ == "__main__":
    main()
