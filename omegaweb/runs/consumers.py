"""The sockets of the pages: join first, send what the page lacks, then only what has moved.

A socket is told numbers alone and reads everything else from the database, so nothing that gets lost on the way is
missing on the page. Reading and drawing happen in threads of their own, at most twice a second for each socket.
"""

from __future__ import annotations

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.template.loader import render_to_string

from omegaweb.accounts.models import User
from omegaweb.engine.announcer import Moved, Subscription, hub
from omegaweb.reviews.models import Review
from omegaweb.runs.charts import curve_after, points_json
from omegaweb.runs.live import detail_run, draw, list_context, regions_of
from omegaweb.runs.models import Run

logger = logging.getLogger(__name__)

SIGNED_OUT = 4401
NOT_FOUND = 4404
FAILED = 1011
#: Seconds after which a socket looks at the database although nobody told it anything.
LOOK_ANYWAY = 10.0

Frame = dict[str, Any]
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="frames")


class SessionOver(Exception):
    """The person behind a socket is not signed in any more."""


class Gone(Exception):
    """What the socket shows is not there, or not for this person."""


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # channels has no types
    """A socket that sends frames. Subclasses say what moves it and what a frame holds."""

    seconds_between_frames = 0.5

    async def connect(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._subscription: Subscription | None = None
        self.query = dict(parse_qsl(self.scope["query_string"].decode(), keep_blank_values=True))
        try:
            await self._in_thread(self._authorize)
        except (SessionOver, Gone) as refusal:
            # A browser learns the code only of a socket that was open; at the handshake it would hear of no reason.
            await self.accept()
            await self.close(SIGNED_OUT if isinstance(refusal, SessionOver) else NOT_FOUND)
            return
        self._subscription = await hub.subscribe(self.wants)
        await self.accept()
        self._task = asyncio.get_running_loop().create_task(self._serve())

    async def disconnect(self, code: int) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._subscription is not None:
            hub.leave(self._subscription)

    def wants(self, moved: Moved) -> bool:
        """Tell whether this news is for this socket. Called on the server's loop: no queries here."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Check that the person may have this socket.

        Raises:
            Gone: they may not.
        """

    def frame(self) -> Frame | None:
        """Read and draw what the page lacks; None for nothing."""
        raise NotImplementedError

    def _authorize(self) -> None:
        self.user = self._current_user()
        self.prepare()

    def _checked_frame(self) -> Frame | None:
        self.user = self._current_user()
        return self.frame()

    def _current_user(self) -> User:
        """Return who is signed in now, as Django's own check of the session has it."""
        request = HttpRequest()
        request.session = SessionStore(self._session_key())
        user = get_user(request)
        if not isinstance(user, User) or not user.is_active:
            raise SessionOver
        return user

    def _session_key(self) -> str | None:
        cookies = SimpleCookie(dict(self.scope["headers"]).get(b"cookie", b"").decode("latin-1"))
        session = cookies.get(settings.SESSION_COOKIE_NAME)
        return session.value if session is not None else None

    async def _in_thread(self, work: Any) -> Any:
        return await database_sync_to_async(work, thread_sensitive=False, executor=_threads)()

    async def _serve(self) -> None:
        assert self._subscription is not None
        try:
            while True:
                frame = await self._in_thread(self._checked_frame)
                if frame is not None:
                    await self.send(json.dumps(frame, ensure_ascii=False))
                await asyncio.sleep(self.seconds_between_frames)
                await self._subscription.wait(seconds=LOOK_ANYWAY)
        except SessionOver:
            await self.close(SIGNED_OUT)
        except Gone:
            await self.close(NOT_FOUND)
        except Exception:  # the top of the task: the page connects again and gets everything anew
            logger.exception("a socket failed")
            await self.close(FAILED)


class RunConsumer(LiveConsumer):
    """The socket of a run's page. `after` in its address is the number of the last event the page has."""

    def prepare(self) -> None:
        self.run_id = int(self.scope["url_route"]["kwargs"]["pk"])
        after = self.query.pop("after", "")
        self._sequence = int(after) if after.isdigit() else 0
        self._drawn: dict[str, str] = {}
        if not Run.objects.visible_to(self.user).filter(pk=self.run_id).exists():
            raise Gone

    def wants(self, moved: Moved) -> bool:
        return moved.run_id == self.run_id

    def frame(self) -> Frame | None:
        run = detail_run(Run.objects.visible_to(self.user)).filter(pk=self.run_id).first()
        if run is None:
            raise Gone
        is_first = not self._drawn
        news = run.events.filter(sequence__gt=self._sequence, sequence__lte=run.last_sequence)
        kinds = set(news.values_list("kind", flat=True).distinct())
        regions: dict[str, str] = {}
        for region in regions_of(self.query):
            # Without a new event something beside the log moved, such as a stop request: look at everything.
            touched = is_first or not kinds or region.kinds is None or not region.kinds.isdisjoint(kinds)
            html = draw(region, run, self.query) if touched else self._drawn[region.name]
            if self._drawn.get(region.name) != html:
                self._drawn[region.name] = regions[region.name] = html
        curve = curve_after(run, self._sequence, until=run.last_sequence)
        if not regions and not curve and run.last_sequence == self._sequence:
            return None
        self._sequence = run.last_sequence
        return {
            "sequence": run.last_sequence,
            "state": run.state,
            "title": f"{run.get_state_display()} · {run.name}",
            "regions": regions,
            "points": points_json(curve),
        }


class ListConsumer(LiveConsumer):
    """The socket of the list of runs."""

    seconds_between_frames = 1.0

    def prepare(self) -> None:
        self._owner_id = self.user.pk
        self._drawn = ""

    def wants(self, moved: Moved) -> bool:
        return moved.owner_id == self._owner_id

    def frame(self) -> Frame | None:
        html = render_to_string(
            "partials/runs/run_list.html", list_context(Run.objects.visible_to(self.user), self.query)
        )
        if html == self._drawn:
            return None
        self._drawn = html
        return {"regions": {"run-list": html}}


class MeConsumer(LiveConsumer):
    """The socket every page has: how many reviews wait for this person."""

    seconds_between_frames = 1.0

    def prepare(self) -> None:
        self._owner_id = self.user.pk
        self._sent = -1

    def wants(self, moved: Moved) -> bool:
        return moved.owner_id == self._owner_id

    def frame(self) -> Frame | None:
        waiting = Review.objects.visible_to(self.user).pending().count()
        if waiting == self._sent:
            return None
        self._sent = waiting
        return {"reviews": waiting}
