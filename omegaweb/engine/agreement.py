"""How often the reward of a run prefers the answer that people preferred, where they judged without names."""

from __future__ import annotations

from dataclasses import dataclass

from omegaweb.reviews.pick_models import PairwisePick, Pick
from omegaweb.runs.models import Run
from optimizer_core.data.statistics import Interval, mean_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """People's picks against the reward's."""

    share: Interval  # of the picks where people and reward both preferred one: how often it was the same one
    agreed: int
    indifferent: int  # people preferred one, the reward gave both the same
    people: int
    undecided: int  # people found both equal, or could not tell

    @property
    def preferred(self) -> int:
        """Picks that name a better answer."""
        return self.share.n + self.indifferent

    @property
    def percent(self) -> tuple[float, float, float]:
        """The share and its 95 % interval in percent."""
        return 100 * self.share.mean, 100 * self.share.low, 100 * self.share.high


def agreement_of(run: Run) -> Agreement | None:
    """Return the agreement over all blind comparisons of a run; None where there are none yet."""
    picks = list(PairwisePick.objects.filter(review__run=run).exclude(pick=Pick.SKIPPED))
    if not picks:
        return None
    preferred = [pick for pick in picks if pick.pick in (Pick.CANDIDATE, Pick.REFERENCE)]
    told = [pick for pick in preferred if pick.reward != pick.reference_reward]
    same = [float((pick.reward > pick.reference_reward) == (pick.pick == Pick.CANDIDATE)) for pick in told]
    return Agreement(
        share=mean_interval(same),
        agreed=int(sum(same)),
        indifferent=len(preferred) - len(told),
        people=len({pick.person_id for pick in picks}),
        undecided=len(picks) - len(preferred),
    )
