"""The law of the race: a child is compared with its parent on the same validation samples, most telling ones first.

1. The samples that the parent fails come first, among them those whose target the evidence was about: there the
   child can win. Then come the others: there it can only lose what it won.
2. After every minibatch the child must be ahead, summed over the samples asked so far, and be so at the end if it goes
   on losing as it did; else it is dropped. So a child that mends nothing costs one minibatch.
3. A child that is ahead at the end wins if its lead is half a standard deviation or more: with paired differences
   ``d``, ``Σd / √Σd² ≥ 1/2``. For right and wrong answers that is ``(mended − broken) / √(mended + broken)``, McNemar's
   statistic without its square: two mended and one broken are enough, five mended and four broken are not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence

from optimizer_core.data.dataset import Sample
from optimizer_core.training.measuring import Answered

#: The least lead, in standard deviations of chance. Low on purpose: a third of the children that are no better pass,
#: and the rank, later races and the test sort them out; a high bar would lose most small steps forward.
LEAST_LEAD = 0.5


def in_race_order(
    race: Sequence[Sample],
    *,
    failed: Collection[str],
    unknown: Collection[str],
    mended: Collection[str],
    target_of: Callable[[Sample], str],
) -> tuple[Sample, ...]:
    """Return the samples of a race in the order they are asked.

    Args:
        race: the samples, in an order by chance.
        failed: ids of those that the parent is known to fail; they come first.
        unknown: ids of those that the parent was not asked; they come next.
        mended: targets of the evidence that the child mended; they come first among their like.
        target_of: the target of a sample as such a text.
    """

    def place(sample: Sample) -> tuple[int, bool]:
        kind = 0 if sample.id in failed else 1 if sample.id in unknown else 2
        return kind, target_of(sample) not in mended

    return tuple(sorted(race, key=place))


def differences(answers: Sequence[Answered], against: Sequence[Answered]) -> list[float]:
    """Return the paired differences of reward, sample by sample.

    Raises:
        ValueError: the two did not answer the same number of samples.
    """
    return [
        one.outcome.result.reward - other.outcome.result.reward for one, other in zip(answers, against, strict=True)
    ]


def lead(paired: Sequence[float]) -> float:
    """Return the summed paired difference, child less parent."""
    return math.fsum(paired)


def hopeless(paired: Sequence[float], *, failed: int, size: int, chunk: int) -> bool:
    """Return True if a child will not be ahead at the end, as far as can be told after a chunk.

    It must be ahead now, and stay so if the rest of what the parent answers well is lost at the rate seen so far, one
    more chunk without loss taken for granted.

    Args:
        paired: differences in race order.
        failed: how many samples at the beginning the parent fails.
        size: samples of the whole race.
        chunk: samples that are asked at once.
    """
    won = lead(paired)
    rest = paired[failed:]
    expected = lead(rest) / (len(rest) + chunk) * (size - len(paired)) if rest else 0.0
    return won <= 0 or won + min(0.0, expected) <= 0


def has_won(paired: Sequence[float]) -> bool:
    """Return True if a child that has answered the whole race is ahead of its parent by the least lead."""
    spread = math.sqrt(math.fsum(difference * difference for difference in paired))
    return spread > 0 and lead(paired) / spread >= LEAST_LEAD
