"""The simulated task model: answers a ticket from what its prompt says. Its laws are in docs/benchmarks.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from benchmarks.task.chance import chance
from benchmarks.task.evidence import Shown, shown_tickets
from benchmarks.task.statements import stated_rules
from benchmarks.task.words import DESK_OF_TOPIC, DESKS
from benchmarks.task.world import Rule, Ticket

#: Chance that a stated rule that applies is followed.
FOLLOWED = 0.99
#: Chance that the answer of similar examples is taken over, by their number; the last counts for all more.
IMITATED = (0.0, 0.45, 0.6, 0.7, 0.75)
#: Chances of the right answer with neither: where the topic decides, and where a hidden rule does.
PLAIN, LUCKY = 0.97, 0.1
#: Chance that the desk of the topic is answered where a hidden rule decides and luck is out.
LURED = 0.8
#: Characters of a prompt that cost nothing, and what each further 1,000 cost.
FREE_LENGTH, LENGTH_COST, MOST_LENGTH_COST = 6000, 0.01, 0.15
#: Share of the tickets whose luck also depends on how the prompt is worded.
TOUCHY = 0.2


@dataclass(frozen=True)
class Context:
    """What stands in a prompt before the ticket that is asked about."""

    text: str
    rules: tuple[Rule, ...]
    examples: tuple[Shown, ...]

    @cached_property
    def confusion(self) -> float:
        """What the length of the prompt costs."""
        return min(MOST_LENGTH_COST, max(0, len(self.text) - FREE_LENGTH) / 1000 * LENGTH_COST)

    def similar(self, ticket: Ticket) -> Counter[str]:
        """Return how often the examples of the same kind answer each desk."""
        kind = (ticket.rule, ticket.topic if ticket.rule is None else "")
        answers = (
            shown.right or shown.given
            for shown in self.examples
            if (shown.ticket.rule, shown.ticket.topic if shown.ticket.rule is None else "") == kind
        )
        return Counter(answer for answer in answers if answer)


def read_context(text: str, tickets: Mapping[int, Ticket]) -> Context:
    """Return what a prompt says before its ticket."""
    return Context(text, stated_rules(text), tuple(shown_tickets(text, tickets)))


def answer_ticket(ticket: Ticket, context: Context, draw: object = "") -> str:
    """Return the desk that the model answers.

    Args:
        ticket: what is asked about.
        context: the rest of the prompt.
        draw: the same draw is answered in the same way; another one may be answered differently.
    """
    worded = context.text if chance("touchy", ticket.number) < TOUCHY else ""
    luck = (ticket.number, worded, draw)
    if chance("confused", *luck) < context.confusion:
        return DESKS[int(chance("any", *luck) * len(DESKS))]
    told = _told(ticket, context)
    if told and chance("followed", *luck) < FOLLOWED:
        return told
    similar = context.similar(ticket)
    if similar and chance("imitated", *luck) < IMITATED[min(similar.total(), len(IMITATED) - 1)]:
        return similar.most_common(1)[0][0]
    return _unaided(ticket, luck)


def _told(ticket: Ticket, context: Context) -> str | None:
    """Return the desk of the most specific stated rule; one of them where they contradict each other."""
    matching = [rule for rule in context.rules if rule.matches(ticket.concepts)]
    if not matching:
        return None
    most = max(len(rule.concepts) for rule in matching)
    desks = list(dict.fromkeys(rule.desk for rule in matching if len(rule.concepts) == most))
    return desks[int(chance("contradiction", ticket.number, *desks) * len(desks))]


def _unaided(ticket: Ticket, luck: tuple[object, ...]) -> str:
    if chance("unaided", *luck) < (PLAIN if ticket.rule is None else LUCKY):
        return ticket.desk
    obvious = DESK_OF_TOPIC[ticket.topic]
    if obvious != ticket.desk and chance("lured", *luck) < LURED:
        return obvious
    wrong = [desk for desk in DESKS if desk != ticket.desk]
    return wrong[int(chance("wrong", *luck) * len(wrong))]
