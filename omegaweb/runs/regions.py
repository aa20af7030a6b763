"""A part of a page about a run that is drawn on its own: which partial draws it, from what, and what touches it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.template import Context as TemplateContext
from django.template.loader import get_template

from omegaweb.accounts.models import User
from omegaweb.projects.access import Right
from omegaweb.runs.models import Run

Query = Mapping[str, str]
Context = dict[str, Any]

#: Events about one candidate, of which its row keeps that it was the newest one about it.
ABOUT_ONE = frozenset(
    {"candidate.proposed", "candidate.flagged", "candidate.embedded", "candidate.scored", "candidate.dropped"}
)


class MovedCandidate(NamedTuple):
    """A candidate that something was said about since the last frame, as it is now."""

    pk: int
    number: int
    state: str
    flagged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What has happened since the last frame of a page."""

    run: Run
    kinds: frozenset[str]  # of the events; none: something beside the log moved, such as a stop request
    candidates: Callable[[], Sequence[MovedCandidate]]  # that events were about
    is_time: bool  # for what is drawn seldom


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of a page that is redrawn on its own; the id of its root element is its name."""

    name: str
    context: Callable[[Run, Query], Context]
    kinds: frozenset[str] | None = None  # of the events that touch it; None: all of them
    seldom: frozenset[str] = frozenset()  # those of them that may wait for some seconds
    lists: Callable[[Run, MovedCandidate], bool] | None = None  # whose candidates it shows; None: any
    tab: str = ""  # where it is shown; empty: on all tabs
    room: str = "runs"  # whose partial it is
    offers: tuple[Right, ...] = tuple(Right)  # what it shows only to those who may; of nothing else it differs

    @property
    def template(self) -> str:
        return f"partials/{self.room}/{self.name.replace('-', '_')}.html"

    def is_touched(self, news: News, drawn: str) -> bool:
        """Tell whether it may look different now.

        Args:
            news: what has happened.
            drawn: how it looks on the page.
        """
        if not news.kinds or self.kinds is None or (self.seldom and news.is_time):
            return True
        heard = news.kinds & (self.kinds - self.seldom)
        if self.lists is None or not heard <= ABOUT_ONE:
            return bool(heard)
        return bool(heard) and any(self._shows(each, news.run, drawn) for each in news.candidates())

    def _shows(self, candidate: MovedCandidate, run: Run, drawn: str) -> bool:
        assert self.lists is not None
        return self.lists(run, candidate) or f'id="candidate-{candidate.number}"' in drawn


def draw(region: Region, run: Run, query: Query, *, user: User, context: Context | None = None) -> str:
    """Return the HTML of a region as this person sees it: what they may not do is not offered.

    Args:
        region: what is drawn.
        run: of this run.
        query: as the address of the page has it.
        user: for this person.
        context: of the region, where it was read before.
    """
    read = region.context(run, query) if context is None else context
    return render(region.template, {"run": run, "query": query, "user": user, **read}, query)


def render(template: str, context: Context, query: Query) -> str:
    """Return the HTML of a partial for a socket; links in it keep the rest of the query, as they do on the page."""
    bound = TemplateContext(context)
    bound.request = HttpRequest()  # type: ignore[attr-defined]  # what the tag "querystring" reads
    bound.request.GET = QueryDict(urlencode(query))  # type: ignore[attr-defined]
    return str(get_template(template).template.render(bound))  # type: ignore[attr-defined]
