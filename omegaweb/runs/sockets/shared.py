"""What frames that are made at the same time have in common: read once, drawn once, written as JSON once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from omegaweb.projects.access import InProject, roles_in
from omegaweb.projects.models import Role
from omegaweb.runs.live import detail_run
from omegaweb.runs.models import Run
from omegaweb.runs.regions import Query

Frame = dict[str, Any]
#: Seconds between two drawings of what changes slowly and is dear to reckon.
SELDOM = 3.0
Result = TypeVar("Result")


class Shared:
    """Lives for one round of frames, so that nothing in it is older than the question it answers."""

    def __init__(self) -> None:
        self._results: dict[Hashable, object] = {}
        self._texts: dict[int, tuple[Frame, str]] = {}
        #: Another number each time that what is drawn seldom is to be drawn.
        self.time_of_seldom = int(time.monotonic() / SELDOM)

    def once(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """Return what was made under this key, or make it."""
        if key not in self._results:
            self._results[key] = make()
        return cast(Result, self._results[key])

    def run(self, pk: int) -> Run | None:
        """Return a run with what its regions read, regardless of who asks."""
        return self.once(("run", pk), lambda: detail_run(Run.objects.all()).filter(pk=pk).first())

    def roles(self, thing: InProject) -> dict[int, Role]:
        """Return what people are in a project, by their numbers."""
        return self.once(("roles", thing.project_id), lambda: roles_in(thing))

    def text(self, frame: Frame) -> str:
        """Return a frame as JSON. Those who are sent the very same frame share its text."""
        if id(frame) not in self._texts:
            # Kept together with its frame, whose number another could get otherwise.
            self._texts[id(frame)] = frame, json.dumps(frame, ensure_ascii=False)
        return self._texts[id(frame)][1]


def key_of(query: Query) -> tuple[tuple[str, str], ...]:
    """Return a query string as a key."""
    return tuple(sorted(query.items()))
