"""One pool of HTTP connections for each event loop, closed together with the loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from yarl import URL

#: An address where nobody answers is noticed before the answer's own time-out.
CONNECT_SECONDS = 30.0

_lock = threading.Lock()
_open: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[AsyncGenerator[ClientSession], ClientSession]] = (
    WeakKeyDictionary()
)


async def session() -> ClientSession:
    """Return the running loop's session, opened at the first call."""
    loop = asyncio.get_running_loop()
    entry = _open.get(loop)
    if entry is None or entry[1].closed:
        keeper = _keep_session()
        entry = (keeper, await anext(keeper))
        with _lock:
            _open[loop] = entry
    return entry[1]


async def close_session() -> None:
    """Close the running loop's session now; the next call opens a new one."""
    with _lock:
        entry = _open.pop(asyncio.get_running_loop(), None)
    if entry is not None:
        await entry[0].aclose()


async def _keep_session() -> AsyncGenerator[ClientSession]:
    """Hold a session open. ``asyncio.run`` closes suspended generators before it closes the loop, so this too."""
    import aiohttp

    # How many questions are under way at once is decided by who asks, not here.
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=30)
    # No model's server needs cookies, and looking for them took a tenth of a call's time.
    jar = aiohttp.DummyCookieJar()
    # How long an answer may take is for whoever asks to say: with aiohttp's own limit that took a seventh of its time.
    limit = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=jar, timeout=limit, auto_decompress=True
    ) as opened:
        yield opened


@cache
def url_of(address: str) -> URL:
    """Return an address as it is asked, read once.

    Raises:
        InvalidURL: it is none.
    """
    import aiohttp
    from yarl import URL

    try:
        return URL(address)
    except ValueError as error:
        raise aiohttp.InvalidURL(address) from error


@cache
def proxy_for(address: str) -> str | None:
    """Return the proxy that the environment names for an address; looked up once, not for each request."""
    parts = urlsplit(address)
    if proxy_bypass(parts.hostname or ""):
        return None
    return getproxies().get(parts.scheme)
