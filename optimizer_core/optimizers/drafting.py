"""What a racing search tries next: whose child, made how. Pure functions of what is known and of chance.

* The parent is drawn sample by sample: each sample of the race votes for the member that answers it best, the higher
  ranked one where several do, and one vote is drawn. The leader is drawn most, a specialist as often as it is needed.
* Two members that complement each other, one right where the leader is wrong, are merged once.
* Most proposals are mutations; they bring what examples cannot say, and their last step adds examples as well.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from optimizer_core.data.variable import TrainableVariable
from optimizer_core.operators.prompts import evolves_examples
from optimizer_core.population.population import Member
from optimizer_core.population.selection import draw

#: How much better, in summed reward over the race, the other must be where the leader is worse, to be merged.
LEAST_COMPLEMENT = 1.5
#: How often each operator is drawn where it is possible, relative to the others.
SHARES = {"mutation": 0.65, "few_shot": 0.2, "crossover": 0.15}


class Draft(NamedTuple):
    """What is to be tried: an operator and its parents, the one that is rewritten first."""

    operator: str
    parents: tuple[Member, ...]


def draw_operator(operators: Sequence[str], rng: random.Random) -> str:
    """Return one of the operators, drawn by their shares."""
    return operators[draw([SHARES[name] for name in operators], rng)]


def draw_parent(
    ranked: Sequence[Member], race: Sequence[str], rng: random.Random, *, selection: str = "softmax"
) -> Member:
    """Return the member that a drawn sample of the race votes for.

    Args:
        ranked: at least one member, best first.
        race: ids of validation samples.
        rng: the source of chance.
        selection: "best" and "random" do without the vote.
    """
    if selection == "random":
        return rng.choice(ranked)
    if selection == "best":
        return ranked[0]
    answered = [sample for sample in race if sample in ranked[0].rewards]
    if not answered:
        return ranked[0]
    sample = rng.choice(answered)
    return max(ranked, key=lambda member: member.rewards.get(sample, -math.inf))


def complement(leader: Member, other: Member, race: Sequence[str]) -> float:
    """Return how much reward the other earns beyond the leader, summed over the samples where it is better."""
    ours, theirs = leader.rewards, other.rewards
    both = [sample for sample in race if sample in ours and sample in theirs]
    return math.fsum([theirs[sample] - ours[sample] for sample in both if theirs[sample] > ours[sample]])


def draw_merge(
    ranked: Sequence[Member],
    race: Sequence[str],
    *,
    merged: Collection[str],
    ancestors: Mapping[str, Collection[str]],
) -> Draft | None:
    """Return the merge of the leader with the member that complements it most, if there is one not tried yet.

    Args:
        ranked: the members, best first.
        race: ids of validation samples.
        merged: what :func:`pair_name` says of the pairs that were tried.
        ancestors: of each member, itself left out; what a leader descends from adds nothing to it.
    """
    if not ranked:
        return None
    leader = ranked[0]
    found = [
        (complement(leader, other, race), other)
        for other in ranked[1:]
        if pair_name(leader, other) not in merged
        and other.id not in ancestors.get(leader.id, ())
        and leader.id not in ancestors.get(other.id, ())
    ]
    gain, other = max(found, key=lambda item: item[0], default=(0.0, leader))
    return Draft("crossover", (leader, other)) if gain >= LEAST_COMPLEMENT else None


def pair_name(one: Member, other: Member) -> str:
    """Return the name of a pair, whoever comes first."""
    return "+".join(sorted((one.id, other.id)))


def grows_examples(variable: TrainableVariable) -> bool:
    """Return True where the racing search adds examples itself; where they are evolved, the model writes them."""
    return variable.uses_examples and not evolves_examples(variable)
