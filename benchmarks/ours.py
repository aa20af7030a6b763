"""Our own optimizers on the simulated task, through nothing but the public surface."""

from __future__ import annotations

import time
from collections.abc import Sequence

import optimizer_core as oc
from benchmarks.outcome import Outcome
from benchmarks.server.process import Server
from benchmarks.task.world import SEED_INSTRUCTION, Ticket, World, share_right

#: Samples under way at once, for everybody.
CONCURRENCY = 16


class TicketRow(oc.DataModel):
    """What the program reads."""

    ticket: str = oc.Field(description="The support ticket")


class Route(oc.DataModel):
    """What it answers."""

    label: str = oc.Field(description="The desk that should answer it")


def search(optimizer: str, server: Server, world: World, *, budget: int, seed: int) -> Outcome:
    """Search with "omega" or "random_few_shot" until the budget is spent, and score what was found.

    Everything that is not part of the task is left at its default.
    """
    program = build_program(optimizer, server)
    began, cpu = time.monotonic(), time.process_time()
    program.fit_sync(
        x=rows(world.train),
        y=answers(world.train),
        validation_data=(rows(world.validation), answers(world.validation)),
        epochs=None,
        budget=oc.Budget(calls=budget),
        concurrency=CONCURRENCY,
        seed=seed,
    )
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    counts = server.counts()
    return Outcome(
        accuracy=held_out(program, server, world), counts=counts, budget=budget, seconds=seconds, cpu_seconds=cpu
    )


def build_program(optimizer: str, server: Server) -> oc.Program:
    """Return a compiled program; the optimizer has its defaults."""
    task = oc.LanguageModel(model="openai/task", api_base=server.url, api_key="none", caching=True, temperature=0.0)
    proposer = oc.LanguageModel(model="openai/proposer", api_base=server.url, api_key="none")
    embedder = oc.EmbeddingModel(model="openai/embedding", api_base=server.url, api_key="none")
    oc.set_default_language_model(proposer)
    oc.set_default_embedding_model(embedder)
    program = oc.Program(
        oc.Generator(inputs=TicketRow, outputs=Route, instructions=SEED_INSTRUCTION, language_model=task),
        name="router",
        description="Routes a support ticket to one desk.",
    )
    program.compile(optimizer=optimizer, reward=oc.rewards.ExactMatch(in_mask=["label"]))
    return program


def held_out(program: oc.Program, server: Server, world: World) -> float:
    """Return the share of the test tickets that the program routes rightly; these calls are not counted."""
    server.set(counting=False, latency=0.0)
    outputs = program.predict_sync(rows(world.test), concurrency=CONCURRENCY)
    given = [None if output is None else output.get("label") for output in outputs]
    return share_right(given, world.test)


def rows(tickets: Sequence[Ticket]) -> list[dict[str, str]]:
    """Return what the program reads of each ticket."""
    return [{"ticket": ticket.text} for ticket in tickets]


def answers(tickets: Sequence[Ticket]) -> list[dict[str, str]]:
    """Return the right answers."""
    return [{"label": ticket.desk} for ticket in tickets]
