"""The simulated proposer: a rule learner with limited skill, which knows no more than the prompt it is sent.

It finds tickets with right answers in the prompt, looks for concepts that explain the surprising ones, and writes an
instruction that states what it found and most of what the prompt's instructions already stated. Its laws are in
docs/benchmarks.md.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from benchmarks.task.evidence import Shown, shown_tickets
from benchmarks.task.statements import state, stated_rules
from benchmarks.task.words import DESK_OF_TOPIC, DESKS, TOPICS
from benchmarks.task.world import Rule, Ticket, deciding_rule

#: Tickets it takes in at once; of more it reads a random part, failed ones first.
ATTENTION = 12
#: Chances that it writes down a rule it has found: where one of the tickets is marked as failed, and where the right
#: answers only stand there; chance that it looks for a second rule.
WRITTEN, WRITTEN_UNMARKED, SECOND = 0.9, 0.4, 0.5
#: Chance that a rule of the shown instructions stays, and that one the evidence speaks against goes.
KEPT, REFUTED = 0.98, 0.7
#: How the explanations of a surprising ticket are weighed: each ticket for it, each against it, a second condition, the
#: topic as condition, and the spread of its judgement.
FOR, AGAINST, SECOND_CONDITION, TOPIC_CONDITION, SPREAD = 1.0, 1.5, 0.8, 0.7, 0.35

_OPENINGS = (
    "Route the ticket to the desk that should answer it.",
    "Read the ticket and choose the one desk that is responsible.",
    "Decide which desk has to answer the ticket.",
    "Your task is to assign each ticket to exactly one desk.",
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the proposer came up with."""

    instruction: str
    thoughts: str
    examples: tuple[Shown, ...]  # for variables whose examples are written as well


def propose(prompt: str, tickets: Mapping[int, Ticket], rng: random.Random) -> Proposal:
    """Return a new instruction, from nothing but the text of a prompt."""
    stated = list(stated_rules(prompt))
    seen = _attended(shown_tickets(prompt, tickets), stated, rng)
    kept = _kept(stated, seen, rng)
    found = _found(seen, kept, rng)
    rules = [rule for rule in kept if not _replaced(rule, found)] + found
    examples = tuple(shown for shown in seen if shown.right)[:3]
    return Proposal(write_instruction(rules, rng), _thoughts(found), examples)


def write_instruction(rules: Sequence[Rule], rng: random.Random) -> str:
    """Return an instruction that states the rules."""
    lines = [f"{rng.choice(_OPENINGS)} The desks are: {', '.join(DESKS)}."]
    lines += [f"- {state(rule, rng.randrange(100))}" for rule in rules]
    return "\n".join(lines)


def _attended(shown: Sequence[Shown], stated: Sequence[Rule], rng: random.Random) -> list[Shown]:
    """Return the tickets it takes in: failed ones first, then surprising ones, then the rest."""
    known = {entry.ticket.number: entry for entry in shown if entry.right}
    entries = rng.sample(list(known.values()), len(known))
    entries.sort(key=lambda entry: (not entry.failed, not _surprising(entry, stated)))
    half = ATTENTION // 2
    telling = [entry for entry in entries if entry.failed or _surprising(entry, stated)]
    others = [entry for entry in entries if entry not in telling]
    return telling[: max(half, ATTENTION - len(others))] + others[: max(half, ATTENTION - len(telling))]


def _surprising(entry: Shown, stated: Sequence[Rule]) -> bool:
    """Return whether neither the topic nor a stated rule explains the right answer."""
    rule = deciding_rule(entry.ticket.concepts, stated)
    return entry.right != (rule.desk if rule else DESK_OF_TOPIC[entry.ticket.topic])


