"""The reward curve: rows become typed points, points become a Plotly figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from omegaweb.runs.models import Run, Series


class Point(NamedTuple):
    """One measured reward, as it is read. Thousands are read at a time, so it is no dataclass."""

    sequence: int
    calls: int
    seconds: float
    tokens: int
    cost: float  # US dollars, of priced calls
    value: float
    low: float | None
    high: float | None
    n: int  # rows behind it
    candidate: int | None  # its number


Curve = Mapping[Series, Sequence[Point]]
#: Of many single points the page draws a hundred. It is sent some more, because what it has grows while it is open.
SINGLE_POINTS, NEWEST = 200, 30

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


def curve_after(run: Run, sequence: int, *, until: int | None = None, only: Series | None = None) -> Curve:
    """Return the points measured after an event, by line, in their order."""
    rows = run.measurements.filter(sequence__gt=sequence).order_by("sequence", "pk")
    if until is not None:
        rows = rows.filter(sequence__lte=until)
    if only is not None:
        rows = rows.filter(series=only)
    curve: dict[str, list[Point]] = {}
    columns = ("sequence", "calls", "seconds", "tokens", "cost", "value", "low", "high", "count", "candidate__number")
    for series, *values in rows.values_list("series", *columns):
        curve.setdefault(series, []).append(Point._make(values))
    return {Series(series): points for series, points in curve.items()}


def figure(run: Run) -> dict[str, Any]:
    """Return the lines with their styles and the points so far; lines are whole."""
    curve = curve_after(run, 0, until=run.last_sequence)
    single = {series for series, style in TRACES.items() if style["mode"] == "markers"}
    points = points_json({each: thinned(found) if each in single else found for each, found in curve.items()})
    return {
        "sequence": run.last_sequence,
        "traces": [
            {"series": series.value, "name": series.label, "points": points.get(series.value, []), **style}
            for series, style in TRACES.items()
        ],
    }


def thinned(points: Sequence[Point]) -> Sequence[Point]:
    """Return of many points every 2nd, 4th, 8th …, and the newest; static/js/chart.js does the same with fewer."""
    step = 1
    while len(points) > SINGLE_POINTS and (step == 1 or len(points) / step > SINGLE_POINTS - NEWEST):
        step *= 2
    return [*points[:-NEWEST:step], *points[-NEWEST:]] if step > 1 else points


def points_json(curve: Curve) -> dict[str, list[list[Any]]]:
    """Return what static/js/chart_parts.js reads of each point, by line."""
    return {series.value: [point_json(point) for point in points] for series, points in curve.items()}


def point_json(point: Point) -> list[Any]:
    """Return [sequence, calls, seconds, tokens, cost, value, low, high, count, candidate].

    Thousands of them make most of a page, so what a pointer shows at a point is put into words by the page.
    """
    spent = (point.calls, round(point.seconds, 1), point.tokens, round(point.cost, 6))
    measured = (_short(point.value), _short(point.low), _short(point.high))
    return [point.sequence, *spent, *measured, point.n, point.candidate]


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 5)
