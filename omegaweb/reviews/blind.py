"""Blind comparison: both answers to a sample are shown in random order and without names, until all are judged."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from omegaweb.accounts.models import User
from omegaweb.reviews.models import Review
from omegaweb.reviews.pick_models import PairwisePick, Pick
from omegaweb.runs.lineage import lineage_of
from omegaweb.runs.models import Candidate, SampleScore
from omegaweb.runs.sample_rows import rows_of
from omegaweb.runs.values import Value, shown_values

#: Samples that one person is asked about in one review.
MOST_PAIRS = 10
#: Always rows that candidates are chosen by: the test rows stay sealed, and training rows are few.
SPLIT = "validation"
#: What the page sends → whether it names an answer by its place.
FIRST, SECOND = "first", "second"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One sample with both answers; which is whose is told by `candidate_first`, which the page does not show."""

    index: int
    candidate_first: bool
    candidate: SampleScore
    reference: SampleScore
    inputs: list[Value]
    targets: list[Value]

    @property
    def first(self) -> list[Value]:
        return shown_values((self.candidate if self.candidate_first else self.reference).output)

    @property
    def second(self) -> list[Value]:
        return shown_values((self.reference if self.candidate_first else self.candidate).output)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One sample after the names were shown."""

    pair: Pair
    pick: Pick


@dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """Where one person stands in the comparison of a candidate with its parent."""

    reference: Candidate
    indexes: Sequence[int]  # of the samples to judge, in this person's order
    picks: dict[int, PairwisePick]  # by sample

    @property
    def asked(self) -> list[int]:
        return [index for index in self.indexes if index not in self.picks]

    @property
    def is_over(self) -> bool:
        return not self.asked

    @property
    def place(self) -> int:
        return len(self.indexes) - len(self.asked) + 1

    @property
    def tally(self) -> Counter[str]:
        return Counter(pick.pick for pick in self.picks.values())

    @property
    def judged(self) -> int:
        return len(self.picks) - self.tally[Pick.SKIPPED]


def blind_of(review: Review, user: User) -> Blind | None:
    """Return the comparison with the first parent, or None where no sample has two different answers.

    The steps of a rewrite are passed over: they answered training rows only, and people approve the whole of it.
    """
    origins = lineage_of(review.candidate).origins
    if not origins:
        return None
    reference = origins[0]
    picks = {pick.index: pick for pick in review.picks.filter(person=user, split=SPLIT)}
    order = sorted(_differing(review.candidate, reference), key=lambda index: _draw(review, user, f"order {index}"))
    # More samples may have been answered since; what was judged stays.
    indexes = [*picks, *(index for index in order if index not in picks)][: max(MOST_PAIRS, len(picks))]
    return Blind(reference=reference, indexes=indexes, picks=picks) if indexes else None


def pairs_of(review: Review, user: User, blind: Blind, indexes: Sequence[int]) -> list[Pair]:
    """Read both answers to some samples."""
    rows = rows_of(review.run.dataset_version, SPLIT, indexes)
    after, before = (_scores(one, indexes) for one in (review.candidate, blind.reference))
    return [
        Pair(
            index=index,
            candidate_first=_draw(review, user, f"side {index}") < 0.5,
            candidate=after[index],
            reference=before[index],
            inputs=shown_values(rows[index].inputs if index in rows else {}),
            targets=shown_values(rows[index].targets if index in rows else {}),
        )
        for index in indexes
        if index in after and index in before
    ]


def pick(review: Review, user: User, *, index: int, choice: str) -> bool:
    """Keep what a person prefers; False where this sample is not in question, or was judged already.

    Args:
        review: of the candidate.
        user: who judges.
        index: of the sample.
        choice: "first", "second", "same" or "unsure".

    Raises:
        ValueError: there is no such choice.
    """
    if choice not in (FIRST, SECOND, Pick.SAME, Pick.UNSURE):
        raise ValueError(f"choice {choice!r} is none of first, second, same, unsure")
    blind = blind_of(review, user)
    if blind is None or index not in blind.asked:
        return False
    pair = pairs_of(review, user, blind, [index])[0]
    if choice in (FIRST, SECOND):
        meant = Pick.CANDIDATE if (choice == FIRST) == pair.candidate_first else Pick.REFERENCE
    else:
        meant = Pick(choice)
    return _keep(review, user, blind, pair, meant)


def reveal(review: Review, user: User) -> None:
    """Show the names now: what was not judged is left out for good, as it could not be judged blindly any more."""
    blind = blind_of(review, user)
    for pair in pairs_of(review, user, blind, blind.asked) if blind is not None else ():
        assert blind is not None
        _keep(review, user, blind, pair, Pick.SKIPPED)


def revealed(review: Review, user: User, blind: Blind) -> list[Judged]:
    """Return what was judged, with the names."""
    judged = [index for index, kept in blind.picks.items() if kept.pick != Pick.SKIPPED]
    return [
        Judged(pair=pair, pick=Pick(blind.picks[pair.index].pick)) for pair in pairs_of(review, user, blind, judged)
    ]


def _keep(review: Review, user: User, blind: Blind, pair: Pair, meant: Pick) -> bool:
    try:
        with transaction.atomic():
            review.picks.create(
                person=user,
                reference=blind.reference.number,
                split=SPLIT,
                index=pair.index,
                candidate_first=pair.candidate_first,
                pick=meant,
                reward=pair.candidate.reward,
                reference_reward=pair.reference.reward,
            )
    except IntegrityError:  # the button was pressed twice, or in two tabs
        return False
    return True


def _differing(candidate: Candidate, reference: Candidate) -> list[int]:
    """The samples that both have answered, and not alike."""
    before = dict(_answered(reference))
    return [index for index, output in _answered(candidate) if index in before and before[index] != output]


def _answered(candidate: Candidate) -> list[tuple[int, object]]:
    answered = candidate.scores.filter(split=SPLIT, output__isnull=False)
    return list(answered.order_by("index").values_list("index", "output"))


def _scores(candidate: Candidate, indexes: Sequence[int]) -> dict[int, SampleScore]:
    return {score.index: score for score in candidate.scores.filter(split=SPLIT, index__in=indexes)}


def _draw(review: Review, user: User, purpose: str) -> float:
    """A number in [0, 1) that is the same at every look, so that loading the page again tells nothing."""
    digest = hashlib.sha256(f"{review.pk} {user.pk} {purpose}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64
