"""The map of a run: its candidates as points, and why each is kept, as it happened or by another rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator

from omegaweb.engine.rules import RULES, Contestant, Measure, Survival, survivors
from omegaweb.runs.diffs import diff_contents
from omegaweb.runs.flags import flag_label
from omegaweb.runs.lineage import lineage_of
from omegaweb.runs.models import Candidate, CandidateState, Placement, Run
from omegaweb.runs.wording import two_figures

AS_IT_HAPPENED = ""
#: What a person may look at → its label.
VIEWS = {AS_IT_HAPPENED: "As it happened", "dns": "Radius", "dns-rank": "Rank", "ga": "Genetic"}

#: Where a candidate stands → the kind of its mark.
KINDS = {
    CandidateState.IN_POPULATION: "kept",
    CandidateState.DROPPED: "dropped",
    CandidateState.WAITING: "waiting",
    CandidateState.PROPOSED: "open",
    CandidateState.SCORED: "open",
    CandidateState.STEP: "step",
    CandidateState.REJECTED: "refused",
    CandidateState.EDITED: "refused",
}
LABELS = {
    "kept": "Kept",
    "dropped": "Dropped",
    "waiting": "Waiting for review",
    "open": "Not decided",
    "step": "Step of a rewrite",
    "refused": "Rejected or edited",
    "aside": "Would not compete",
}
#: Reasons for which a candidate left before it ever competed, or for good.
NEVER_COMPETED = (
    "mends_nothing",
    "fell_behind",
    "no_clear_lead",
    "flagged",
    "clone",
    "left_out",
    "not_paid",
    "run_ended",
)

#: Why it is so, for a rule or a state; {by} and {distance} are filled in for each candidate.
STORIES = {
    "fittest": "kept: nothing is fitter",
    "only_one": "kept: it is the only one",
    "not_dominated": "kept: nothing fitter within {radius}",
    "ranked": "kept: its rank is high enough",
    "far": "kept: {distance} from the nearest fitter ones on average, one of the {size} farthest",
    "near": "dropped: only {distance} from the nearest fitter ones on average; {size} lie farther",
    "strong": "kept: one of the {size} fittest",
    "weak": "dropped: {size} are fitter",
    "dominated": "dropped: #{by} is fitter and {distance} away",
    "truncated": "dropped: the population was full",
    "clone": "dropped: it says the same as #{by}",
    "replaced": "dropped: #{by} took its place",
    "mends_nothing": "dropped: it mended nothing of what #{by} failed on",
    "fell_behind": "dropped: it fell behind #{by}",
    "no_clear_lead": "dropped: no clear lead over #{by}",
    "flagged": "dropped: not scored, because it was flagged",
    "left_out": "dropped: nobody had decided when the run ended without it",
    "interrupted": "dropped: given up when the run was interrupted",
    "not_paid": "dropped: the budget did not pay its score",
    "run_ended": "dropped: given up because the run ended",
    "aside": "would not compete: it lost its race, was turned down, or has no score",
    **{state.value: state.label.lower() for state in CandidateState},
    "step": "a step on the way to #{by}",
    "scored": "scored; it competes at the end of the epoch",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A candidate on the map, or one that has no place yet."""

    candidate: Candidate
    place: tuple[float, float] | None
    kind: str
    code: str  # of its story
    by: int | None = None
    distance: float | None = None

    @property
    def is_flagged(self) -> bool:
        return self.candidate.flagged > 0

    def to_json(self) -> list[Any]:
        """Return what a mark is drawn from: number, x, y, n, reward, kind, story, by, distance."""
        x, y = self.place or (0.0, 0.0)
        reward = None if self.candidate.reward is None else round(self.candidate.reward, 3)
        apart = "" if self.distance is None else two_figures(self.distance)
        shown = (self.candidate.number, round(x, 4), round(y, 4), self.candidate.count, reward)
        return [*shown, self.kind, self.code, self.by, apart]


@dataclass(frozen=True, kw_only=True)
class PopulationMap:
    """All candidates of a run under one view."""

    view: str
    measure: Measure
    is_over: bool  # the run
    points: list[Point]  # kept ones first, the best of them before the others; then the newest

    @cached_property
    def placed(self) -> list[Point]:
        return [point for point in self.points if point.place is not None]

    @property
    def unplaced(self) -> int:
        return len(self.points) - len(self.placed)

    @property
    def predates_places(self) -> bool:
        """Whether it is of a run that is over and never told where any of its candidates lies."""
        return self.is_over and bool(self.points) and not self.placed

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """How many there are of each kind: kind, label, number."""
        found = Counter(point.kind for point in self.points)
        return [(kind, label, found[kind]) for kind, label in LABELS.items() if found[kind]]

    @cached_property
    def stories(self) -> dict[str, str]:
        """The stories with what all candidates share filled in."""
        shared = {"radius": two_figures(self.measure.radius), "size": str(self.measure.size)}
        return {code: _filled(story, shared) for code, story in STORIES.items()}

    def story(self, point: Point) -> str:
        """Return why a candidate is kept or dropped, in words."""
        apart = "?" if point.distance is None else two_figures(point.distance)
        by = "?" if point.by is None else str(point.by)
        return _filled(self.stories[point.code], {"by": by, "distance": apart})

    def figure(self) -> dict[str, Any]:
        """Return what the page draws."""
        return {
            "points": [point.to_json() for point in sorted(self.placed, key=_number)],
            "stories": self.stories,
            "labels": LABELS,
            "empty": "No candidate has a place" if self.is_over else "No candidate has a place yet",
            "flags": {point.candidate.number: flag_label(point.candidate) for point in self.placed if point.is_flagged},
        }


