"""Lets providers fail in every way, and compares what runs say they were charged with what the server counted."""

from __future__ import annotations

import asyncio
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import optimizer_core as oc
from optimizer_core import steering
from optimizer_core.budget import Budget
from optimizer_core.callbacks import Callback
from optimizer_core.events import Event
from optimizer_core.models.journal import MemoryJournal
from optimizer_core.steering import RequestList
from optimizer_core.testing import RecordingCallback
from tests.fakes.openai_outcomes import FAULTS, Tally
from tests.fakes.openai_server import OpenAIServer
from tests.faults.world import INSTRUCTION, respond

#: Seconds after which a model's answer is not waited for: a busy machine must not be what makes answers late.
TIMEOUT = 4.0
CONCURRENCY = 16
TEAMS = ("billing", "technical")


class Ticket(oc.DataModel):
    text: str


class Team(oc.DataModel):
    label: str


@dataclass(slots=True)
class Account:
    """What a run under faults came to, by its own count and by the server's."""

    status: str
    seconds: float
    calls: tuple[int, int]  # the run's, the server's
    tokens: tuple[int, int]  # of all answers whose usage arrived
    outcomes: dict[str, Tally] = field(default_factory=dict)
    troubles: Counter[str] = field(default_factory=Counter)  # kinds that the run told of

    def __add__(self, other: Account) -> Account:
        outcomes = {name: Tally() for name in (*self.outcomes, *other.outcomes)}
        for account in (self, other):
            for name, tally in account.outcomes.items():
                outcomes[name] += tally
        return Account(
            status=self.status if self.status == other.status else f"{self.status}, {other.status}",
            seconds=self.seconds + other.seconds,
            calls=(self.calls[0] + other.calls[0], self.calls[1] + other.calls[1]),
            tokens=(self.tokens[0] + other.tokens[0], self.tokens[1] + other.tokens[1]),
            outcomes=outcomes,
            troubles=self.troubles + other.troubles,
        )

    @property
    def is_equal(self) -> bool:
        """Whether both counted the same. A run that gives up calls under way cannot know what these were answered."""
        return self.status == "completed" and self.calls[0] == self.calls[1] and self.tokens[0] == self.tokens[1]


@dataclass(slots=True)
class Course:
    """What a run told, without its troubles, and what was asked for it."""

    path: list[tuple[str, str]]
    calls: tuple[int, int]  # the run's, the server's
    again: int  # answers given again to a question that was answered before
    failed: int  # calls that the trouble cost
    pauses: list[str]
    troubles: list[str]
    seconds: float


def many_calls(calls: int, *, share: float = 0.2, seed: int = 0, timeout: float = TIMEOUT) -> Account:
    """Do a run of at most so many calls of which a share fails, in all ways alike."""
    faults = dict.fromkeys(FAULTS, share / len(FAULTS))
    recorder, began = RecordingCallback(), time.monotonic()
    with OpenAIServer(respond, faults=faults, hang=10 * timeout, seed=seed) as server:
        asyncio.run(_fit(server, recorder, timeout=timeout, seed=seed, epochs=None, budget=Budget(calls=calls)))
        counts = server.counts
    spent = recorder.of("spend.updated")[-1]
    return Account(
        status=recorder.of("run.finished")[-1].status,
        seconds=time.monotonic() - began,
        calls=(spent.calls, counts.calls),
        tokens=(spent.tokens, counts.prompt_tokens + counts.completion_tokens),
        outcomes=counts.outcomes,
        troubles=Counter(event.trouble for event in recorder.of("provider.troubled")),
    )


