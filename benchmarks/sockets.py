"""What two hundred open pages of a run that says ten things a second cost: what arrives, when, and what the run feels.

    python -m benchmarks.sockets [--sockets 200] [--rate 10] [--events 300] [--pairs 3] [--tabs overview log] [--keep]

The run is large already and goes on in the site's process; the pages are in a process of their own. It says so many
events while nobody watches, then so many while all do, in turn. Late is how long after the run said an event the first
frame came that holds it, over all pages and events.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.results import keep
from benchmarks.site.process import Site

_ROOT = Path(__file__).resolve().parents[1]
MILLISECONDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What came of some events that were watched."""

    late: list[float]  # seconds, of what came
    wanted: int  # events × pages
    closed: int  # pages that lost their socket
    megabytes: float

    def figures(self) -> dict[str, Any]:
        late = sorted(self.late)
        if not late:
            raise SystemExit(f"nothing of {self.wanted} was delivered; {self.closed} pages lost their socket")
        return {
            "delivered": len(late),
            "wanted": self.wanted,
            "closed": self.closed,
            "late_p50_ms": round(statistics.median(late) * MILLISECONDS),
            "late_p99_ms": round(late[int(0.99 * (len(late) - 1))] * MILLISECONDS),
            "megabytes": round(self.megabytes, 1),
        }


def main() -> None:
    options = read_options()
    with tempfile.TemporaryDirectory() as folder, Site(Path(folder), module="benchmarks.site.speaker") as site:
        sizes = (options.candidates, options.evaluations, options.said, options.people)
        begun = ask(site, "begin", *sizes)
        site.settle()
        for pair in range(options.pairs):
            alone, alone_cpu, _ = speak(site, options)
            with_others, cpu, watched = speak(site, options, begun)
            assert watched is not None
            figures = {
                **watched.figures(),
                "slower_percent": round(100 * (with_others / alone - 1), 1),
                "events_a_second": round(options.events / with_others, 1),
                "cpu_alone_percent": round(100 * alone_cpu / alone, 1),
                "cpu_watched_percent": round(100 * cpu / with_others, 1),
            }
            print(f"pair {pair + 1}: {figures}", flush=True)
            if options.keep:
                keep("sockets", sockets=options.sockets, tabs=" ".join(options.tabs), pair=pair, **figures)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sockets", type=int, default=200, help="open pages")
    parser.add_argument("--people", type=int, default=20, help="who have them open")
    parser.add_argument("--rate", type=float, default=10.0, help="events a second")
    parser.add_argument("--events", type=int, default=300, help="said each time")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--candidates", type=int, default=2000)
    parser.add_argument("--evaluations", type=int, default=100_000)
    parser.add_argument("--said", type=int, help="events before the first that is measured; three for each candidate")
    parser.add_argument("--tabs", nargs="+", default=["overview"], help="the tabs that the pages show, in turn")
    parser.add_argument("--keep", action="store_true", help="keep the figures for the table")
    options = parser.parse_args()
    options.said = options.said or 3 * options.candidates  # of some four
    return options


def speak(
    site: Site, options: argparse.Namespace, begun: dict[str, Any] | None = None
) -> tuple[float, float, Watched | None]:
    """Let the run say something, watched where `begun` says by whom; return its time, the site's CPU, what came."""
    pages = watch(site, options, begun) if begun is not None else None
    before = site.cpu_seconds()
    answer = ask(site, "speak", options.events, options.rate)
    cpu = site.cpu_seconds() - before
    return answer["seconds"], cpu, end(pages, answer) if pages is not None else None


def watch(site: Site, options: argparse.Namespace, begun: dict[str, Any]) -> subprocess.Popen[str]:
    """Open the pages and wait until each has its first frame."""
    address = site.address.replace("http", "ws")
    after = options.said  # a page that was loaded then; its first frame brings it up to date
    words = [address, str(begun["run"]), str(after), str(options.sockets), *begun["sessions"], "--tabs", *options.tabs]
    command = [sys.executable, "-m", "benchmarks.site.watchers", *words]
    pages = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT)
    assert pages.stdout is not None
    assert pages.stdout.readline().strip() == "ready", "the pages could not be opened"
    return pages


def end(pages: subprocess.Popen[str], answer: dict[str, Any]) -> Watched:
    """Close the pages, and reckon when each event came to each."""
    first, said = answer["first"], answer["said"]
    out, _ = pages.communicate(f"{first + len(said) - 1}\n", timeout=120)
    seen = json.loads(out.splitlines()[-1])
    late = [each for frames in seen["frames"] for each in delays(frames, first, said)]
    wanted = len(said) * len(seen["frames"])
    return Watched(late=late, wanted=wanted, closed=seen["closed"], megabytes=seen["bytes"] / 1e6)


def delays(frames: Sequence[tuple[float, int]], first: int, said: Sequence[float]) -> list[float]:
    """Return how long after each event the first frame came that holds it; without those that never came."""
    delays = []
    coming = iter(frames)
    frame = next(coming, None)
    for sequence, at in enumerate(said, start=first):
        while frame is not None and frame[1] < sequence:
            frame = next(coming, None)
        if frame is None:
            break
        delays.append(frame[0] - at)
    return delays


def ask(site: Site, *words: object) -> dict[str, Any]:
    """Ask the speaker in the site's process for something."""
    assert site.process.stdin is not None
    assert site.process.stdout is not None
    site.process.stdin.write(" ".join(map(str, words)) + "\n")
    site.process.stdin.flush()
    for line in site.process.stdout:
        if line.startswith("{"):  # the site says other things as well: how to sign in
            answer: dict[str, Any] = json.loads(line)
            if "problem" in answer:
                raise SystemExit(answer["problem"])
            return answer
    raise SystemExit("the site ended")


if __name__ == "__main__":
    main()
