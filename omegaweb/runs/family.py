"""The family of a run's candidates: who was made from whom, the path to the best, and what is folded away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from omegaweb.runs.models import Candidate, CandidateState, Run

#: Families of up to so many candidates are shown whole.
SHOWN_WHOLE = 40
#: Folded candidates that are shown at once when somebody unfolds them.
UNFOLDED = 60
#: These are shown in any case, with everybody they come from.
ALIVE = (CandidateState.IN_POPULATION, CandidateState.WAITING, CandidateState.SCORED, CandidateState.PROPOSED)
LOST_RACE = ("mends_nothing", "fell_behind", "no_clear_lead")


@dataclass(slots=True, kw_only=True)
class Relative:
    """One candidate in its family. Steps of a rewrite are passed over and only counted."""

    candidate: Candidate
    origins: list[int] = field(default_factory=list)  # numbers; the first is the one that was rewritten
    steps: int = 0  # rewritings between them and it
    generation: int = 0  # 0: the start

    @property
    def number(self) -> int:
        return self.candidate.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Candidates that are not shown, beside the one they descend from."""

    below: int  # number of that one
    numbers: list[int]
    lost: bool  # all of them lost their race

    @property
    def label(self) -> str:
        return f"and {len(self.numbers)} that fell behind" if self.lost else f"and {len(self.numbers)} more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What of a family is shown."""

    relatives: dict[int, Relative]  # all, by number, oldest first
    shown: list[Relative]
    folds: list[Fold]
    best_path: list[int]  # from the start to the best
    unfolded: int | None = None  # whose descendants are shown on demand

    @property
    def hidden(self) -> int:
        return len(self.relatives) - len(self.shown)


def family_of(run: Run, unfolded: str = "") -> Family:
    """Return the family of a run's candidates.

    Args:
        run: the run.
        unfolded: number of the candidate whose folded descendants are wanted too.
    """
    relatives = _relatives(run)
    path = _path_to(run.best.number if run.best else None, relatives)
    shown = _always_shown(relatives, path)
    folds = _folds(relatives, shown)
    wanted = int(unfolded) if unfolded.isdecimal() and int(unfolded) in folds else None
    if wanted is not None:
        shown |= set(folds[wanted][:UNFOLDED])
        folds = _folds(relatives, shown)
    return Family(
        relatives=relatives,
        shown=[relatives[number] for number in sorted(shown)],
        folds=[_fold(below, numbers, relatives) for below, numbers in sorted(folds.items())],
        best_path=path,
        unfolded=wanted,
    )


def _relatives(run: Run) -> dict[int, Relative]:
    """Return all candidates but steps, oldest first; a parent is always older than its child."""
    fields = ("run_id", "number", "state", "fate", "operator", "reward", "count")
    edges = Candidate.parents.through.objects.filter(from_candidate__run=run).order_by("pk")
    parents: dict[int, list[int]] = defaultdict(list)
    for child, parent in edges.values_list("from_candidate__number", "to_candidate__number"):
        parents[child].append(parent)
    relatives: dict[int, Relative] = {}
    steps: dict[int, Relative] = {}
    for candidate in run.candidates.only(*fields).order_by("number"):
        relative = _relative(candidate, parents[candidate.number], relatives, steps)
        (steps if candidate.state == CandidateState.STEP else relatives)[candidate.number] = relative
    return relatives


def _relative(
    candidate: Candidate, parents: Iterable[int], relatives: Mapping[int, Relative], steps: Mapping[int, Relative]
) -> Relative:
    origins: dict[int, None] = {}
    passed = 0
    for parent in parents:
        if parent in steps:
            origins |= dict.fromkeys(steps[parent].origins)
            passed = max(passed, steps[parent].steps + 1)
        elif parent in relatives:
            origins[parent] = None
    generation = 1 + max((relatives[origin].generation for origin in origins), default=-1)
    return Relative(candidate=candidate, origins=list(origins), steps=passed, generation=generation)


def _path_to(best: int | None, relatives: Mapping[int, Relative]) -> list[int]:
    path: list[int] = []
    ahead = best
    while ahead is not None and ahead in relatives:
        path.append(ahead)
        ahead = relatives[ahead].origins[0] if relatives[ahead].origins else None
    return path[::-1]


def _always_shown(relatives: Mapping[int, Relative], path: Iterable[int]) -> set[int]:
    if len(relatives) <= SHOWN_WHOLE:
        return set(relatives)
    roots = {number for number, relative in relatives.items() if not relative.origins}
    open_ = [*path, *roots, *(number for number, each in relatives.items() if each.candidate.state in ALIVE)]
    shown: set[int] = set()
    while open_:
        number = open_.pop()
        if number not in shown:
            shown.add(number)
            open_.extend(relatives[number].origins)
    return shown


def _folds(relatives: Mapping[int, Relative], shown: set[int]) -> dict[int, list[int]]:
    """Return the hidden ones by the nearest shown one they descend from; parents come before their children."""
    owners: dict[int, int] = {}
    folds: dict[int, list[int]] = defaultdict(list)
    for number, relative in relatives.items():
        if number in shown:
            continue
        origin = relative.origins[0]
        owners[number] = origin if origin in shown else owners[origin]
        folds[owners[number]].append(number)
    return folds


def _fold(below: int, numbers: list[int], relatives: Mapping[int, Relative]) -> Fold:
    lost = all(relatives[number].candidate.fate in LOST_RACE for number in numbers)
    return Fold(below=below, numbers=numbers, lost=lost)
