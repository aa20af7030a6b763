"""The kept figures of pages and sockets as tables."""

from __future__ import annotations

import statistics
from typing import Any

from benchmarks.markdown import markdown
from benchmarks.results import kept

SOCKETS = {
    "delivered": "of the events delivered",
    "late_p50_ms": "late, median, ms",
    "late_p99_ms": "late, p99, ms",
    "slower_percent": "the run is slower by, %",
    "cpu_alone_percent": "site’s CPU alone, %",
    "cpu_watched_percent": "site’s CPU watched, %",
}


def pages() -> str:
    """Return what each page of a large run takes and sends."""
    figures = kept("pages", "page")
    if not figures:
        return ""
    heads = ["page", "median ms", "CPU ms", "KB", "KB sent"]
    names = ("milliseconds", "cpu", "kilobytes", "sent")
    lines = [[_name(each), *(f"{each[name]:.0f}" for name in names)] for each in figures]
    intro = "2,000 candidates, 100,000 evaluations; without style sheets and scripts, which a browser keeps."
    return f"### Pages of a large run\n\n{intro}\n\n{markdown(heads, lines)}"


def sockets() -> str:
    """Return what open pages of a run cost."""
    figures = kept("sockets", "sockets", "tabs", "pair")
    lines = []
    for pages, tabs in dict.fromkeys((each["sockets"], each["tabs"]) for each in figures):
        own = [each for each in figures if (each["sockets"], each["tabs"]) == (pages, tabs)]
        lines.append([str(pages), tabs, *(_cell(own, name) for name in SOCKETS)])
    heads = ["open pages", "tabs", *SOCKETS.values()]
    return f"### Open pages of a run that says ten things a second\n\n{markdown(heads, lines)}" if lines else ""


def _name(figure: dict[str, Any]) -> str:
    return f"{figure['page']} (until the first byte)" if figure["is_file"] else figure["page"]


def _cell(figures: list[dict[str, Any]], name: str) -> str:
    if name == "delivered":
        return f"{sum(each[name] for each in figures) / sum(each['wanted'] for each in figures):.2%}"
    values = [each[name] for each in figures]
    return f"{statistics.median(values):g} ({min(values):g}–{max(values):g})"
