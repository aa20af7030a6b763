"""Bodies over the limit are refused, whatever their header says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pytest_django import Settings

from omegaweb.body_limit import ENVELOPE_BYTES, MEGABYTE, BodyLimit


class Reader:
    """An application that reads the whole body, as Django does."""

    def __init__(self) -> None:
        self.read = 0
        self.aborted = False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.aborted = True
                break
            self.read += len(message.get("body", b""))
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"read"})


async def answer(application: Reader, body_bytes: int, declared: int | None) -> list[Mapping[str, Any]]:
    headers = [] if declared is None else [(b"content-length", str(declared).encode())]
    left = body_bytes
    sent: list[Mapping[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        nonlocal left
        chunk = min(left, MEGABYTE // 2)
        left -= chunk
        return {"type": "http.request", "body": b"x" * chunk, "more_body": left > 0}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    await BodyLimit(application)({"type": "http", "headers": headers}, receive, send)
    return sent


@pytest.fixture(autouse=True)
def small_limit(settings: Settings) -> None:
    settings.UPLOAD_LIMIT_MB = 1


async def test_a_body_within_the_limit_passes():
    application = Reader()

    sent = await answer(application, MEGABYTE, MEGABYTE)

    assert sent[0]["status"] == 200
    assert application.read == MEGABYTE


async def test_a_body_that_says_it_is_too_large_is_not_read():
    application = Reader()

    sent = await answer(application, 0, MEGABYTE + ENVELOPE_BYTES + 1)

    assert sent[0]["status"] == 413
    assert "The upload has 2 MB. Files may have up to 1 MB" in sent[1]["body"].decode()
    assert application.read == 0


@pytest.mark.parametrize("declared", [None, 10])
async def test_a_body_that_lies_or_says_nothing_is_cut_off(declared: int | None):
    application = Reader()

    sent = await answer(application, 20 * MEGABYTE, declared)

    assert [message.get("status") for message in sent] == [413, None]
    assert application.aborted
    assert application.read <= MEGABYTE + ENVELOPE_BYTES
