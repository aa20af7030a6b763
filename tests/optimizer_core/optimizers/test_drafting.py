"""What a racing search tries next."""

from __future__ import annotations

from optimizer_core.data.candidate import Candidate
from optimizer_core.optimizers.drafting import complement
from optimizer_core.population.population import Member


def member(**rewards: float) -> Member:
    return Member(candidate=Candidate(content={}, operator="seed"), order=1, rewards=rewards)


def test_what_another_adds_to_the_leader_is_summed_over_the_samples_of_the_race_that_both_have_answered():
    leader, other = member(a=0.0, b=1.0, c=0.5, d=0.0, e=0.0), member(a=1.0, b=0.0, c=0.75, d=1.0)
    assert complement(leader, other, ["a", "b", "c", "e"]) == 1.25
    assert complement(other, leader, ["b"]) == 1.0
    assert complement(leader, leader, ["a", "b"]) == 0.0
