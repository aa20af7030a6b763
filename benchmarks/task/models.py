"""What the server answers to a chat request: the task model or the proposer, chosen by the model's name."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import Any

from benchmarks.task.answering import is_thinking, write_answer
from benchmarks.task.chance import chance
from benchmarks.task.evidence import Shown
from benchmarks.task.proposer import propose
from benchmarks.task.task_model import Context, answer_ticket, read_context
from benchmarks.task.world import Ticket, World

#: The names that clients ask for, behind "openai/".
TASK_MODEL, PROPOSER_MODEL, EMBEDDING_MODEL = "task", "proposer", "embedding"

_NUMBER = re.compile(r"#(\d{4})\b")
#: Contexts that are kept as read; searches ask the same prompt about many tickets.
_KEPT_CONTEXTS = 4000


class SimulatedModels:
    """Both models over one world.

    Args:
        world: the hidden rules and the tickets.
        noise: share of the answers whose luck is drawn anew each time a question is asked.
        seed: of the proposer's chance.
    """

    def __init__(self, world: World, *, noise: float = 0.0, seed: int = 0) -> None:
        self._tickets = world.tickets
        self._noise = noise
        self._seed = seed
        self._contexts: dict[str, Context] = {}
        self._asked: Counter[tuple[str, int]] = Counter()

    def answer(self, body: dict[str, Any]) -> str:
        """Return the text of an answer."""
        texts = [_text(message["content"]) for message in body["messages"]]
        if body.get("model") == PROPOSER_MODEL:
            return self._propose(body, "\n\n".join(texts))
        return self._route(body, texts)

    def _route(self, body: dict[str, Any], texts: list[str]) -> str:
        before, asking = "\n\n".join(texts[:-1]), texts[-1]
        number = None
        for match in _NUMBER.finditer(asking):
            if int(match.group(1)) in self._tickets:
                number = match
        if number is None:
            return write_answer(body, "\n\n".join(texts), lambda field: "There is no ticket.", [], fenced=False)
        context = self._context(f"{before}\n\n{asking[: number.start()]}")
        ticket = self._tickets[int(number.group(1))]
        desk = answer_ticket(ticket, context, self._draw(context, ticket))
        return write_answer(
            body,
            asking if len(texts) > 1 else "\n\n".join(texts),
            lambda field: "The ticket tells which desk." if is_thinking(field) else desk,
            [],
            fenced=False,
        )

    def _context(self, text: str) -> Context:
        context = self._contexts.get(text)
        if context is None:
            if len(self._contexts) >= _KEPT_CONTEXTS:
                self._contexts.clear()
            context = self._contexts[text] = read_context(text, self._tickets)
        return context

    def _draw(self, context: Context, ticket: Ticket) -> object:
        """Return the same for each asking, or, for the noisy share, the number of times it was asked before."""
        if not self._noise:
            return ""
        key = (context.text, ticket.number)
        self._asked[key] += 1
        times = self._asked[key]
        return times if chance("noise", self._seed, context.text, ticket.number, times) < self._noise else ""

    def _propose(self, body: dict[str, Any], prompt: str) -> str:
        key = (prompt, -1)
        self._asked[key] += 1
        proposal = propose(prompt, self._tickets, random.Random(f"{self._seed} {self._asked[key]} {prompt}"))
        return write_answer(
            body,
            prompt,
            lambda field: proposal.thoughts if is_thinking(field) else proposal.instruction,
            [_example(shown) for shown in proposal.examples],
            fenced=True,
        )


def _example(shown: Shown) -> dict[str, Any]:
    return {"inputs": {"ticket": shown.ticket.text}, "outputs": {"label": shown.right}}


def _text(content: Any) -> str:
    """Return a message's text, also where it comes in parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content or "")
