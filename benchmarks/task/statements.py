"""Rules as sentences: how the simulated proposer writes them, and how both models recognise them in a text."""

from __future__ import annotations

import re

from benchmarks.task.words import DESKS, MARKS, TOPICS
from benchmarks.task.world import Rule

#: Ways to say the same.
WORDINGS = (
    "If the ticket mentions {condition}, answer {desk}.",
    "Tickets that mention {condition} go to {desk}.",
    "Whenever {condition} comes up, choose {desk}.",
    "Send tickets that speak of {condition} to {desk}, whatever else they are about.",
)

_CONCEPT = "|".join(re.escape(name) for name in sorted((*TOPICS, *MARKS), key=len, reverse=True))
_DESK = "|".join(DESKS)
_SENTENCE = re.compile(
    rf"(?:mentions?|[Ww]henever|speak of) ({_CONCEPT})(?: together with ({_CONCEPT}))?"
    rf"(?: comes up)?,? (?:answer|go to|choose|to) ({_DESK})"
)


def state(rule: Rule, wording: int) -> str:
    """Return the rule as a sentence."""
    condition = " together with ".join(sorted(rule.concepts))
    return WORDINGS[wording % len(WORDINGS)].format(condition=condition, desk=rule.desk)


def stated_rules(text: str) -> tuple[Rule, ...]:
    """Return the rules that a text states, each once, in the order of the text."""
    found = (Rule(frozenset({first, second} - {""}), desk) for first, second, desk in _SENTENCE.findall(text))
    return tuple(dict.fromkeys(found))


def without_rules(text: str) -> str:
    """Return the text with blanks where it states rules, so that their desks are not taken for answers."""
    return _SENTENCE.sub(lambda match: " " * len(match.group()), text)
