"""The marks of a run's map: where each candidate lies, what became of it and why, as plain values.

A run has thousands of them, and all are read for one picture, so they are neither rows of the database nor dataclasses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from omegaweb.engine.places import place_by_words
from omegaweb.engine.rules import Contestant, Survival
from omegaweb.runs.flags import flag_label
from omegaweb.runs.models import Candidate, CandidateState, Placement, Run
from omegaweb.runs.wording import two_figures

#: Where a candidate stands → the kind of its mark.
KINDS = {
    CandidateState.IN_POPULATION.value: "kept",
    CandidateState.DROPPED.value: "dropped",
    CandidateState.WAITING.value: "waiting",
    CandidateState.PROPOSED.value: "open",
    CandidateState.SCORED.value: "open",
    CandidateState.STEP.value: "step",
    CandidateState.REJECTED.value: "refused",
    CandidateState.EDITED.value: "refused",
}
LABELS = {
    "kept": "Kept",
    "undecided": "Undecided",
    "dropped": "Dropped",
    "waiting": "Waiting for review",
    "open": "Not decided",
    "step": "Step of a rewrite",
    "refused": "Rejected or edited",
    "aside": "Would not compete",
}
#: States in which a candidate may compete, and those of which a competition told why.
COMPETING = (CandidateState.IN_POPULATION.value, CandidateState.SCORED.value, CandidateState.DROPPED.value)
TOLD = (CandidateState.IN_POPULATION.value, CandidateState.DROPPED.value)
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
    "run_ended": "the run ended before anything was decided about its place",
    "aside": "would not compete: it lost its race, was turned down, or has no score",
    **{state.value: state.label.lower() for state in CandidateState},
    "step": "a step on the way to #{by}",
    "scored": "scored; it competes at the end of the epoch",
}


class Read(NamedTuple):
    """What is read of a candidate."""

    number: int
    state: str
    reward: float | None
    n: int  # rows behind it
    fate: str
    by: int | None  # number of the one that took its place
    distance: float | None
    x: float | None  # None: it has no place yet
    y: float | None


class Point(NamedTuple):
    """A mark, or a candidate that has no place yet."""

    number: int
    x: float | None
    y: float | None
    n: int  # rows behind it
    reward: float | None
    kind: str
    code: str  # of its story
    by: int | None
    distance: float | None

    @property
    def is_placed(self) -> bool:
        return self.x is not None

    def to_json(self) -> list[Any]:
        """Return what a mark is drawn from: number, x, y, n, reward, kind, story, by, distance."""
        number, x, y, count, reward, kind, code, by, distance = self
        apart = "" if distance is None else two_figures(distance)
        place = (None, None) if x is None or y is None else (round(x, 4), round(y, 4))
        return [number, *place, count, None if reward is None else round(reward, 5), kind, code, by, apart]


def read_points(run: Run, *, after: int = 0) -> list[Read]:
    """Return what the map knows of the candidates that an event after this one was about; of all by default."""
    found = run.candidates.order_by("-number")
    if after:
        found = found.filter(last_sequence__gt=after)
    columns = ("number", "state", "reward", "count", "fate", "fate_by__number", "fate_distance")
    rows = found.values_list(*columns, "placement__x", "placement__y")
    reads = list(map(Read._make, rows))
    if any(read.x is None for read in reads) and place_by_words(run):
        reads = list(map(Read._make, rows.all()))
    return reads


def as_it_happened(read: Read) -> Point:
    """Return the mark of a candidate by what became of it in the run."""
    number, state, reward, count, fate, by, distance, x, y = read
    code = fate if state in TOLD and fate in STORIES else state
    was_overtaken = fate == "run_ended" and reward is not None  # as Candidate.was_overtaken
    kind = "undecided" if was_overtaken else KINDS[state]
    return Point(number, x, y, count, reward, kind, code, by, distance)


def by_rule(read: Read, survival: Survival | None, rule: str) -> Point:
    """Return the mark of a candidate by what would become of it; None for one that would not compete."""
    number, _, reward, count, _, _, _, x, y = read
    if survival is None:
        return Point(number, x, y, count, reward, "aside", "aside", None, None)
    code, distance = survival.reason, survival.distance
    if rule == "dns-rank" and code in ("ranked", "truncated"):
        code, distance = ("far" if survival.kept else "near"), survival.novelty
    elif rule == "ga" and code in ("ranked", "truncated"):
        code = "strong" if survival.kept else "weak"
    return Point(number, x, y, count, reward, "kept" if survival.kept else "dropped", code, survival.by, distance)


def contestants(run: Run, reads: Iterable[Read]) -> list[Contestant]:
    """Return who could compete: everyone scored on validation rows whom neither a race nor a person turned down."""
    vectors = dict(Placement.objects.filter(candidate__run=run).values_list("candidate__number", "vector"))
    return [
        Contestant(number=each.number, mean=each.reward, count=each.n, vector=vectors[each.number])
        for each in reads
        if each.reward is not None
        and each.number in vectors
        and each.state in COMPETING
        and each.fate not in NEVER_COMPETED
    ]


def flags_on_map(run: Run) -> dict[int, str]:
    """Return what was striking about placed candidates, by their numbers."""
    flagged = run.candidates.filter(flagged__gt=0, placement__isnull=False)
    return {each.number: flag_label(each) for each in flagged.only("number", "flags")}


def told(story: str, values: Mapping[str, str]) -> str:
    """Return a story with some of its gaps filled."""
    for name, value in values.items():
        story = story.replace(f"{{{name}}}", value)
    return story


def interest(point: Point) -> tuple[int, float, int]:
    """Return what sorts points: kept ones and those that might be, by reward, then who waits, then the newest."""
    if point.kind in ("kept", "undecided"):
        return (0 if point.kind == "kept" else 1), -(point.reward or 0.0), -point.number
    return (2 if point.kind == "waiting" else 3), 0.0, -point.number


def numbered(candidates: Iterable[Candidate]) -> dict[int, Candidate]:
    """Return candidates by their numbers."""
    return {each.number: each for each in candidates}
