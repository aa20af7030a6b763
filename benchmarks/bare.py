"""The same calls without any optimizer: bare aiohttp, the openai client, bare LiteLLM.

python -m benchmarks.bare aiohttp URL CALLS CONCURRENCY
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.task.world import SEED_INSTRUCTION, make_world

#: Asks one question.
Asking = Callable[[list[dict[str, str]]], Awaitable[Any]]
FORMAT: Any = {
    "type": "json_schema",
    "json_schema": {
        "name": "structured_output",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"label": {"type": "string"}},
            "required": ["label"],
            "additionalProperties": False,
        },
    },
}


def main() -> None:
    kind, url, calls, concurrency = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    run = {"aiohttp": with_aiohttp, "openai": with_openai, "litellm": with_litellm}[kind]
    seconds, cpu = asyncio.run(run(url, calls, concurrency))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "peak_megabytes": peak}))


async def with_aiohttp(url: str, calls: int, concurrency: int) -> tuple[float, float]:
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency)) as session:

        async def ask(messages: list[dict[str, str]]) -> Any:
            body = {"model": "task", "messages": messages, "temperature": 0.0, "response_format": FORMAT}
            async with session.post(f"{url}/chat/completions", json=body) as response:
                return json.loads((await response.json())["choices"][0]["message"]["content"])

        return await ask_all(ask, calls, concurrency)


async def with_openai(url: str, calls: int, concurrency: int) -> tuple[float, float]:
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=url, api_key="none") as client:

        async def ask(messages: Any) -> Any:
            answer = await client.chat.completions.create(
                model="task",
                messages=messages,
                temperature=0.0,
                response_format=FORMAT,
            )
            return json.loads(answer.choices[0].message.content or "")

        return await ask_all(ask, calls, concurrency)


async def with_litellm(url: str, calls: int, concurrency: int) -> tuple[float, float]:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm

    async def ask(messages: list[dict[str, str]]) -> Any:
        answer = await litellm.acompletion(
            model="openai/task",
            api_base=url,
            api_key="none",
            messages=messages,
            temperature=0.0,
            response_format=FORMAT,
        )
        return json.loads(answer.choices[0].message.content)

    return await ask_all(ask, calls, concurrency)


async def ask_all(ask: Asking, calls: int, concurrency: int) -> tuple[float, float]:
    """Ask so many questions, so many at once; return wall-clock and CPU seconds."""
    tickets = make_world(0).test
    await asyncio.gather(*(ask(question(tickets[i].text)) for i in range(concurrency)))  # connections, lazy imports
    numbers = iter(range(calls))

    async def worker() -> None:
        for number in numbers:
            await ask(question(tickets[number % len(tickets)].text))

    began, cpu = time.monotonic(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(concurrency)))
    return time.monotonic() - began, time.process_time() - cpu


def question(text: str) -> list[dict[str, str]]:
    return [
        {"role": "system", "content": SEED_INSTRUCTION},
        {"role": "user", "content": json.dumps({"ticket": text})},
    ]


if __name__ == "__main__":
    main()
