"""A world: hidden rules, and tickets that follow them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.task.words import DESK_OF_TOPIC, DESKS, FILLERS, MARKS, TOPICS

#: What stands in a program before anything is optimized.
SEED_INSTRUCTION = f"Route the ticket to the desk that should answer it. The desks are: {', '.join(DESKS)}."

#: Share of the tickets that no hidden rule applies to.
PLAIN_SHARE = 0.28
#: Relative frequencies of the hidden rules: eight with one condition, two with two.
SINGLE_WEIGHTS = (1.0, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
PAIR_WEIGHTS = (0.6, 0.5)
#: Chances that a ticket mentions none, one or two things that mean nothing.
NOISE_MARKS = (0.65, 0.28, 0.07)


@dataclass(frozen=True, slots=True)
class Rule:
    """Tickets with all these concepts belong to this desk; the rule with more concepts goes first."""

    concepts: frozenset[str]
    desk: str

    def matches(self, concepts: frozenset[str]) -> bool:
        return self.concepts <= concepts


@dataclass(frozen=True, slots=True)
class Ticket:
    """One row of the task."""

    number: int
    text: str  # begins with "#<number>"
    concepts: frozenset[str]  # its topic and its marks
    topic: str
    desk: str  # the right answer
    rule: Rule | None  # the hidden rule that decides; None where the topic does


@dataclass(frozen=True, slots=True)
class World:
    """Hidden rules and three sets of tickets in which every rule has its share."""

    rules: tuple[Rule, ...]
    train: tuple[Ticket, ...]
    validation: tuple[Ticket, ...]
    test: tuple[Ticket, ...]

    @property
    def tickets(self) -> dict[int, Ticket]:
        return {ticket.number: ticket for ticket in (*self.train, *self.validation, *self.test)}


def make_world(seed: int, *, train: int = 100, validation: int = 100, test: int = 400) -> World:
    """Return the world of a seed: other rules, other tickets, equally hard."""
    rng = random.Random(f"world {seed}")
    rules, idle = _draw_rules(rng)
    numbers = iter(rng.sample(range(1000, 10_000), train + validation + test))
    sets = []
    for size in (train, validation, test):
        owners = _shares(rules, size)
        rng.shuffle(owners)
        sets.append(tuple(_draw_ticket(rng, next(numbers), owner, rules, idle) for owner in owners))
    return World(tuple(rules), *sets)


def deciding_rule(concepts: frozenset[str], rules: Sequence[Rule]) -> Rule | None:
    """Return the rule with the most concepts among those that match; the first of equals."""
    return max((rule for rule in rules if rule.matches(concepts)), key=lambda rule: len(rule.concepts), default=None)


def share_right(answers: Sequence[str | None], tickets: Sequence[Ticket]) -> float:
    """Return the share of the tickets that were answered with the right desk."""
    return sum(answer == ticket.desk for answer, ticket in zip(answers, tickets, strict=True)) / len(tickets)


def _draw_rules(rng: random.Random) -> tuple[list[Rule], list[str]]:
    """Return the rules, and the marks that mean nothing by themselves."""
    marks = rng.sample(list(MARKS), len(MARKS))
    ruled, idle = marks[: len(SINGLE_WEIGHTS)], marks[len(SINGLE_WEIGHTS) :]
    desks = rng.sample([*DESKS, *DESKS], len(ruled))
    singles = [Rule(frozenset({mark}), desk) for mark, desk in zip(ruled, desks, strict=True)]
    partners = [*rng.sample(idle, len(PAIR_WEIGHTS) - 1), rng.choice(list(TOPICS))]
    pairs = []
    for single, partner in zip(rng.sample(singles, len(PAIR_WEIGHTS)), partners, strict=True):
        others = [desk for desk in DESKS if desk not in (single.desk, DESK_OF_TOPIC.get(partner))]
        pairs.append(Rule(single.concepts | {partner}, rng.choice(others)))
    return [*singles, *pairs], idle


def _shares(rules: Sequence[Rule], size: int) -> list[Rule | None]:
    """Return whose ticket each of ``size`` tickets is, by largest remainders."""
    weights = (*SINGLE_WEIGHTS, *PAIR_WEIGHTS)
    governed = round(size * (1 - PLAIN_SHARE))
    exact = [governed * weight / sum(weights) for weight in weights]
    counts = [int(share) for share in exact]
    order = sorted(range(len(exact)), key=lambda i: counts[i] - exact[i])
    for i in order[: governed - sum(counts)]:
        counts[i] += 1
    owners: list[Rule | None] = [None] * (size - governed)
    for rule, count in zip(rules, counts, strict=True):
        owners += [rule] * count
    return owners


def _draw_ticket(
    rng: random.Random, number: int, owner: Rule | None, rules: Sequence[Rule], idle: Sequence[str]
) -> Ticket:
    """Return a ticket that ``owner`` decides, drawn until it is the only one that does."""
    while True:
        needed = owner.concepts if owner else frozenset[str]()
        topic = next((name for name in TOPICS if name in needed), None) or rng.choice(list(TOPICS))
        noise = rng.sample(list(idle), rng.choices((0, 1, 2), NOISE_MARKS)[0])
        concepts = needed | {topic} | set(noise)
        desk = owner.desk if owner else DESK_OF_TOPIC[topic]
        surprising = owner is None or desk != DESK_OF_TOPIC[topic]
        if surprising and deciding_rule(concepts, rules) == owner:
            return Ticket(number, _tell(rng, number, topic, concepts), concepts, topic, desk, owner)


def _tell(rng: random.Random, number: int, topic: str, concepts: frozenset[str]) -> str:
    marks = [rng.choice(MARKS[mark]) for mark in sorted(concepts - {topic})]
    sentences = [rng.choice(TOPICS[topic]), *marks, *rng.sample(FILLERS, rng.choice((1, 2)))]
    first, rest = sentences[0], sentences[1:]
    rng.shuffle(rest)
    return " ".join((f"#{number}", first, *rest))
