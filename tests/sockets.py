"""A WebSocket of the site without a server. channels has one too, but importing it needs daphne."""

from __future__ import annotations

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.test import Client

from omegaweb.asgi import application

#: Seconds that a test waits for a frame before it fails.
PATIENCE = 10


class Socket:
    """One socket, opened as the person who is signed in with `client`; nobody where that is None."""

    def __init__(self, path: str, client: Client | None, *, origin: str = "http://localhost") -> None:
        headers = [(b"origin", origin.encode()), (b"host", b"localhost")]
        if client is not None:
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
        path, _, query = path.partition("?")
        scope = {"type": "websocket", "path": path, "query_string": query.encode(), "headers": headers}
        self._application = ApplicationCommunicator(application, {**scope, "subprotocols": []})
        self.was_accepted = False
        self._first: dict[str, Any] | None = None  # what came when it was opened, and nobody has asked for yet

    async def connect(self) -> int | None:
        """Return None if the socket stays open, else the code it was closed with, before anything was sent."""
        await self._application.send_input({"type": "websocket.connect"})
        answer = await self.output()
        self.was_accepted = answer["type"] == "websocket.accept"
        if self.was_accepted:
            answer = self._first = await self.output()
        return int(answer.get("code", 1000)) if answer["type"] == "websocket.close" else None

    async def output(self) -> dict[str, Any]:
        """Return the next thing the site does with the socket."""
        if self._first is not None:
            first, self._first = self._first, None
            return first
        output: dict[str, Any] = await self._application.receive_output(PATIENCE)
        return output

    async def frame(self) -> dict[str, Any]:
        """Return the next frame."""
        output = await self.output()
        assert output["type"] == "websocket.send", output
        frame: dict[str, Any] = json.loads(output["text"])
        return frame

    async def closing_code(self) -> int:
        """Wait until the site closes the socket, whatever it still sends before, and return the code."""
        while (output := await self.output())["type"] != "websocket.close":
            assert output["type"] == "websocket.send", output
        return int(output["code"])

    async def is_silent(self, seconds: float) -> bool:
        """Whether nothing is sent for so long."""
        silent: bool = await self._application.receive_nothing(timeout=seconds)
        return silent

    async def disconnect(self) -> None:
        await self._application.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._application.wait(PATIENCE)
