"""Everything about a large run that a browser asks for: a name for the table, and an address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import httpx

TABS = ("", "candidates", "map", "lineage", "samples", "steer", "log", "settings", "result")
#: What links in a tab lead to: another page of a table, another order, another rule.
IN_TABS = {
    "candidates, last page": "?tab=candidates&page=40",
    "candidates, best first": "?tab=candidates&order=best",
    "map, by radius": "?tab=map&rule=dns",
    "map, by rank": "?tab=map&rule=dns-rank",
    "map, genetic": "?tab=map&rule=ga",
    "log, everything": "?tab=log&kind=all",
    "log, last page": "?tab=log&kind=all&page=160",
}
#: Parts that replace themselves: region → address.
REGIONS = {"run-candidates": "?tab=candidates&page=2", "map-pinned": "?tab=map&pin=7", "run-log": "?tab=log&page=2"}
AXES = {"shown": "", "every column": "?columns=every", "hardest first": "?columns=every&order=hardest"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One thing to fetch."""

    name: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    is_file: bool = False  # taken away, not looked at: only its first byte should come soon


def addresses(client: httpx.Client, runs: Sequence[int]) -> list[Address]:
    """Return everything about the first of these runs, and what shows several of them."""
    run = f"/runs/{runs[0]}/"
    return [*_of_the_run(run), *_of_candidates(client, run), *_of_files(run), *_of_several(client, runs)]


def numbers_of_runs(client: httpx.Client) -> list[int]:
    """Return the numbers of the runs on the list, the oldest first."""
    return sorted({int(number) for number in re.findall(r'<tr id="run-(\d+)"', client.get("/runs/").text)})


def _of_the_run(run: str) -> Iterator[Address]:
    for tab in TABS:
        yield Address(name=f"run, {tab or 'overview'}", path=f"{run}?tab={tab}" if tab else run)
    for name, query in IN_TABS.items():
        yield Address(name=name, path=f"{run}{query}")
    for region, query in REGIONS.items():
        yield Address(
            name=f"region {region}", path=f"{run}{query}", headers={"HX-Request": "true", "HX-Target": region}
        )
    for name, query in AXES.items():
        yield Address(name=f"grid, axes, {name}", path=f"{run}samples/axes/{query}")
    yield Address(name="grid, block", path=f"{run}samples/block/?split=validation&rows=0-99&columns=0-99")
    yield Address(name="an event", path=f"{run}events/100/")
    for page in ("extend", "finish", "note", "go-on", "delete"):
        yield Address(name=f"run, {page}", path=f"{run}{'notes' if page == 'note' else page}/")
    yield Address(name="launch, with changes", path=f"/runs/launch/?from={run.split('/')[2]}")


def _of_candidates(client: httpx.Client, run: str) -> Iterator[Address]:
    """The start has answered all rows, the best has the longest history."""
    best = re.search(rf"{run}candidates/(\d+)/blame/", client.get(f"{run}?tab=lineage").text)
    assert best is not None
    cell = {"HX-Request": "true", "HX-Target": "cell-panel"}
    for name, number in (("the start", 0), ("the best", int(best[1])), ("any", 1000)):
        page = f"{run}candidates/{number}/"
        yield Address(name=f"candidate, {name}", path=page)
        yield Address(name=f"blame, {name}", path=f"{page}blame/")
    yield Address(name="diff against the start", path=f"{page}?against=0")
    yield Address(name="cell, page", path=f"{run}samples/validation/1/candidates/{best[1]}/")
    yield Address(name="cell, beside the grid", path=f"{run}samples/validation/1/candidates/{best[1]}/", headers=cell)
    yield Address(name="candidate, ban", path=f"{page}ban/")
    yield Address(name="candidate, vary", path=f"{page}vary/")
    yield Address(name="put up for release", path=f"/releases{run}candidates/{best[1]}/")


def _of_files(run: str) -> Iterator[Address]:
    for kind in ("program", "python"):
        yield Address(name=f"file, {kind}", path=f"{run}candidates/0/export/{kind}/", is_file=True)
    yield Address(name="file, the whole run", path=f"{run}whole/", is_file=True)


def _of_several(client: httpx.Client, runs: Sequence[int]) -> Iterator[Address]:
    query = "&".join(f"run={number}" for number in runs[:8])
    yield Address(name=f"compare {len(runs[:8])} runs", path=f"/runs/compare/?{query}")
    pages = ("/", "/runs/", "/reviews/", "/spend/", "/datasets/", "/programs/", "/runs/launch/")
    found = re.findall(r'href="(/(?:datasets|programs)/\d+/)"', client.get(f"/runs/{runs[0]}/").text)
    for page in (*pages, *dict.fromkeys(found)):
        yield Address(name=f"list {page}", path=page)
