"""The reward curve: rows become typed points, points become a Plotly figure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

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


Curve = dict[Series, list[Point]]
POINT_FIELDS = tuple(field.name for field in fields(Point))  # the order in which they are read

#: The style of each line. Colours are names of tokens; the page knows their values in its theme. `rows` says which
#: rows a point was measured on, where those are not a fair draw.
TRACES: dict[Series, dict[str, Any]] = {
    Series.BATCH: {"mode": "lines", "color": "--text-faint", "opacity": 0.6, "line": {"width": 1}},
    Series.MINIBATCH: {"mode": "markers", "color": "--accent", "marker": {"size": 6, "symbol": "circle-open"}},
    Series.BEHIND: {
        "mode": "markers",
        "color": "--text-faint",
        "opacity": 0.6,
        "marker": {"size": 6, "symbol": "x-thin-open"},
        "rows": "the rows its parent failed on first",
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
    return {series.value: [point_json(point) for point in points] for series, points in curve.items()}


def point_json(point: Point) -> list[Any]:
    """Return [sequence, calls, seconds, tokens, cost, value, low, high, count, candidate].

    Thousands of them make most of a page, so what a pointer shows at a point is put into words by the page.
    """
    spent = (point.calls, round(point.seconds, 1), point.tokens, round(point.cost, 6))
    measured = (_short(point.value), _short(point.low), _short(point.high))
    return [point.sequence, *spent, *measured, point.count, point.candidate]


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 5)
