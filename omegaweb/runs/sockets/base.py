"""The life of a socket: join first, send what the page lacks, then only what has moved.

A socket is told numbers alone and reads everything else from the database, so nothing that gets lost on the way is
missing on the page. Frames are made at the desk, a few times a second at most for each socket.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from uvicorn.protocols.utils import ClientDisconnected

from omegaweb.accounts.models import User
from omegaweb.engine.announcer import Moved, Subscription, hub
from omegaweb.runs.sockets.desk import Gone, SessionOver, desk, in_thread
from omegaweb.runs.sockets.people import SignedIn, person_behind
from omegaweb.runs.sockets.shared import Frame, Shared

logger = logging.getLogger(__name__)

SIGNED_OUT = 4401
NOT_FOUND = 4404
FAILED = 1011
SERVING = "serve-a-socket"
#: Seconds between two looks of a socket that always has something to look at.
BEAT = 0.4
#: Seconds after which a socket looks at the database although nobody told it anything, at the latest and at the
#: earliest: hundreds of pages that were opened together must not look together for ever.
LOOK_ANYWAY, LOOK_ANYWAY_EARLY = 10.0, 6.0


def until_beat(seconds: float) -> float:
    """Return how long it is to the next beat of a clock that beats once in so many seconds.

    All sockets count from the same moment. If each counted from its own last frame, pages that were opened at different
    times would look at different times, and what all of them show would be drawn for each of them.
    """
    return seconds - time.monotonic() % seconds if seconds else 0.0


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # channels has no types
    """A socket that sends frames. Subclasses say what moves it and what a frame holds."""

    seconds_between_frames = BEAT

    person: SignedIn
    session_key: str

    async def connect(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._subscription: Subscription | None = None
        self.query = dict(parse_qsl(self.scope["query_string"].decode(), keep_blank_values=True))
        try:
            await in_thread(self._authorize)
        except (SessionOver, Gone) as refusal:
            # A browser learns the code only of a socket that was open; at the handshake it would hear of no reason.
            await self.accept()
            await self.close(SIGNED_OUT if isinstance(refusal, SessionOver) else NOT_FOUND)
            return
        self._subscription = await hub.subscribe(self.wants)
        await self.accept()
        self._task = asyncio.get_running_loop().create_task(self._serve(), name=SERVING)

    async def disconnect(self, code: int) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._subscription is not None:
            hub.leave(self._subscription)

    @property
    def user(self) -> User:
        """Who is behind the socket, as of the last look."""
        return self.person.user

    def wants(self, moved: Moved) -> bool:
        """Tell whether this news is for this socket. Called on the server's loop: no queries here."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Check that the person may have this socket.

        Raises:
            Gone: they may not.
        """

    def frame(self, shared: Shared) -> Frame | None:
        """Read and draw what the page lacks; None for nothing. The person was checked just now."""
        raise NotImplementedError

    def _authorize(self) -> None:
        cookies = SimpleCookie(dict(self.scope["headers"]).get(b"cookie", b"").decode("latin-1"))
        cookie = cookies.get(settings.SESSION_COOKIE_NAME)
        person = person_behind(cookie.value) if cookie is not None else None
        if cookie is None or person is None:
            raise SessionOver
        self.session_key, self.person = cookie.value, person
        self.prepare()

    async def _serve(self) -> None:
        assert self._subscription is not None
        try:
            while True:
                text = await desk.frame_for(self)
                if text is not None:
                    await self.send(text)
                await asyncio.sleep(until_beat(self.seconds_between_frames))
                await self._subscription.wait(seconds=random.uniform(LOOK_ANYWAY_EARLY, LOOK_ANYWAY))
        except SessionOver:
            await self.close(SIGNED_OUT)
        except Gone:
            await self.close(NOT_FOUND)
        except ClientDisconnected:
            pass  # the browser left between two frames; disconnect() is on its way
        except Exception:  # the top of the task: the page connects again and gets everything anew
            logger.exception("a socket failed")
            await self.close(FAILED)
