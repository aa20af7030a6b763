"""Just enough HTTP/1.1 for JSON requests on connections that stay open: 30 µs a request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_REASONS = {200: "OK", 400: "Bad Request", 402: "Payment Required", 404: "Not Found", 429: "Too Many Requests"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered, and when."""

    value: Any  # JSON
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0  # seconds
    dropped: bool = False  # the connection is closed instead


#: Answers a request by its path and its JSON body.
Handler = Callable[[str, Any], Reply]


class Connection(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, handle: Handler) -> None:
        self._handle = handle
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            length = _content_length(head)
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            path = head.split(b" ", 2)[1].decode()
            reply = self._handle(path, json.loads(rest[:length]) if length else {})
            asyncio.get_running_loop().call_later(reply.delay, self._write, reply)

    def _write(self, reply: Reply) -> None:
        if self._transport is None:
            return
        if reply.dropped:
            self._transport.abort()
            return
        body = json.dumps(reply.value).encode()
        more = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
        reason = _REASONS.get(reply.status, "Internal Server Error")
        head = f"HTTP/1.1 {reply.status} {reason}\r\nContent-Type: application/json\r\n{more}"
        self._transport.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def _content_length(head: bytes) -> int:
    at = head.lower().find(b"\r\ncontent-length:")
    if at < 0:
        return 0
    return int(head[at + 17 :].split(b"\r\n", 1)[0])
