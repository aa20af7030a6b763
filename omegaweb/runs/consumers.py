"""The sockets of the pages: what each may be had by, what moves it, and what its frames hold."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial

from omegaweb.engine.announcer import Moved
from omegaweb.projects.access import ROLES_WITH, Right, projects_with
from omegaweb.projects.models import Project, Role
from omegaweb.reviews.models import Review
from omegaweb.runs.charts import curve_after, points_json
from omegaweb.runs.live import candidate_regions, current_tab, list_context, regions_of
from omegaweb.runs.models import Candidate, Run
from omegaweb.runs.population_map import moved_points
from omegaweb.runs.regions import MovedCandidate, News, Region, draw, render
from omegaweb.runs.sockets.base import BEAT, LiveConsumer
from omegaweb.runs.sockets.desk import Gone
from omegaweb.runs.sockets.shared import Frame, Shared, key_of


class RegionsConsumer(LiveConsumer):
    """A socket of a page about one run, whose regions are drawn again when events touch them.

    `after` in its address is the number of the last event the page has.
    """

    def prepare(self) -> None:
        self.run_id = self.find_run()
        after = self.query.pop("after", "")
        self._sequence = int(after) if after.isdigit() else 0
        self._drawn: Mapping[str, str] = {}
        self._seldom = 0  # when it was last shown what is drawn seldom
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

    def shows(self) -> Hashable:
        """Return what it depends on, beside the run, what a frame holds beside its regions."""
        return ()

    def beside(self, run: Run, *, after: int) -> Frame:
        """Return what a frame holds beside its regions."""
        return {}

    def is_news(self, beside: Frame) -> bool:
        """Tell whether that alone makes a frame."""
        return False

    def frame(self, shared: Shared) -> Frame | None:
        run = shared.run(self.run_id)
        if run is None or self.user.pk not in shared.roles(run):
            raise Gone
        # Pages that show the same and know the same are sent the same, and what that is is found out once.
        knows = (self._sequence, self._seldom, frozenset(self._drawn.items()))
        shows = (type(self), self.scope["path"], key_of(self.query), self.viewer(shared.roles(run)[self.user.pk]))
        frame = shared.once(("frame", shows, knows), lambda: self._frame(run, shared))
        if frame is not None:
            self._sequence, self._seldom = run.last_sequence, shared.time_of_seldom
            self._drawn = {**self._drawn, **frame["regions"]}
        return frame

    def _frame(self, run: Run, shared: Shared) -> Frame | None:
        after = self._sequence
        regions = self._changed_regions(run, shared)
        shown = ("beside", type(self), run.pk, after, self.shows())
        beside = shared.once(shown, lambda: self.beside(run, after=after))
        if not regions and not self.is_news(beside) and run.last_sequence == after:
            return None
        return {"sequence": run.last_sequence, "regions": regions, **beside}

    def _changed_regions(self, run: Run, shared: Shared) -> dict[str, str]:
        news, changed = self._news(run, shared), {}
        for region in self.regions(run):
            drawn = self._drawn.get(region.name)
            if drawn is None or region.is_touched(news, drawn):
                html = self._draw(region, run, shared)
                if html != drawn:
                    changed[region.name] = html
        return changed

    def _news(self, run: Run, shared: Shared) -> News:
        after = self._sequence
        return News(
            run=run,
            kinds=shared.once(("kinds", run.pk, after), lambda: _kinds_between(run, after)),
            candidates=lambda: shared.once(("moved", run.pk, after), lambda: _moved_since(run, after)),
            is_time=shared.time_of_seldom != self._seldom,
        )

    def viewer(self, role: Role) -> Hashable:
        """Return what the page depends on of who looks at it; those who are equal are shown the same."""
        return self.user.pk

    def asks(self, region: Region) -> Hashable:
        """Return what a region's context depends on beside the run; equal values share it."""
        return self.scope["path"], key_of(self.query)

    def sight(self, region: Region, role: Role) -> Hashable:
        """Return what a drawing depends on beside the context; equal values share one drawing."""
        return self.user.pk

    def _draw(self, region: Region, run: Run, shared: Shared) -> str:
        same = (region.template, run.pk, self.asks(region))
        context = partial(shared.once, ("context", same), lambda: region.context(run, self.query))
        key = ("region", same, self.sight(region, shared.roles(run)[self.user.pk]))
        return shared.once(key, lambda: draw(region, run, self.query, user=self.user, context=context()))