def _kept(stated: Sequence[Rule], seen: Sequence[Shown], rng: random.Random) -> list[Rule]:
    """Return the stated rules that stay: most of them, one for each condition, fewer of the refuted ones."""
    kept = []
    for rule in _united(stated, seen, rng):
        deciding = [entry for entry in seen if deciding_rule(entry.ticket.concepts, stated) == rule]
        against = sum(entry.right != rule.desk for entry in deciding)
        refuted = against > len(deciding) - against
        if rng.random() < KEPT and not (refuted and rng.random() < REFUTED):
            kept.append(rule)
    return kept


def _united(stated: Sequence[Rule], seen: Sequence[Shown], rng: random.Random) -> list[Rule]:
    """Return one rule for each condition: of two that disagree the one that more of the tickets speak for."""

    def spoken_for(rule: Rule) -> float:
        return sum(entry.right == rule.desk for entry in seen if rule.matches(entry.ticket.concepts)) + rng.random()

    by_condition: dict[frozenset[str], list[Rule]] = {}
    for rule in stated:
        by_condition.setdefault(rule.concepts, []).append(rule)
    return [rules[0] if len(rules) == 1 else max(rules, key=spoken_for) for rules in by_condition.values()]


def _found(seen: Sequence[Shown], kept: Sequence[Rule], rng: random.Random) -> list[Rule]:
    """Return the one or two rules that it believes in and writes down."""
    found: list[Rule] = []
    for _ in range(2 if rng.random() < SECOND else 1):
        rule = _best_explanation(seen, [*kept, *found], rng)
        if rule is None:
            break
        marked = any(
            entry.failed and entry.right == rule.desk and rule.matches(entry.ticket.concepts) for entry in seen
        )
        if rng.random() < (WRITTEN if marked else WRITTEN_UNMARKED):
            found.append(rule)
    return found


def _best_explanation(seen: Sequence[Shown], stated: Sequence[Rule], rng: random.Random) -> Rule | None:
    """Return the rule that seems to explain most of what is surprising."""
    surprising = [entry for entry in seen if _surprising(entry, stated)]
    options = {rule for entry in surprising for rule in _explanations(entry, stated)}
    ordered = sorted(options, key=lambda rule: (sorted(rule.concepts), rule.desk))
    return max(ordered, key=lambda rule: _weight(rule, seen, surprising, rng), default=None)


def _explanations(entry: Shown, stated: Sequence[Rule]) -> list[Rule]:
    """Return the rules that would explain a ticket: one of its concepts, or two where a stated rule has one."""
    assert entry.right is not None
    concepts = sorted(entry.ticket.concepts)
    taken = {rule.concepts for rule in stated if rule.desk == entry.right}
    one = [frozenset({concept}) for concept in concepts]
    known = {concept for rule in stated for concept in rule.concepts}
    two = [frozenset(pair) for pair in combinations(concepts, 2) if known & set(pair)]
    return [Rule(condition, entry.right) for condition in (*one, *two) if condition not in taken]


def _weight(rule: Rule, seen: Sequence[Shown], surprising: Sequence[Shown], rng: random.Random) -> float:
    matching = [entry for entry in seen if rule.matches(entry.ticket.concepts)]
    supporting = sum(entry in surprising and entry.right == rule.desk for entry in matching)
    opposing = sum(entry.right != rule.desk for entry in matching)
    spread = -SPREAD * math.log(-math.log(rng.uniform(1e-9, 1 - 1e-9)))
    return (
        FOR * supporting
        - AGAINST * opposing
        - SECOND_CONDITION * (len(rule.concepts) - 1)
        - TOPIC_CONDITION * len(rule.concepts & set(TOPICS))
        + spread
    )


def _replaced(rule: Rule, found: Sequence[Rule]) -> bool:
    return any(new.concepts == rule.concepts and new.desk != rule.desk for new in found)


def _thoughts(found: Sequence[Rule]) -> str:
    if not found:
        return "The answers show nothing new; I word the instruction anew."
    return "The failed answers have in common: " + " ".join(state(rule, 0) for rule in found)
