"""Tickets with answers, wherever they stand in a prompt and in whatever format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.task.statements import without_rules
from benchmarks.task.words import DESKS
from benchmarks.task.world import Ticket

_NUMBER = re.compile(r"#(\d{4})\b")
_DESK = re.compile("|".join(DESKS))
_DESK_LIST = re.compile(rf"(?:{'|'.join(DESKS)})(?:\W{{1,8}}(?:{'|'.join(DESKS)}))+")
_EXPECTED = re.compile(
    r"expected|correct|should|gold|ground.?truth|target|y_true|right answer|reference|true label", re.IGNORECASE
)
_REWARD = re.compile(r"\b(?:reward|score)\W{1,6}(-?\d+(?:\.\d+)?)", re.IGNORECASE)
#: Characters after a ticket in which its answers are looked for, and before a desk in which its role is named.
_REACH = 1500
_NAMING = 90


@dataclass(frozen=True, slots=True)
class Shown:
    """What a prompt shows of one ticket."""

    ticket: Ticket
    right: str | None  # the answer the prompt calls right
    given: str | None  # the answer somebody gave, right or wrong

    @property
    def failed(self) -> bool:
        return self.right is not None and self.given is not None and self.given != self.right


def shown_tickets(text: str, tickets: Mapping[int, Ticket]) -> list[Shown]:
    """Return every ticket of a prompt with the answers beside it, in the order of the text."""
    text = without_rules(text)
    marks = [match for match in _NUMBER.finditer(text) if int(match.group(1)) in tickets]
    ends = [*(match.start() for match in marks), len(text)][1:]
    return [
        _read(tickets[int(mark.group(1))], text[mark.end() : min(end, mark.end() + _REACH)])
        for mark, end in zip(marks, ends, strict=True)
    ]


def first_desk(text: str | None) -> str | None:
    """Return the first desk that an answer names; None where it names none."""
    found = _DESK.search(text or "")
    return found.group() if found else None


def _read(ticket: Ticket, passage: str) -> Shown:
    passage = _DESK_LIST.sub(_blank_lists, passage)
    right = given = None
    start = 0
    for match in _DESK.finditer(passage):
        if _EXPECTED.search(passage, max(start, match.start() - _NAMING), match.start()):
            right = right or match.group()
        else:
            given = given or match.group()
        start = match.end()
    if right is None and given is not None:
        reward = _REWARD.search(passage)
        if reward is None or float(reward.group(1)) >= 0.99:
            right = given
    return Shown(ticket, right, given)


def _blank_lists(match: re.Match[str]) -> str:
    """Three or more desks in a row are a list of choices, no answer."""
    return " " * len(match.group()) if len(_DESK.findall(match.group())) > 2 else match.group()
