"""Refuses request bodies over the upload limit before Django spools them to disk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MEGABYTE = 1024 * 1024
# The file travels inside a multipart body, whose other fields and boundaries need room too.
ENVELOPE_BYTES = MEGABYTE


class BodyLimit:
    """Counts what arrives, because Content-Length may be absent or false."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 when the body is too large, else hand the request on."""
        limit = settings.UPLOAD_LIMIT_MB * MEGABYTE + ENVELOPE_BYTES
        declared = _declared_length(scope)
        if declared > limit:
            await _refuse(send, declared)
            return
        await _Counted(receive, send, limit).run(self._application, scope)


class _Counted:
    """One request whose body is counted while Django reads it."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive = receive
        self._send = send
        self._left = limit
        self._refused = False

    async def run(self, application: Application, scope: Scope) -> None:
        await application(scope, self._counting_receive, self._guarded_send)

    async def _counting_receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left >= 0 or self._refused:
            return message
        self._refused = True
        await _refuse(self._send)
        # Django drops a request whose client is gone, and its half-read body with it.
        return {"type": "http.disconnect"}

    async def _guarded_send(self, message: Message) -> None:
        if not self._refused:
            await self._send(message)


def _declared_length(scope: Scope) -> int:
    headers = dict(scope.get("headers", ()))
    raw = headers.get(b"content-length", b"0")
    return int(raw) if raw.isdigit() else 0


async def _refuse(send: Send, declared: int = 0) -> None:
    size = f"{declared / MEGABYTE:,.0f}" if declared else ""
    body = render_to_string("pages/too_large.html", {"limit": settings.UPLOAD_LIMIT_MB, "size": size}).encode()
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
