"""What came of each run that is compared, and why some of their rewards must not be."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from omegaweb.runs.compared.choice import Chosen
from omegaweb.runs.models import Run
from omegaweb.runs.result import Estimate
from omegaweb.runs.settings_words import reward_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One row of the table of final figures."""

    chosen: Chosen
    baseline: Estimate | None  # on validation rows, like the best
    best: Estimate | None
    test: Estimate | None  # the winner's, on rows that no earlier step touched

    @property
    def is_best_baseline(self) -> bool:
        run = self.chosen.run
        return run.best_id is not None and run.best_id == run.baseline_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Something that runs must share for their rewards to compare, and do not."""

    title: str
    text: str
    groups: tuple[tuple[str, str], ...]  # (letters, what they have)


def figures_of(chosen: Sequence[Chosen]) -> list[Figures]:
    """Return the final figures, or where a run goes on, those so far."""
    return [
        Figures(
            chosen=each,
            baseline=_estimate(each.run, "baseline"),
            best=_estimate(each.run, "best"),
            test=Estimate.of_payload(each.run.result["winner"]) if each.run.result else None,
        )
        for each in chosen
    ]


def clashes(chosen: Sequence[Chosen]) -> list[Clash]:
    """Return why rewards do not compare; nothing where they do."""
    if datasets := _groups(chosen, lambda run: run.dataset_version.dataset_id, _dataset):
        found = [
            Clash(
                title="Different datasets",
                text="Rewards on different questions do not compare. "
                "Only the gain of each run over its own baseline does, and that loosely.",
                groups=datasets,
            )
        ]
    elif versions := _groups(chosen, lambda run: run.dataset_version_id, _version):
        found = [
            Clash(
                title="Different versions of a dataset",
                text="The rows, or how they are split, are not the same: a difference may come from the rows alone.",
                groups=versions,
            )
        ]
    else:
        found = []
    if rewards := _groups(chosen, _rewarded, lambda run: reward_in_words(run.choices)):
        found.append(
            Clash(
                title="Different rewards",
                text="The same answer earns something else in each: a higher number need not be a better answer.",
                groups=rewards,
            )
        )
    return found


def _estimate(run: Run, role: str) -> Estimate | None:
    candidate = run.baseline if role == "baseline" else run.best
    return Estimate.of_candidate(candidate) if candidate is not None else None


def _groups(
    chosen: Sequence[Chosen], key: Callable[[Run], object], words: Callable[[Run], str]
) -> tuple[tuple[str, str], ...]:
    """Return the letters of the runs that share a key, with the words for it; nothing where all do."""
    letters: dict[object, list[str]] = {}
    said: dict[object, str] = {}
    for each in chosen:
        shared = key(each.run)
        letters.setdefault(shared, []).append(each.letter)
        said.setdefault(shared, words(each.run))
    if len(letters) < 2:
        return ()
    return tuple((", ".join(group), said[shared]) for shared, group in letters.items())


def _rewarded(run: Run) -> object:
    """What decides the reward of an answer."""
    choices = run.choices
    judge = (choices.models.judge or choices.models.task) if choices.reward.kind == "judge" else ""
    embedding = choices.models.embedding if choices.reward.kind == "similarity" else ""
    return json.dumps(asdict(choices.reward), sort_keys=True), judge, embedding


def _dataset(run: Run) -> str:
    return run.dataset_version.dataset.name


def _version(run: Run) -> str:
    return f"{_dataset(run)}, version {run.dataset_version.number}"