def population_map(run: Run, view: str) -> PopulationMap:
    """Return the map of a run; an unknown view shows it as it happened."""
    measure = Measure.of(run)
    candidates = list(run.candidates.only(*_COLUMNS).order_by("-number"))
    # Looked up here: fetched with each row, it would be another two thousand objects of which one number is read.
    numbers: dict[int | None, int] = {each.pk: each.number for each in candidates}
    places = {key: (x, y) for key, x, y in _placements(run).values_list("candidate_id", "x", "y")}
    if view not in RULES:
        points = [_as_it_happened(each, places.get(each.pk), numbers.get(each.fate_by_id)) for each in candidates]
        return PopulationMap(
            view=AS_IT_HAPPENED, measure=measure, is_over=run.run_state.is_over, points=sorted(points, key=_interest)
        )
    survived = survivors(_contestants(run, candidates), view, measure)
    points = [_by_rule(each, places.get(each.pk), survived.get(each.number), view) for each in candidates]
    return PopulationMap(
        view=view, measure=measure, is_over=run.run_state.is_over, points=sorted(points, key=_interest)
    )


def map_page(run: Run, query: Mapping[str, str], *, rows_on_a_page: int) -> dict[str, Any]:
    """Return what the region "map-text" shows: `rule` and `page` of a query string."""
    shown = population_map(run, query.get("rule", AS_IT_HAPPENED))
    page: Page[Point] = Paginator(shown.points, rows_on_a_page).get_page(query.get("page"))
    return {
        "map": shown,
        "views": VIEWS,
        "radius": two_figures(shown.measure.radius),
        "page": page,
        "rows": [(point, shown.story(point)) for point in page.object_list],
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


_COLUMNS = (
    *("run_id", "number", "state", "operator", "reward", "count", "low", "high"),
    *("flags", "flagged"),
    *("novelty", "fate", "fate_distance", "fate_by_id"),
)


def _placements(run: Run) -> Any:
    return Placement.objects.filter(candidate__run=run)


def _contestants(run: Run, candidates: Iterable[Candidate]) -> list[Contestant]:
    """Return who could compete: everyone scored on validation rows whom neither a race nor a person turned down."""
    vectors = dict(_placements(run).values_list("candidate_id", "vector"))
    return [
        Contestant(number=each.number, mean=each.reward, count=each.count, vector=vectors[each.pk])
        for each in candidates
        if each.reward is not None
        and each.pk in vectors
        and each.state in (CandidateState.IN_POPULATION, CandidateState.SCORED, CandidateState.DROPPED)
        and each.fate not in NEVER_COMPETED
    ]


def _as_it_happened(candidate: Candidate, place: tuple[float, float] | None, by: int | None) -> Point:
    state = CandidateState(candidate.state)
    told = candidate.fate if state in (CandidateState.IN_POPULATION, CandidateState.DROPPED) else ""
    return Point(
        candidate=candidate,
        place=place,
        kind=KINDS[state],
        code=told if told in STORIES else state.value,
        by=by,
        distance=candidate.fate_distance,
    )


def _by_rule(candidate: Candidate, place: tuple[float, float] | None, survival: Survival | None, rule: str) -> Point:
    if survival is None:
        return Point(candidate=candidate, place=place, kind="aside", code="aside")
    code, distance = survival.reason, survival.distance
    if rule == "dns-rank" and code in ("ranked", "truncated"):
        code, distance = ("far" if survival.kept else "near"), survival.novelty
    elif rule == "ga" and code in ("ranked", "truncated"):
        code = "strong" if survival.kept else "weak"
    kind = "kept" if survival.kept else "dropped"
    return Point(candidate=candidate, place=place, kind=kind, code=code, by=survival.by, distance=distance)


def _number(point: Point) -> int:
    return point.candidate.number


def _interest(point: Point) -> tuple[int, float, int]:
    """Kept ones first by reward, then those that wait for a person, then the newest."""
    candidate = point.candidate
    order = {"kept": 0, "waiting": 1}.get(point.kind, 2)
    return order, -(candidate.reward or 0.0) if point.kind == "kept" else 0.0, -candidate.number


def _filled(story: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        story = story.replace(f"{{{name}}}", value)
    return story
