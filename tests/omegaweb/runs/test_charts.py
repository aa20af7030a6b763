"""Rows become points, points become a figure."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from omegaweb.runs import charts
from omegaweb.runs.charts import NEWEST, SINGLE_POINTS, curve_after, figure, points_json, thinned
from omegaweb.runs.models import Series
from tests import event_streams
from tests.omegaweb.engine.recording import recorded_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(alice):
    return recorded_run(alice, event_streams.whole_run())


def test_every_line_has_its_points_in_order(run):
    curve = curve_after(run, 0)

    assert {series: len(points) for series, points in curve.items()} == {
        Series.BASELINE: 1,
        Series.VALIDATION: 3,
        Series.BEST: run.measurements.filter(series="best").count(),
        Series.MINIBATCH: 10,
        Series.BATCH: 10,
    }
    for points in curve.values():
        assert [p.sequence for p in points] == sorted(p.sequence for p in points)


def test_two_halves_are_the_whole(run):
    middle = run.last_sequence // 2
    first, second = curve_after(run, 0, until=middle), curve_after(run, middle)

    for series, points in curve_after(run, 0).items():
        assert [*first.get(series, []), *second.get(series, [])] == points


def test_a_figure_is_json_with_a_style_for_every_line(run):
    drawn = json.loads(json.dumps(figure(run), allow_nan=False))

    assert {trace["series"] for trace in drawn["traces"]} == {series.value for series in Series}
    assert all(trace["color"].startswith("--") for trace in drawn["traces"])


def test_a_point_names_its_candidate_n_and_interval(run):
    point = curve_after(run, 0)[Series.MINIBATCH][0]

    [drawn] = points_json({Series.MINIBATCH: [point]})["minibatch"]
    assert drawn[0] == point.sequence
    rounded = [None if value is None else round(value, 5) for value in (point.value, point.low, point.high)]
    assert drawn[5:] == [*rounded, point.n, point.candidate]


def test_points_of_a_long_run_are_small(run):
    """Two thousand of them are part of a page that should stay below 500 KB."""
    points = [
        point._replace(calls=99_999, tokens=42_000_000, cost=21.123456789)
        for point in curve_after(run, 0)[Series.MINIBATCH]
    ]

    assert all(len(json.dumps(point)) < 90 for point in points_json({Series.MINIBATCH: points})["minibatch"])


def test_of_many_single_points_a_page_gets_some_and_always_the_newest(run):
    point = curve_after(run, 0)[Series.MINIBATCH][0]
    many = [point._replace(sequence=number) for number in range(2000)]

    sent = thinned(many)

    assert len(sent) <= SINGLE_POINTS
    assert sent[-NEWEST:] == many[-NEWEST:]
    assert [each.sequence for each in sent[:3]] == [0, 16, 32]
    assert thinned(many[:SINGLE_POINTS]) == many[:SINGLE_POINTS]


def test_lines_are_sent_whole(run, monkeypatch):
    monkeypatch.setattr(charts, "SINGLE_POINTS", 2)
    monkeypatch.setattr(charts, "NEWEST", 1)
    curve = curve_after(run, 0)

    traces = {trace["series"]: trace["points"] for trace in figure(run)["traces"]}

    assert len(traces["best"]) == len(curve[Series.BEST])
    assert len(traces["minibatch"]) < len(curve[Series.MINIBATCH])


def test_a_point_knows_what_had_been_spent(alice):
    said = list(event_streams.whole_run())
    spent = replace(event_streams.spent(16), cost=0.25)
    run = recorded_run(alice, [*said[:3], spent, *said[4:6]])

    best = curve_after(run, 0)[Series.BEST][0]

    assert (best.calls, best.tokens, best.cost) == (16, 1280, 0.25)
    assert points_json({Series.BEST: [best]})["best"][0][:5] == [6, 16, 1.6, 1280, 0.25]