def _kinds_between(run: Run, after: int) -> frozenset[str]:
    news = run.events.filter(sequence__gt=after, sequence__lte=run.last_sequence).order_by()
    return frozenset(news.values_list("kind", flat=True).distinct())


def _moved_since(run: Run, after: int) -> list[MovedCandidate]:
    moved = run.candidates.filter(last_sequence__gt=after).order_by()
    return [MovedCandidate._make(values) for values in moved.values_list(*MovedCandidate._fields)]


class RunConsumer(RegionsConsumer):
    """The socket of a run's page: its regions, the points of its curve, and its title."""

    def regions(self, run: Run) -> list[Region]:
        return regions_of(self.query)

    def asks(self, region: Region) -> Hashable:
        """Only parts of a tab read the query string."""
        return key_of(self.query) if region.tab else ()

    def viewer(self, role: Role) -> Hashable:
        """Of a person it counts alone what they may do."""
        return role

    def sight(self, region: Region, role: Role) -> Hashable:
        """Of what they may do it counts alone what is offered."""
        return tuple(role in ROLES_WITH[right] for right in region.offers)

    def shows(self) -> Hashable:
        return current_tab(self.query), self.query.get("rule", "")

    def beside(self, run: Run, *, after: int) -> Frame:
        beside: Frame = {"state": run.state, "title": f"{run.get_state_display()} · {run.name}"}
        match current_tab(self.query):
            case "overview":
                beside["points"] = points_json(curve_after(run, after, until=run.last_sequence))
            case "map":
                beside["map"] = moved_points(run, self.query.get("rule", ""), after=after)
        return beside

    def is_news(self, beside: Frame) -> bool:
        return bool(beside.get("points") or beside.get("map", {}).get("points"))


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

    seconds_between_frames = 2 * BEAT
    right = Right.SEE

    def prepare(self) -> None:
        self._projects = self._find_projects()

    def wants(self, moved: Moved) -> bool:
        return moved.project_id in self._projects

    def frame(self, shared: Shared) -> Frame | None:
        # At every look, because people join and leave projects while a page is open.
        self._projects = shared.once(("projects", self.user.pk, self.right), self._find_projects)
        return self.wide_frame(shared)

    def wide_frame(self, shared: Shared) -> Frame | None:
        """Read and draw what the page lacks; None for nothing."""
        raise NotImplementedError

    def _find_projects(self) -> frozenset[int]:
        return frozenset(projects_with(self.user, self.right))


class WholeConsumer(WideConsumer):
    """A socket of a page with one region."""

    region = ""

    def prepare(self) -> None:
        super().prepare()
        self._drawn = ""

    def html(self) -> str:
        """Draw the region."""
        raise NotImplementedError

    def wide_frame(self, shared: Shared) -> Frame | None:
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

    def wants(self, moved: Moved) -> bool:
        # Every open page has this socket: it must not go to the database at each event of each run.
        return moved.reviews and super().wants(moved)

    def wide_frame(self, shared: Shared) -> Frame | None:
        asked = shared.once("projects that ask", lambda: Review.objects.pending().projects())
        # Counted once for all pages that a person has open, and not at all where nothing can wait for them.
        waiting = (
            shared.once(("waiting", self.user.pk), lambda: Review.objects.waiting_for(self.user).count())
            if self._projects & asked
            else 0
        )
        if waiting == self._sent:
            return None
        self._sent = waiting
        return {"reviews": waiting}
