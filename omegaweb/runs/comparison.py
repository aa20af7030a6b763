"""What a candidate did with each sample, beside what another one did with the same sample."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from omegaweb.runs.models import Candidate, SampleScore
from omegaweb.runs.sample_rows import rows_of
from omegaweb.runs.values import Value, shown_values

#: A reward from here on counts as a good answer.
GOOD_FROM = 0.5
SPLITS = ("validation", "test", "train")


class Outcome(StrEnum):
    """What became of one sample."""

    FIXED = "fixed"  # bad before, good now
    BROKEN = "broken"  # good before, bad now
    STILL_GOOD = "still_good"
    STILL_BAD = "still_bad"
    GOOD = "good"  # nothing to compare with
    BAD = "bad"  # nothing to compare with
    NOT_EVALUATED = "not_evaluated"  # this candidate was never asked

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


#: Beside the outcomes, people may ask for these.
ALL, FAILED, DIFFERENT = "all", "failed", "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One way to narrow the samples, with how many it leaves."""

    name: str
    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The outcome of every sample of one split, in order; the texts are read by :func:`samples_of`."""

    candidate: Candidate
    reference: Candidate | None
    split: str
    outcomes: Sequence[Outcome]
    failed: frozenset[int]  # samples this candidate has no answer for, because something went wrong
    mean_before: float | None = None  # of the reference, on the samples that both answered
    mean_after: float | None = None  # of the candidate, on the same

    @property
    def counts(self) -> Counter[Outcome]:
        return Counter(self.outcomes)

    @property
    def fixed(self) -> int:
        return self.counts[Outcome.FIXED]

    @property
    def broken(self) -> int:
        return self.counts[Outcome.BROKEN]

    @property
    def evaluated(self) -> int:
        return len(self.outcomes) - self.counts[Outcome.NOT_EVALUATED]

    @property
    def compared(self) -> int:
        """How many samples both answered."""
        paired = (Outcome.FIXED, Outcome.BROKEN, Outcome.STILL_GOOD, Outcome.STILL_BAD)
        return sum(self.counts[outcome] for outcome in paired)

    def indexes(self, name: str) -> list[int]:
        """Return the samples that a filter leaves, in order; an unknown filter leaves none."""
        if name == FAILED:
            return sorted(self.failed)
        if name == DIFFERENT:
            wanted: Iterable[Outcome] = (Outcome.FIXED, Outcome.BROKEN)
        elif name == ALL:
            wanted = [outcome for outcome in Outcome if outcome is not Outcome.NOT_EVALUATED]
        else:
            wanted = [outcome for outcome in Outcome if outcome == name]
        chosen = set(wanted)
        return [index for index, outcome in enumerate(self.outcomes) if outcome in chosen]

    def filters(self) -> list[Filter]:
        """Return the ways to narrow the samples; those that would leave nothing are left out."""
        found = [Filter(name=ALL, label="All evaluated", count=self.evaluated)]
        always = (Outcome.FIXED, Outcome.BROKEN) if self.compared else ()
        if self.compared:
            found.append(Filter(name=DIFFERENT, label="Different", count=self.fixed + self.broken))
        for outcome in Outcome:
            count = self.counts[outcome]
            # Failures are among the bad ones too, so they come last of what was evaluated.
            if outcome is Outcome.NOT_EVALUATED and self.failed:
                found.append(Filter(name=FAILED, label="Failed", count=len(self.failed)))
            if count or outcome in always:
                found.append(Filter(name=outcome.value, label=outcome.label, count=count))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One sample with everything there is to show."""

    index: int
    row: int | None  # in the table, from 1; None where the row is gone
    outcome: Outcome
    inputs: list[Value]
    targets: list[Value]
    before: SampleScore | None
    after: SampleScore | None

    @property
    def before_values(self) -> list[Value]:
        return shown_values(self.before.output if self.before else None)

    @property
    def after_values(self) -> list[Value]:
        return shown_values(self.after.output if self.after else None)

    @property
    def change(self) -> float | None:
        if self.before is None or self.after is None:
            return None
        return self.after.reward - self.before.reward


def evaluated_splits(candidate: Candidate) -> dict[str, int]:
    """Return how many samples of each split the candidate has answered, the telling ones first."""
    counted = Counter(candidate.scores.values_list("split", flat=True))
    return {split: counted[split] for split in SPLITS if counted[split]}


def compare(candidate: Candidate, reference: Candidate | None, split: str, *, size: int) -> Comparison:
    """Compare two candidates on each sample of a split.

    Args:
        candidate: the newer one.
        reference: the older one; None tells good from bad only.
        split: train, validation or test.
        size: how many samples the split has.
    """
    after = _rewards(candidate, split)
    before = _rewards(reference, split) if reference is not None else {}
    length = max(size, 1 + max((*after, -1)))
    outcomes = [_outcome(before.get(index), after.get(index)) for index in range(length)]
    failed = candidate.scores.filter(split=split, output__isnull=True).values_list("index", flat=True)
    both = before.keys() & after.keys()
    return Comparison(
        candidate=candidate,
        reference=reference,
        split=split,
        outcomes=outcomes,
        failed=frozenset(failed),
        mean_before=math.fsum(before[index] for index in both) / len(both) if both else None,
        mean_after=math.fsum(after[index] for index in both) / len(both) if both else None,
    )


def samples_of(comparison: Comparison, indexes: Sequence[int]) -> list[Sample]:
    """Read the texts, answers and feedback of some samples, in the given order."""
    rows = rows_of(comparison.candidate.run.dataset_version, comparison.split, indexes)
    after = _scores(comparison.candidate, comparison.split, indexes)
    before = _scores(comparison.reference, comparison.split, indexes) if comparison.reference else {}
    samples = []
    for index in indexes:
        row = rows.get(index)
        samples.append(
            Sample(
                index=index,
                row=None if row is None else row.position + 1,
                outcome=comparison.outcomes[index],
                inputs=shown_values(row.inputs if row else {}),
                targets=shown_values(row.targets if row else {}),
                before=before.get(index),
                after=after.get(index),
            )
        )
    return samples


def _rewards(candidate: Candidate, split: str) -> dict[int, float]:
    return dict(candidate.scores.filter(split=split).values_list("index", "reward"))


def _scores(candidate: Candidate, split: str, indexes: Sequence[int]) -> dict[int, SampleScore]:
    return {score.index: score for score in candidate.scores.filter(split=split, index__in=indexes)}


def _outcome(before: float | None, after: float | None) -> Outcome:
    if after is None:
        return Outcome.NOT_EVALUATED
    good = after >= GOOD_FROM
    if before is None:
        return Outcome.GOOD if good else Outcome.BAD
    if before >= GOOD_FROM:
        return Outcome.STILL_GOOD if good else Outcome.BROKEN
    return Outcome.FIXED if good else Outcome.STILL_BAD
