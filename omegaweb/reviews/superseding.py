"""A yes to the best of what a run waits for settles the others, where the run asks only about new leaders."""

from __future__ import annotations

from omegaweb.reviews.models import Review, ReviewState
from omegaweb.runs.configuration import Asks


def supersede(review: Review) -> list[int]:
    """Settle what an approved candidate beats among those that still wait in its run; return their numbers.

    They would not lead any more, and about those such a run asks nobody: they enter the population unasked, and about
    a winner that nobody approved the run asks at its end.
    """
    if review.state != ReviewState.APPROVED or review.run.choices.review.asks != Asks.NEW_BEST:
        return []
    if review.candidate.reward is None:  # approved before it was scored
        return []
    waiting = Review.objects.filter(run=review.run).supersedable()
    beaten = waiting.filter(candidate__reward__lte=review.candidate.reward).select_related("candidate")
    numbers = {each.pk: each.candidate.number for each in beaten}
    Review.objects.pending().filter(pk__in=numbers, edition=0).update(
        state=ReviewState.SUPERSEDED,
        reviewer=review.reviewer,
        reason=f"#{review.candidate.number} is better and was approved.",
        decided_at=review.decided_at,
        by_time_limit=review.by_time_limit,
    )
    return sorted(numbers.values())
