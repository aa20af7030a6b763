"""The body of a request that knows whether it left; loaded with aiohttp, at the first call."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter


class RequestBody(aiohttp.BytesPayload):
    """JSON on its way: a server may have seen the request once its body began to be written."""

    has_left = False

    def __init__(self, text: str) -> None:
        super().__init__(text.encode(), content_type="application/json")

    def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> Coroutine[Any, Any, None]:
        """Write it to a connection that is open."""
        self.has_left = True
        return super().write_with_length(writer, content_length)
