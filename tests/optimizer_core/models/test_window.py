"""How many questions are let through at once after "too many requests"."""

from __future__ import annotations

from optimizer_core.models.window import Window


async def filled(count: int) -> tuple[Window, list[int]]:
    window = Window()
    return window, [await window.enter() for _ in range(count)]


async def test_it_narrows_once_for_those_that_were_asked_together():
    window, entered = await filled(16)
    for one in entered:
        window.narrow(one)
    assert (window.width, window.full) == (11, 16)
    window.leave()
    window.narrow(this_round(window))
    assert window.width == 7


def this_round(window: Window) -> int:
    return window._round


async def test_a_round_of_answers_widens_it_by_one_until_it_is_as_wide_as_before():
    window, entered = await filled(8)
    window.narrow(entered[0])
    assert window.width == 5
    for _ in range(6):
        window.widen()
    assert window.width == 6
    for _ in range(30):
        window.widen()
    assert window.width is None


async def test_it_never_closes():
    window, entered = await filled(2)
    for _ in range(5):
        window.narrow(this_round(window))
    assert entered == [0, 0]
    assert window.width == 1
