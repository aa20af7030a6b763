"""How late events came is reckoned from frames that hold several of them, or none."""

from __future__ import annotations

import pytest

from benchmarks.sockets import Watched, delays

SAID = (10.0, 10.1, 10.2)  # events 5, 6 and 7


def test_an_event_came_with_the_first_frame_that_holds_it() -> None:
    frames = [(9.0, 4), (10.15, 6), (10.4, 7), (10.9, 7)]

    assert delays(frames, 5, SAID) == pytest.approx([0.15, 0.05, 0.2])


def test_what_never_came_is_left_out() -> None:
    assert delays([(10.15, 6)], 5, SAID) == pytest.approx([0.15, 0.05])
    assert delays([], 5, SAID) == []


def test_figures_say_how_much_came_and_how_late() -> None:
    figures = Watched(late=[0.1] * 99 + [3.0], wanted=120, closed=1, megabytes=2.34).figures()

    assert figures == {
        "delivered": 100,
        "wanted": 120,
        "closed": 1,
        "megabytes": 2.3,
        "late_p50_ms": 100,
        "late_p99_ms": 100,
    }
