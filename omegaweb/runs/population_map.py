"""The map of a run: its candidates as points, and why each is kept, as it happened or by another rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator

from omegaweb.engine.rules import RULES, Measure, survivors
from omegaweb.runs.diffs import diff_contents
from omegaweb.runs.lineage import lineage_of
from omegaweb.runs.map_points import (
    LABELS,
    STORIES,
    Point,
    as_it_happened,
    by_rule,
    contestants,
    flags_on_map,
    interest,
    numbered,
    read_points,
    told,
)
from omegaweb.runs.models import Run
from omegaweb.runs.wording import two_figures

AS_IT_HAPPENED = ""
#: What a person may look at → its label.
VIEWS = {AS_IT_HAPPENED: "As it happened", "dns": "Radius", "dns-rank": "Rank", "ga": "Genetic"}


@dataclass(frozen=True, kw_only=True)
class PopulationMap:
    """All candidates of a run under one view."""

    view: str
    measure: Measure
    is_over: bool  # the run
    points: list[Point]  # in the order of their interest

    @cached_property
    def placed(self) -> list[Point]:
        return [point for point in self.points if point.is_placed]

    @property
    def lacks_places(self) -> bool:
        """Whether there are candidates, and the run has told of none where it lies: it does so as epochs end."""
        return bool(self.points) and not self.placed

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """How many there are of each kind: kind, label, number."""
        found = Counter(point.kind for point in self.points)
        return [(kind, label, found[kind]) for kind, label in LABELS.items() if found[kind]]

    @cached_property
    def stories(self) -> dict[str, str]:
        """The stories with what all candidates share filled in."""
        shared = {"radius": two_figures(self.measure.radius), "size": str(self.measure.size)}
        return {code: told(story, shared) for code, story in STORIES.items()}

    def story(self, point: Point) -> str:
        """Return why a candidate is kept or dropped, in words."""
        apart = "?" if point.distance is None else two_figures(point.distance)
        by = "?" if point.by is None else str(point.by)
        return told(self.stories[point.code], {"by": by, "distance": apart})


def population_map(run: Run, view: str) -> PopulationMap:
    """Return the map of a run; an unknown view shows it as it happened."""
    view = view if view in RULES else AS_IT_HAPPENED
    measure, reads = Measure.of(run), read_points(run)
    if view == AS_IT_HAPPENED:
        points = list(map(as_it_happened, reads))
    else:
        survived = survivors(contestants(run, reads), view, measure)
        points = [by_rule(each, survived.get(each.number), view) for each in reads]
    points.sort(key=interest)
    return PopulationMap(view=view, measure=measure, is_over=run.run_state.is_over, points=points)


def map_figure(run: Run, shown: PopulationMap) -> dict[str, Any]:
    """Return what the page draws."""
    return {
        "points": [point.to_json() for point in sorted(shown.placed)],
        "stories": shown.stories,
        "labels": LABELS,
        "empty": "No candidate has a place" if shown.is_over else "No candidate has a place yet",
        "flags": flags_on_map(run),
    }


def moved_points(run: Run, view: str, *, after: int) -> dict[str, Any]:
    """Return the points that a page lacks, and all flags.

    What would become of a candidate by a rule depends on all others, so under a rule these are all points.
    """
    moved = read_points(run, after=after)
    if view in RULES and moved:
        points = population_map(run, view).placed
    else:
        points = [point for point in map(as_it_happened, moved) if point.is_placed]
    return {"points": [point.to_json() for point in points], "flags": flags_on_map(run) if points else {}}


def map_page(run: Run, query: Mapping[str, str], *, rows_on_a_page: int) -> dict[str, Any]:
    """Return what the region "map-text" shows: `rule` and `page` of a query string."""
    shown = population_map(run, query.get("rule", AS_IT_HAPPENED))
    page: Page[Point] = Paginator(shown.points, rows_on_a_page).get_page(query.get("page"))
    points = list(page.object_list)
    listed = run.candidates.filter(number__in=[point.number for point in points])
    candidates = numbered(listed.defer("content", "reasoning", "evidence"))
    return {
        "map": shown,
        "views": VIEWS,
        "radius": two_figures(shown.measure.radius),
        "page": page,
        "rows": [(point, candidates[point.number], shown.story(point)) for point in points],
        # Put together here: the tag that does it takes a millisecond for each of a hundred links.
        "pin": "?" + urlencode({**{name: value for name, value in query.items() if name != "pin"}, "pin": ""}),
    }


def pinned_on(run: Run, number: str) -> dict[str, Any]:
    """Return what the region "map-pinned" shows: a candidate by its number, and what it changed."""
    found = run.candidates.select_related("fate_by").filter(number=number).first() if number.isdecimal() else None
    if found is None:
        return {"pinned": None}
    origins = lineage_of(found).origins
    parent = origins[0] if origins else None
    diff = diff_contents(parent.content, found.content) if parent is not None else None
    return {"pinned": found, "pinned_parent": parent, "pinned_diff": diff}
