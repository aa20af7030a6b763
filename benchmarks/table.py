"""Puts the kept figures into one table and writes it into docs/benchmarks.md.

python -m benchmarks.table
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import dataset, search, speed
from benchmarks.intervals import LEAST_PAIRS, with_interval
from benchmarks.markdown import markdown
from benchmarks.peers.running import PEERS
from benchmarks.results import kept
from benchmarks.site import tables as site

_PAGE = Path(__file__).resolve().parents[1] / "docs/benchmarks.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
COMMAND = "make bench"


def main() -> None:
    figures = (machine(), accuracy(), orchestration(), through_litellm(), recording(), competition(), real_model())
    parts = (*figures, site.pages(), site.sockets())
    text = "\n\n".join(part for part in parts if part)
    before, _, rest = _PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    _PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
    print(text)


def machine() -> str:
    """Return when, where and how the figures were made."""
    day = time.strftime("%Y-%m-%d")
    load = os.getloadavg()[2]
    return (
        f"Made with `{COMMAND}` on {day}: {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}; load over the last quarter of an hour {load:.1f}."
    )


def accuracy() -> str:
    """Return held-out accuracy by optimizer and budget."""
    figures = kept("search", "row", "budget", "seed", "noise")
    if not figures:
        return ""
    parts = []
    for noise in sorted({figure["noise"] for figure in figures}):
        some = [figure for figure in figures if figure["noise"] == noise]
        budgets = sorted({figure["budget"] for figure in some})
        heads = ["held-out accuracy", *(f"{budget:,} calls" for budget in budgets), "most calls over the budget"]
        lines = []
        for row, title in search.TITLES.items():
            own = [figure for figure in some if figure["row"] == row]
            if own:
                cells = [cell([f for f in own if f["budget"] == budget], "accuracy", "{:.3f}") for budget in budgets]
                over = max((figure.get("over", 0) for figure in own), default=0)
                lines.append([_noted(row, title), *cells, str(over) if row in search.OURS else "refused"])
        title = "Answers are always the same" if not noise else f"{noise:.0%} of the answers are drawn anew each time"
        parts.append(f"**{title}**\n\n{markdown(heads, lines)}")
    return "### Held-out accuracy at equal calls\n\n" + "\n\n".join(parts)


def orchestration() -> str:
    """Return what orchestration costs."""
    figures = kept("speed", "row", "setting", "repeat")
    if not figures:
        return ""
    names = {"wall_over_ideal": "{:.2f}", "cpu_ms_a_call": "{:.2f}", "peak_megabytes": "{:.0f}"}
    lines = []
    for setting in map(str, speed.SETTINGS):
        for row, title in speed.TITLES.items():
            own = [figure for figure in figures if (figure["row"], figure["setting"]) == (row, setting)]
            if own:
                lines.append([setting, title, *(cell(own, name, form) for name, form in names.items())])
    heads = ["at once × latency", "", "wall ÷ ideal", "CPU ms a call", "peak MB"]
    return f"### Orchestration\n\n{markdown(heads, lines)}"


def recording() -> str:
    """Return what journal, events and checkpoints cost a run."""
    return pairs("recording", "Journal, events and checkpoints", "with ÷ without")


def through_litellm() -> str:
    """Return what OMEGA adds to LiteLLM."""
    return pairs("through_litellm", "Through LiteLLM", "OMEGA ÷ the same calls bare")


def pairs(name: str, title: str, ratio: str) -> str:
    """Return what was measured in pairs."""
    figures = kept(name, "pair")
    if len(figures) < LEAST_PAIRS:
        return ""
    lines = []
    for kind, words in (("wall", "wall-clock time"), ("cpu", "CPU time")):
        middle, low, high = with_interval([figure[kind] for figure in figures])
        lines.append([words, f"{middle:.3f} ({low:.3f}–{high:.3f}), {len(figures)} pairs"])
    return f"### {title}\n\n{markdown(['16 × 25 ms', f'{ratio}, 95 % interval'], lines)}"


def competition() -> str:
    """Return what the competition costs."""
    figures = kept("dns", "size", "repeat")
    lines = []
    for size in sorted({figure["size"] for figure in figures}):
        own = [figure for figure in figures if figure["size"] == size]
        asked = f"{own[0]['texts']:,} ({own[0]['distinct_texts']:,} distinct) in {own[0]['questions']} question"
        lines.append([f"{size:,}", cell(own, "cpu_ms", "{:.0f}"), asked])
    heads = ["candidates", "our CPU, ms", "texts embedded"]
    return f"### Competition by dominated novelty\n\n{markdown(heads, lines)}" if lines else ""


def real_model() -> str:
    """Return what the built-in model reaches on real tables."""
    figures = kept("dataset", "table", "row", "seed")
    lines = []
    for name in dict.fromkeys(figure["table"] for figure in figures):
        for row, title in dataset.OPTIMIZERS.items():
            own = [figure for figure in figures if (figure["table"], figure["row"]) == (name, row)]
            if own:
                calls = str(own[0]["budget"])
                lines.append([name, title, calls, cell(own, "before", "{:.3f}"), cell(own, "after", "{:.3f}")])
    heads = ["table", "", "calls", "before", "after"]
    return (
        f"### A real model: SmolLM2 135 M on this computer, held-out rows\n\n{markdown(heads, lines)}" if lines else ""
    )


def cell(figures: Sequence[dict[str, Any]], name: str, form: str) -> str:
    """Return median and range of a figure, with the mean where it is an accuracy; or the error."""
    values = [figure[name] for figure in figures if name in figure]
    if not values:
        return next((f"could not be run: {figure['error'][:80]}" for figure in figures if "error" in figure), "–")
    low, middle, high = (form.format(value) for value in (min(values), statistics.median(values), max(values)))
    text = middle if low == high else f"{middle} ({low}–{high})"
    return f"{text}, mean {form.format(statistics.mean(values))}" if name == "accuracy" else text


def _noted(row: str, title: str) -> str:
    note = PEERS[row].note if row in PEERS else ""
    return f"{title} ({note})" if note else title


if __name__ == "__main__":
    main()
