"""How long each page of a run of 2,000 candidates and 100,000 evaluations takes, and how much it sends.

    python -m benchmarks.pages [--times 11] [--only "run, map"] [--keep]

A real server in a process of its own, asked over HTTP by somebody who is signed in, one page after the other. The first
answer of each is not counted. Making eight such runs takes minutes the first time; they stay in `benchmarks/.site`.
"""

from __future__ import annotations

import argparse
import statistics
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from benchmarks.results import keep
from benchmarks.site.addresses import Address, addresses, numbers_of_runs
from benchmarks.site.process import FOLDER, Site, prepare

#: What every page should stay below.
MOST_MILLISECONDS, MOST_KILOBYTES = 300.0, 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one page takes; times are medians."""

    status: int
    milliseconds: float  # until all of it is there; of a file, until its first byte
    cpu: float  # milliseconds of the server's processor time, on average
    kilobytes: float  # as the browser reads it
    sent: float  # kilobytes on the wire, packed

    def is_good(self, *, is_file: bool) -> bool:
        small = is_file or self.kilobytes < MOST_KILOBYTES
        return self.status < httpx.codes.BAD_REQUEST and self.milliseconds < MOST_MILLISECONDS and small


def main() -> None:
    options = read_options()
    if options.folder == FOLDER:
        sizes = {"candidates": options.candidates, "evaluations": options.evaluations}
        prepare(options.folder, runs=options.runs, **sizes)
    with Site(options.folder) as site, closing(site.signed_in()) as client:
        runs = numbers_of_runs(client)
        site.settle()
        missed = [
            address.name
            for address in addresses(client, runs)
            if options.only in address.name and not measured(address, site, client, options)
        ]
    print(f"beyond {MOST_MILLISECONDS:g} ms or {MOST_KILOBYTES:g} KB: {', '.join(missed) or 'none'}")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=11)
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--candidates", type=int, default=2000)
    parser.add_argument("--evaluations", type=int, default=100_000)
    parser.add_argument("--only", default="", help="pages whose name holds these words")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="a data folder that has runs already")
    parser.add_argument("--keep", action="store_true", help="keep the figures for the table")
    return parser.parse_args()


def measured(address: Address, site: Site, client: httpx.Client, options: argparse.Namespace) -> bool:
    """Measure a page, print it, and tell whether it is good."""
    cost = cost_of(address, site, client, options.times)
    good = cost.is_good(is_file=address.is_file)
    print(
        f"{'' if good else '!':<1} {address.name:<32} {cost.status} {cost.milliseconds:8.1f} ms {cost.cpu:8.1f} ms CPU "
        f"{cost.kilobytes:8.1f} KB {cost.sent:7.1f} KB sent",
        flush=True,
    )
    if options.keep:
        keep("pages", page=address.name, is_file=address.is_file, **asdict(cost))
    return good


def cost_of(address: Address, site: Site, client: httpx.Client, times: int) -> Cost:
    """Fetch a page so many times, and once before."""
    fetch(address, client)
    before = site.cpu_seconds()
    fetched = [fetch(address, client) for _ in range(times)]
    cpu = (site.cpu_seconds() - before) / times
    status, _, kilobytes, sent = fetched[-1]
    seconds = statistics.median(seconds for _, seconds, _, _ in fetched)
    return Cost(status=status, milliseconds=seconds * 1000, cpu=cpu * 1000, kilobytes=kilobytes, sent=sent)


def fetch(address: Address, client: httpx.Client) -> tuple[int, float, float, float]:
    """Return status, seconds, kilobytes and kilobytes on the wire."""
    began = time.perf_counter()
    with client.stream("GET", address.path, headers=address.headers) as response:
        length, first = 0, 0.0
        for chunk in response.iter_bytes():
            first = first or time.perf_counter() - began
            length += len(chunk)
        seconds = first if address.is_file else time.perf_counter() - began
        return response.status_code, seconds, length / 1000, response.num_bytes_downloaded / 1000


if __name__ == "__main__":
    main()
