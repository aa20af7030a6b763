"""Invents a table of support tickets and the instructions that a search would try on it."""

from __future__ import annotations

import csv
import io
import random
from typing import Any

QUEUES = ("delivery", "account", "billing", "technical")
INSTRUCTION = "Read {{ticket}} and choose the queue that should answer it."
VARIABLE = "generator"

_WHAT = {
    "delivery": ("the parcel has not arrived", "the box came open and wet", "the courier left it at a wrong door"),
    "account": ("I cannot sign in any more", "the account needs another owner", "my address has changed"),
    "billing": ("the invoice lists one item twice", "the refund is missing", "my card was charged in dollars"),
    "technical": ("the page stays white after an update", "the export stops half way", "the app forgets my settings"),
}
_BEFORE = ("Hello,", "Second message:", "To whom it may concern:", "Sorry to bother you again,", "Urgent!", "Hi team,")
_AFTER = ("Please look into it.", "What should I do?", "I need this before Friday.", "Thanks in advance.", "Ideas?")
_PLACES = ("Leeds", "Porto", "Graz", "Lyon", "Malmö", "Cork", "Turin", "Ghent")
_ADVICE = (
    "Decide by what the customer wants to happen next, not by the words they use.",
    "A refund belongs to billing, even where the parcel is the reason.",
    "Anything about signing in belongs to account.",
    "If two queues fit, choose the one that can act without the other.",
    "Ignore greetings and threats.",
    "White pages, crashes and lost settings are technical.",
    "A late or damaged parcel belongs to delivery.",
    "Answer with the name of the queue alone.",
    "Read the last sentence twice: it often names the wish.",
    "An address that changes is account, unless a parcel is on its way.",
)


def table(rows: int, *, rng: random.Random) -> str:
    """Return a CSV file of tickets and their queues."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["ticket", "queue"])
    for number in range(rows):
        queue = rng.choice(QUEUES)
        writer.writerow([_ticket(number, queue, rng), queue])
    return out.getvalue()


def program() -> dict[str, Any]:
    """Return the definition of the program that sorts the tickets."""
    output = {"name": "queue", "type": "choice", "choices": list(QUEUES), "description": "Who should answer"}
    return {
        "name": "Simulated triage",
        "description": "Sorts invented tickets.",
        "instruction": INSTRUCTION,
        "style": "direct",
        "input_fields": [{"name": "ticket", "description": "What the customer wrote"}],
        "output_fields": [output],
        "seed_instructions": [],
    }


def content(instruction: str, examples: list[Any]) -> dict[str, Any]:
    """Return the content of a candidate."""
    return {VARIABLE: {"instructions": instruction, "examples": examples}}


def rewritten(parent: dict[str, Any], *, number: int, rng: random.Random) -> dict[str, Any]:
    """Return another content: a sentence added, removed or moved, and sometimes an example more."""
    held = parent[VARIABLE]
    sentences = held["instructions"].split("\n")
    advice = rng.choice(_ADVICE)
    if advice in sentences[1:] and rng.random() < 0.7:
        sentences.remove(advice)
    else:
        sentences.insert(rng.randrange(1, len(sentences) + 1), advice)
    # No two candidates may say the same, so each is told apart by a case of its own.
    sentences = [*(each for each in sentences if not each.startswith("Case ")), f"Case {number} decided it."]
    examples = list(held["examples"])
    if rng.random() < 0.3:
        queue = rng.choice(QUEUES)
        examples.append({"inputs": {"ticket": _ticket(number, queue, rng)}, "outputs": {"queue": queue}})
    return content("\n".join(sentences), examples[-6:])


def _ticket(number: int, queue: str, rng: random.Random) -> str:
    what = rng.choice(_WHAT[queue])
    return f"{rng.choice(_BEFORE)} {what} ({rng.choice(_PLACES)}, order {10_000 + number}). {rng.choice(_AFTER)}"
