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
from uvicorn.protocols.utils import ClientDisconnected

from omegaweb.accounts.models import User
from omegaweb.engine.announcer import Moved, Subscription, hub
from omegaweb.projects.access import Right, projects_with
from omegaweb.projects.models import Project
from omegaweb.reviews.models import Review
from omegaweb.runs.charts import curve_after, points_json
from omegaweb.runs.live import Region, candidate_regions, detail_run, draw, list_context, regions_of, render
from omegaweb.runs.models import Candidate, Run

logger = logging.getLogger(__name__)

SIGNED_OUT = 4401
NOT_FOUND = 4404
FAILED = 1011
SERVING = "serve-a-socket"
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
        self._task = asyncio.get_running_loop().create_task(self._serve(), name=SERVING)

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
        except ClientDisconnected:
            pass  # the browser left between two frames; disconnect() is on its way
        except Exception:  # the top of the task: the page connects again and gets everything anew
            logger.exception("a socket failed")
            await self.close(FAILED)


class RegionsConsumer(LiveConsumer):
    """A socket of a page about one run, whose regions are drawn again when events touch them.

    `after` in its address is the number of the last event the page has.
    """

    def prepare(self) -> None:
        self.run_id = self.find_run()
        after = self.query.pop("after", "")
        self._sequence = int(after) if after.isdigit() else 0
        self._drawn: dict[str, str] = {}
        if not Run.objects.visible_to(self.user).filter(pk=self.run_id).exists():
            raise Gone

    def find_run(self) -> int:
        """Return the number of the run that the page is about.

        Raises:
            Gone: the person may not see it.
        """
        return int(self.scope["url_route"]["kwargs"]["pk"])

    def wants(self, moved: Moved) -> bool:
        return moved.run_id == self.run_id

    def regions(self, run: Run) -> list[Region]:
        """Return the regions of the page, whether touched or not."""
        raise NotImplementedError

    def beside(self, run: Run, *, after: int) -> Frame:
        """Return what a frame holds beside its regions."""
        return {}

    def is_news(self, beside: Frame) -> bool:
        """Tell whether that alone makes a frame."""
        return False

    def frame(self) -> Frame | None:
        run = detail_run(Run.objects.visible_to(self.user)).filter(pk=self.run_id).first()
        if run is None:
            raise Gone
        regions = self._changed_regions(run)
        beside = self.beside(run, after=self._sequence)
        if not regions and not self.is_news(beside) and run.last_sequence == self._sequence:
            return None
        self._sequence = run.last_sequence
        return {"sequence": run.last_sequence, "regions": regions, **beside}

    def _changed_regions(self, run: Run) -> dict[str, str]:
        is_first = not self._drawn
        news = run.events.filter(sequence__gt=self._sequence, sequence__lte=run.last_sequence)
        kinds = set(news.values_list("kind", flat=True).distinct())
        changed: dict[str, str] = {}
        for region in self.regions(run):
            # Without a new event something beside the log moved, such as a stop request: look at everything.
            touched = is_first or not kinds or region.kinds is None or not region.kinds.isdisjoint(kinds)
            html = draw(region, run, self.query, user=self.user) if touched else self._drawn[region.name]
            if self._drawn.get(region.name) != html:
                self._drawn[region.name] = changed[region.name] = html
        return changed


class RunConsumer(RegionsConsumer):
    """The socket of a run's page: its regions, the points of its curve, and its title."""

    def regions(self, run: Run) -> list[Region]:
        return regions_of(self.query)

    def beside(self, run: Run, *, after: int) -> Frame:
        points = points_json(curve_after(run, after, until=run.last_sequence))
        return {"points": points, "state": run.state, "title": f"{run.get_state_display()} · {run.name}"}

    def is_news(self, beside: Frame) -> bool:
        return bool(beside["points"])


class CandidateConsumer(RegionsConsumer):
    """The socket of a candidate's page."""

    def prepare(self) -> None:
        super().prepare()
        self._number = int(self.scope["url_route"]["kwargs"]["number"])
        if not Candidate.objects.filter(run_id=self.run_id, number=self._number).exists():
            raise Gone

    def regions(self, run: Run) -> list[Region]:
        candidate = run.candidates.select_related("fate_by", "review__reviewer").filter(number=self._number).first()
        if candidate is None:
            raise Gone
        candidate.run = run
        return candidate_regions(candidate)


class WideConsumer(LiveConsumer):
    """A socket of a page about several runs: those of the projects that a person is in."""

    seconds_between_frames = 1.0
    right = Right.SEE

    def prepare(self) -> None:
        self._look_up_projects()

    def wants(self, moved: Moved) -> bool:
        return moved.project_id in self._projects

    def _checked_frame(self) -> Frame | None:
        frame = super()._checked_frame()
        # At every look, because people join and leave projects while a page is open.
        self._look_up_projects()
        return frame

    def _look_up_projects(self) -> None:
        self._projects = frozenset(projects_with(self.user, self.right))


class WholeConsumer(WideConsumer):
    """A socket of a page with one region."""

    region = ""

    def prepare(self) -> None:
        super().prepare()
        self._drawn = ""

    def html(self) -> str:
        """Draw the region."""
        raise NotImplementedError

    def frame(self) -> Frame | None:
        html = self.html()
        if html == self._drawn:
            return None
        self._drawn = html
        return {"regions": {self.region: html}}


class ListConsumer(WholeConsumer):
    """The socket of the list of a project's runs."""

    region = "run-list"

    def prepare(self) -> None:
        super().prepare()
        self._project = self._find_project()

    def wants(self, moved: Moved) -> bool:
        return moved.project_id == self._project.pk

    def html(self) -> str:
        # Not the project of the session: another tab may have switched to another one.
        self._project = self._find_project()
        context = list_context(Run.objects.in_project(self._project), self.query)
        context |= {"project": self._project, "user": self.user}
        return render("partials/runs/run_list.html", context, self.query)

    def _find_project(self) -> Project:
        found = Project.objects.visible_to(self.user).filter(pk=self.scope["url_route"]["kwargs"]["project"]).first()
        if found is None:
            raise Gone
        return found


class MeConsumer(WideConsumer):
    """The socket every page has: how many reviews this person may decide."""

    right = Right.REVIEW

    def prepare(self) -> None:
        super().prepare()
        self._sent = -1

    def frame(self) -> Frame | None:
        waiting = Review.objects.waiting_for(self.user).count()
        if waiting == self._sent:
            return None
        self._sent = waiting
        return {"reviews": waiting}
