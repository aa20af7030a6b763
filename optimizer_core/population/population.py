"""The population: candidates with their rewards, clones merged, ranked by a cautious score."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from optimizer_core.data.candidate import Candidate, RunningMean
from optimizer_core.events import Survivor


@dataclass(slots=True, kw_only=True)
class Member:
    """A candidate with the reward of each validation sample it has answered, each sample once."""

    candidate: Candidate
    order: int  # number of arrival; the newer wins a tie
    settled: bool = False  # took part in a competition, or was there at the start: may become a parent
    rewards: dict[str, float] = field(default_factory=dict)  # sample id → reward
    running: RunningMean = field(default_factory=RunningMean)

    @property
    def id(self) -> str:
        return self.candidate.id

    def record(self, rewards: Mapping[str, float]) -> None:
        """Add rewards of samples; one that is known already stays as it is."""
        self.rewards = {**rewards, **self.rewards}
        # Summed exactly, so that the mean does not depend on the order in which answers came.
        count = len(self.rewards)
        self.running = RunningMean(mean=math.fsum(self.rewards.values()) / count if count else 0.0, count=count)


class Population:
    """Members by id of their candidate.

    The rank is by :meth:`score`, the lower confidence bound (decision D10); ties go to the member with more samples,
    then to the newer one (D24). A banned candidate never comes back.

    Args:
        uncertainty: how much a mean of few samples is distrusted; 0 ranks by the plain mean.
    """

    def __init__(self, *, uncertainty: float = 0.25) -> None:
        self.uncertainty = uncertainty
        self.banned: set[str] = set()
        self._members: dict[str, Member] = {}
        self._arrived = 0

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, candidate_id: object) -> bool:
        return candidate_id in self._members

    def get(self, candidate_id: str) -> Member | None:
        return self._members.get(candidate_id)

    def member_like(self, candidate: Candidate) -> Member:
        """Return the member of that content, or a newcomer without rewards where it has left."""
        return self._members.get(candidate.id) or Member(candidate=candidate, order=0)

    def add(self, candidate: Candidate, rewards: Mapping[str, float], *, settled: bool = False) -> Member:
        """Take a candidate in; one of equal content is the same member and gets the new rewards.

        Raises:
            ValueError: the candidate is banned.
        """
        if candidate.id in self.banned:
            raise ValueError(f"candidate {candidate.id} was rejected and may not come back")
        member = self._members.get(candidate.id)
        if member is None:
            self._arrived += 1
            member = self._members[candidate.id] = Member(candidate=candidate, order=self._arrived, settled=settled)
        member.record(rewards)
        return member

    def restore(self, members: Iterable[Member], banned: Iterable[str]) -> None:
        """Hold exactly these members, as a checkpoint had them."""
        self._members = {member.id: member for member in members}
        self._arrived = max((member.order for member in self._members.values()), default=0)
        self.banned = set(banned)

    def ban(self, candidate_id: str) -> None:
        """Remove a candidate for good."""
        self.banned.add(candidate_id)
        self._members.pop(candidate_id, None)

    def keep(self, candidate_ids: Iterable[str]) -> None:
        """Remove everyone else; those who stay may become parents."""
        wanted = set(candidate_ids)
        self._members = {name: member for name, member in self._members.items() if name in wanted}
        for member in self._members.values():
            member.settled = True

    def score(self, member: Member) -> float:
        return member.running.lower_bound(self.uncertainty)

    def ranked(self) -> list[Member]:
        """Return all members, best first."""
        return sorted(self._members.values(), key=self._place)

    def parents(self) -> list[Member]:
        """Return the members that may be mutated, best first: the settled ones, or all where there are none."""
        ranked = self.ranked()
        return [member for member in ranked if member.settled] or ranked

    @property
    def best(self) -> Member | None:
        return min(self._members.values(), key=self._place, default=None)

    def survivor(self, member: Member, *, novelty: float | None = None, reason: str = "") -> Survivor:
        """Return what an event says about a member that stays."""
        return Survivor(
            candidate=member.id,
            reward=member.running.mean,
            count=member.running.count,
            score=self.score(member),
            novelty=novelty,
            reason=reason,
        )

    def _place(self, member: Member) -> tuple[float, int, int]:
        """Return what the rank is sorted by: score, then more samples, then newer."""
        return -self.score(member), -member.running.count, -member.order
