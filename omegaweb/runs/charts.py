"""The reward curve: rows become typed points, points become a Plotly figure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from omegaweb.runs.durations import in_words
from omegaweb.runs.models import Run, Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One measured reward."""

    sequence: int
    calls: int
    seconds: float
    tokens: int
    cost: float  # US dollars, of priced calls
    value: float
    low: float | None
    high: float | None
    count: int
    candidate: int | None  # its number

    @property
    def interval(self) -> str:
        """The 95 % interval, as people read it."""
        return "" if self.low is None or self.high is None else f"{self.low:.2f}–{self.high:.2f}"


Curve = dict[Series, list[Point]]
POINT_FIELDS = tuple(field.name for field in fields(Point))  # the order in which they are read

#: The style of each line. Colours are names of tokens; the page knows their values in its theme.
TRACES: dict[Series, dict[str, Any]] = {
    Series.BATCH: {"mode": "lines", "color": "--text-faint", "opacity": 0.6, "line": {"width": 1}},
    Series.MINIBATCH: {"mode": "markers", "color": "--accent", "marker": {"size": 6, "symbol": "circle-open"}},
    Series.BEHIND: {
        "mode": "markers",
        "color": "--text-faint",
        "opacity": 0.6,
        "marker": {"size": 6, "symbol": "x-thin-open"},
    },
    Series.VALIDATION: {
        "mode": "lines+markers",
        "color": "--validation",
        "marker": {"size": 7, "symbol": "diamond"},
        "line": {"width": 1.5, "dash": "dot"},
        "error_y": {"type": "data", "symmetric": False, "thickness": 1, "width": 3},
    },
    Series.BEST: {"mode": "lines", "color": "--accent", "band": True, "line": {"width": 2.5, "shape": "hv"}},
    Series.BASELINE: {"mode": "lines", "color": "--test", "line": {"width": 1.5, "dash": "dash"}},
}


def curve_after(run: Run, sequence: int, *, until: int | None = None) -> Curve:
    """Return the points measured after an event, by line, in their order."""
    rows = run.measurements.filter(sequence__gt=sequence).order_by("sequence", "pk")
    if until is not None:
        rows = rows.filter(sequence__lte=until)
    curve: Curve = {}
    columns = ("sequence", "calls", "seconds", "tokens", "cost", "value", "low", "high", "count", "candidate__number")
    for series, *values in rows.values_list("series", *columns):
        point = Point(**dict(zip(POINT_FIELDS, values, strict=True)))
        curve.setdefault(Series(series), []).append(point)
    return curve


def figure(run: Run) -> dict[str, Any]:
    """Return the lines with their styles and all points so far."""
    points = points_json(curve_after(run, 0, until=run.last_sequence))
    return {
        "sequence": run.last_sequence,
        "traces": [
            {"series": series.value, "name": series.label, "points": points.get(series.value, []), **style}
            for series, style in TRACES.items()
        ],
    }


def points_json(curve: Curve) -> dict[str, list[list[Any]]]:
    """Return what static/js/chart_parts.js reads of each point, by line."""
    return {
        series.value: [point_json(point, hover_text(series, point)) for point in points]
        for series, points in curve.items()
    }


def point_json(point: Point, text: str) -> list[Any]:
    """Return [sequence, calls, seconds, tokens, cost, value, low, high, text]."""
    spent = [point.calls, round(point.seconds, 1), point.tokens, round(point.cost, 6)]
    return [point.sequence, *spent, point.value, point.low, point.high, text]


def hover_text(series: Series, point: Point) -> str:
    """Return what the pointer shows at a point; Plotly reads <br> and <b>, and nothing here was written by people."""
    name = "" if point.candidate is None else f" #{point.candidate}"
    interval = f", 95 % {point.interval}" if point.interval else ""
    rows = ", the rows its parent failed on first" if series is Series.BEHIND else ""
    return (
        f"<b>{series.label}{name}</b><br>{point.value:.3f} (n {point.count}{interval}{rows})<br>{spent_in_words(point)}"
    )


def spent_in_words(point: Point) -> str:
    """Return what had been spent when a point was measured."""
    money = f", ${point.cost:,.4f}" if point.cost else ""
    tokens = f", {point.tokens:,} tokens" if point.tokens else ""
    return f"{point.calls:,} calls, {in_words(point.seconds)}{tokens}{money}"
