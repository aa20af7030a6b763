"""What OMEGA adds to LiteLLM: a whole search through it beside the very same calls made bare, in pairs.

    python -m benchmarks.through_litellm [--pairs 6] [--calls 2000]

A first search notes what it asks. Then the search and the bare calls, as many at once, alternate in one process against
one server; which comes first alternates too. A ratio of 1.05 says that OMEGA, its scoring and proposing included, takes
5 % more time than LiteLLM alone.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from benchmarks.intervals import LEAST_PAIRS, print_ratios
from benchmarks.ours import build_program, fit, warm_up
from benchmarks.results import keep
from benchmarks.server.process import Door, Server
from benchmarks.task.world import make_world
from optimizer_core.models.base import ChatAnswer, ChatRequest, EmbeddingAnswer, EmbeddingRequest
from optimizer_core.models.litellm_loop import in_litellm_loop
from optimizer_core.models.litellm_transport import LiteLLMTransport
from optimizer_core.models.structured_output import structured_output
from optimizer_core.optimizers import OMEGA

CONCURRENCY, LATENCY = 16, 0.025  # calls under way at once, seconds of each answer

Request: TypeAlias = ChatRequest | EmbeddingRequest
#: Wall-clock and CPU seconds of the whole process.
Spent: TypeAlias = tuple[float, float]


class NotingTransport(LiteLLMTransport):
    """Notes what is asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    async def chat(self, request: ChatRequest) -> ChatAnswer:
        self.asked.append(request)
        return await super().chat(request)

    async def embed(self, request: EmbeddingRequest) -> EmbeddingAnswer:
        self.asked.append(request)
        return await super().embed(request)


def main() -> None:
    options = read_options()
    if options.pairs < LEAST_PAIRS:
        raise SystemExit(f"--pairs={options.pairs} must be at least {LEAST_PAIRS}: there is no interval from fewer")
    with Server(world=0, seed=0, latency=LATENCY) as server:
        noting = NotingTransport()
        warm_up(server, noting)
        noting.asked.clear()
        search(server, noting, options.calls)
        asked = tuple(noting.asked)
        pairs = [measure_pair(number, server, asked, options) for number in range(options.pairs)]
    print_ratios("OMEGA ÷ bare", pairs)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--keep", action="store_true", help="keep the figures for the table")
    return parser.parse_args()


def measure_pair(number: int, server: Door, asked: Sequence[Request], options: argparse.Namespace) -> Spent:
    """Return the ratios of wall-clock and CPU time of one pair."""
    halves: dict[str, Callable[[], Spent]] = {
        "omega": lambda: search(server, LiteLLMTransport(), options.calls),
        "bare": lambda: ask_bare(asked),
    }
    order = ("omega", "bare") if number % 2 else ("bare", "omega")
    spent = {half: halves[half]() for half in order}
    wall, cpu = (ours / bare for ours, bare in zip(spent["omega"], spent["bare"], strict=True))
    each = ", ".join(f"{name} {seconds:.2f} s" for name, (seconds, _) in spent.items())
    print(f"pair {number}: {len(asked)} calls, {each}; wall {wall:.3f}, CPU {cpu:.3f}", flush=True)
    if options.keep:
        keep("through_litellm", pair=number, wall=wall, cpu=cpu)
    return wall, cpu


def search(server: Door, carrier: LiteLLMTransport, calls: int) -> Spent:
    """Search with OMEGA, which has as many proposals in flight as samples, so that the slots are busy."""
    world = make_world(0)
    program = build_program(OMEGA(proposals_in_flight=CONCURRENCY), server, carrier)
    began, cpu = time.monotonic(), time.process_time()
    fit(program, world, calls=calls, concurrency=CONCURRENCY, seed=0)
    return time.monotonic() - began, time.process_time() - cpu


def ask_bare(asked: Sequence[Request]) -> Spent:
    """Make the same calls with nothing around them, in the loop where LiteLLM has its connections."""
    return asyncio.run(in_litellm_loop(lambda litellm: ask_all(litellm, asked)))


async def ask_all(litellm: Any, asked: Sequence[Request]) -> Spent:
    waiting = iter(asked)

    async def worker() -> None:
        for request in waiting:
            await bare_call(litellm, request)

    began, cpu = time.monotonic(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(CONCURRENCY)))
    return time.monotonic() - began, time.process_time() - cpu


def bare_call(litellm: Any, request: Request) -> Awaitable[Any]:
    """Begin a call as somebody would write it who uses nothing but LiteLLM."""
    place = {"model": request.model, "api_base": request.api_base, "api_key": request.api_key}
    call: Awaitable[Any]
    if isinstance(request, EmbeddingRequest):
        call = litellm.aembedding(**place, input=list(request.texts), **request.settings)
    else:
        form = structured_output(request.model, request.schema, request.form)
        call = litellm.acompletion(**place, messages=list(request.messages), **form, **request.settings)
    return call


if __name__ == "__main__":
    main()
