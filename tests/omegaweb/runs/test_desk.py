"""Sockets that wait for a frame hear of whatever keeps it from being made."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace

import pytest
from django.db import OperationalError

from omegaweb.runs.sockets import base
from omegaweb.runs.sockets import desk as desks


def test_a_round_that_cannot_be_made_leaves_no_socket_waiting(monkeypatch):
    async def lost(work):
        raise OperationalError("the connection is gone")

    monkeypatch.setattr(desks, "in_thread", lost)
    socket = SimpleNamespace(session_key="any")

    with pytest.raises(OperationalError):
        asyncio.run(asyncio.wait_for(desks.Desk().frame_for(socket), 2))


def test_sockets_that_look_at_different_moments_look_together_the_next_time(monkeypatch):
    ends = []
    for now in (100.01, 100.1, 100.39):
        monkeypatch.setattr(time, "monotonic", lambda now=now: now)
        ends.append(round(now + base.until_beat(0.4), 6))

    assert ends == [100.4] * 3
    assert base.until_beat(0.0) == 0.0


def test_what_a_round_has_cost_holds_the_next_one_back(monkeypatch):
    begun: list[float] = []

    async def costly(sockets):
        begun.append(time.monotonic())
        return [None] * len(sockets), 0.05

    async def two_looks():
        desk = desks.Desk()
        for _ in range(2):
            await desk.frame_for(SimpleNamespace(session_key="any"))

    monkeypatch.setattr(desks, "_outcomes", costly)
    asyncio.run(two_looks())

    assert begun[1] - begun[0] >= 0.05 * (1 / desks.SHARE - 1) * 0.99
