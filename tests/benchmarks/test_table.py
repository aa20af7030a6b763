"""The table says median and range, and what could not be run."""

from __future__ import annotations

from benchmarks.markdown import markdown
from benchmarks.outcome import Outcome
from benchmarks.search import summary
from benchmarks.table import cell


def test_a_cell_has_median_and_range():
    figures = [{"wall": value} for value in (1.0, 3.0, 2.0)]
    assert cell(figures, "wall", "{:.1f}") == "2.0 (1.0–3.0)"
    assert cell(figures[:1], "wall", "{:.1f}") == "1.0"


def test_an_accuracy_has_its_mean_too():
    figures = [{"accuracy": value} for value in (0.5, 0.9, 0.7)]
    assert cell(figures, "accuracy", "{:.2f}") == "0.70 (0.50–0.90), mean 0.70"


def test_what_could_not_be_run_says_why():
    assert cell([{"error": "no Python 3.12"}], "accuracy", "{:.2f}") == "could not be run: no Python 3.12"
    assert cell([], "accuracy", "{:.2f}") == "–"


def test_markdown_rows():
    assert markdown(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_calls_over_the_budget_are_told():
    counts = {"models": {"task": {"calls": 505}}, "calls": 505, "faults": 0, "refused": 0}
    outcome = Outcome(accuracy=0.5, counts=counts, budget=500, seconds=1.0, cpu_seconds=1.0, peak_megabytes=50.0)
    assert summary("omega", 500, [outcome]).endswith("over the budget 5")
    assert Outcome.from_json(outcome.to_json()) == outcome
