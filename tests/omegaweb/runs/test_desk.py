"""Sockets that wait for a frame hear of whatever keeps it from being made."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from django.db import OperationalError

from omegaweb.runs.sockets import desk as desks


def test_a_round_that_cannot_be_made_leaves_no_socket_waiting(monkeypatch):
    async def lost(work):
        raise OperationalError("the connection is gone")

    monkeypatch.setattr(desks, "in_thread", lost)
    socket = SimpleNamespace(session_key="any")

    with pytest.raises(OperationalError):
        asyncio.run(asyncio.wait_for(desks.Desk().frame_for(socket), 2))
