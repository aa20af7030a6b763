"""Our own optimizers on the simulated task, through nothing but the public surface.

    python -m benchmarks.ours ADDRESS CALLS SEED CONCURRENCY

runs OMEGA against a server that is up, in a process of its own, and prints the outcome. It has as many proposals in
flight as samples, so that the slots are busy: by default a small budget has fewer, which finds more but waits longer.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from typing import Any

import optimizer_core as oc
from benchmarks.outcome import Outcome
from benchmarks.server.process import Door
from benchmarks.task.world import SEED_INSTRUCTION, Ticket, World, make_world, share_right
from optimizer_core.models.litellm_transport import LiteLLMTransport

#: Samples under way at once, for everybody.
CONCURRENCY = 16


class TicketRow(oc.DataModel):
    """What the program reads."""

    ticket: str = oc.Field(description="The support ticket")


class Route(oc.DataModel):
    """What it answers."""

    label: str = oc.Field(description="The desk that should answer it")


def main() -> None:
    address, calls, seed, concurrency = sys.argv[1], *map(int, sys.argv[2:5])
    busy = oc.optimizers.OMEGA(proposals_in_flight=concurrency)
    server = Door(address)
    warm_up(server)
    print(search_ours(busy, server, budget=calls, seed=seed, concurrency=concurrency).to_json())


def warm_up(server: Door, carrier: LiteLLMTransport | None = None) -> None:
    """Import what is imported late, as the bare rows do before they are measured; the calls are not counted."""
    world = make_world(0)
    server.set(counting=False)
    build_program("omega", server, carrier).predict_sync(rows(world.test[:CONCURRENCY]), concurrency=CONCURRENCY)
    server.set(counting=True)


def search_ours(
    optimizer: str | oc.optimizers.OMEGA,
    server: Door,
    *,
    budget: int,
    seed: int,
    concurrency: int = CONCURRENCY,
) -> Outcome:
    """Search with "omega", "random_few_shot" or an optimizer until the budget is spent, and score what was found.

    Everything that is not part of the task is left at its default.
    """
    world = make_world(seed)
    program = build_program(optimizer, server)
    began, cpu = time.monotonic(), time.process_time()
    fit(program, world, calls=budget, concurrency=concurrency, seed=seed)
    return Outcome(
        seconds=time.monotonic() - began,
        cpu_seconds=time.process_time() - cpu,
        counts=server.counts(),
        budget=budget,
        peak_megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        accuracy=held_out(program, server, world),
    )


def fit(program: oc.Program, world: World, *, calls: int, concurrency: int, seed: int, **keepers: Any) -> None:
    """Search on the rows of a world until so many calls are spent; ``keepers`` are told and asked meanwhile."""
    program.fit_sync(
        x=rows(world.train),
        y=answers(world.train),
        validation_data=(rows(world.validation), answers(world.validation)),
        epochs=None,
        budget=oc.Budget(calls=calls),
        concurrency=concurrency,
        seed=seed,
        **keepers,
    )


def build_program(
    optimizer: str | oc.optimizers.OMEGA, server: Door, carrier: LiteLLMTransport | None = None
) -> oc.Program:
    """Return a compiled program; the optimizer has its defaults. A carrier takes the place of the usual transport."""
    place: dict[str, Any] = {"api_base": server.url, "api_key": "none", "transport": carrier}
    task = oc.LanguageModel(model="openai/task", caching=True, temperature=0.0, **place)
    proposer = oc.LanguageModel(model="openai/proposer", **place)
    embedder = oc.EmbeddingModel(model="openai/embedding", **place)
    oc.set_default_language_model(proposer)
    oc.set_default_embedding_model(embedder)
    program = oc.Program(
        oc.Generator(inputs=TicketRow, outputs=Route, instructions=SEED_INSTRUCTION, language_model=task),
        name="router",
        description="Routes a support ticket to one desk.",
    )
    program.compile(optimizer=optimizer, reward=oc.rewards.ExactMatch(in_mask=["label"]))
    return program


def held_out(program: oc.Program, server: Door, world: World) -> float:
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


if __name__ == "__main__":
    main()