def course(mood: str = "", *, after: int = 150, seconds: float = 3.0) -> Course:
    """Do a short run during which the provider is in a mood for a while; a run that pauses is resumed then."""
    requests, recorder, began = RequestList(), RecordingCallback(), time.monotonic()
    answered: Counter[str] = Counter()

    def answer(body: dict[str, Any]) -> str:
        answered[str(body["messages"])] += 1
        return respond(body)

    with OpenAIServer(answer, latency=0.005) as server:
        over = threading.Event()
        upset = threading.Thread(target=_upset, args=(server, mood, after, seconds, over))
        upset.start()
        asyncio.run(
            _fit(
                server,
                recorder,
                epochs=2,
                steering=requests,
                callbacks=[_Resumes(server, requests)],
                on_provider_trouble="pause",
                provider_patience=900.0,
                journal=MemoryJournal(),
            )
        )
        over.set()
        upset.join()
        counts = server.counts
    return Course(
        path=_path(recorder, server.url),
        calls=(recorder.of("spend.updated")[-1].calls, counts.calls),
        again=answered.total() - len(answered),
        failed=counts.of(mood).calls if mood else 0,
        pauses=[event.reason for event in recorder.of("run.paused")],
        troubles=[event.trouble for event in recorder.of("provider.troubled")],
        seconds=time.monotonic() - began,
    )


class _Resumes(Callback):
    """Resumes a run that pauses, as soon as the mood of its provider is over."""

    def __init__(self, server: OpenAIServer, requests: RequestList) -> None:
        self._server, self._requests = server, requests
        self._waiting: set[asyncio.Task[None]] = set()

    def on_event(self, event: Event) -> None:
        super().on_event(event)
        if event.kind == "run.paused":
            task = asyncio.ensure_future(self._resume())
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    async def _resume(self) -> None:
        while self._server.mood:
            await asyncio.sleep(0.05)
        self._requests.ask(steering.ResumeRequested(author="alice"))


def _upset(server: OpenAIServer, mood: str, after: int, seconds: float, over: threading.Event) -> None:
    _wait(lambda: server.counts.calls >= after, over)
    server.mood = mood
    over.wait(seconds)
    if mood:
        _wait(lambda: server.counts.of(mood).calls > 0, over)
    server.mood = ""


def _wait(condition: Callable[[], bool], over: threading.Event) -> None:
    while not condition() and not over.wait(0.002):
        pass


async def _fit(
    server: OpenAIServer,
    recorder: RecordingCallback,
    *,
    timeout: float = TIMEOUT,
    callbacks: Sequence[Callback] = (),
    **fit: Any,
) -> None:
    waits: dict[str, Any] = {
        "api_base": server.url,
        "timeout": timeout,
        "retry_first_wait": 0.02,
        "retry_max_wait": 1.0,
    }
    program = oc.Program(
        oc.Generator(
            inputs=Ticket,
            outputs=Team,
            instructions=INSTRUCTION,
            language_model=oc.LanguageModel("openai/task", **waits),
            name="generator",
        ),
        name="triage",
    )
    program.compile(
        optimizer=oc.optimizers.OMEGA(
            language_model=oc.LanguageModel("openai/proposer", **waits),
            embedding_model=oc.EmbeddingModel("openai/embedding", **waits),
            population_size=4,
            proposals_in_flight=3,
        ),
        reward="exact_match",
    )
    await program.fit(
        *_tickets(48),
        validation_data=_tickets(48, start=100),
        batch_size=4,
        minibatch_size=8,
        concurrency=CONCURRENCY,
        callbacks=[recorder, *callbacks],
        **fit,
    )


def _tickets(count: int, *, start: int = 0) -> tuple[list[Ticket], list[Team]]:
    numbers = random.Random(start).sample(range(start, start + count), count)
    return [Ticket(text=f"Ticket {n}") for n in numbers], [Team(label=TEAMS[n % 2]) for n in numbers]


#: What depends on time alone, or tells of the trouble.
_BESIDE = (
    *("spend.updated", "provider.troubled", "provider.recovered"),
    *("run.paused", "run.resumed", "steering.applied", "warning.raised"),
)


def _path(recorder: RecordingCallback, url: str) -> list[tuple[str, str]]:
    """Return what a run told, without its server's address, which is in the names of the questions as well."""
    told = [(event.kind, str(event).replace(url, "")) for event in recorder.events if event.kind not in _BESIDE]
    return [(kind, re.sub(r"questions=\([^)]*\)", "", text)) for kind, text in told]
