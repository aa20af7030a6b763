"""The server: counts by model, keeps a budget, and fails on purpose."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from benchmarks.server.app import App, Settings
from benchmarks.server.faults import Faults, RateLimit
from benchmarks.server.http import Connection
from benchmarks.task.models import SimulatedModels
from benchmarks.task.world import SEED_INSTRUCTION, make_world

WORLD = make_world(0)
CHAT = "/v1/chat/completions"


def make_app(*, latency=0.0, share=0.0, noise=0.0, rate_limit=None):
    models = SimulatedModels(WORLD, noise=noise)
    return App(models, Settings(latency=latency), Faults(share=share), rate_limit)


def asking(ticket, model="task"):
    messages = [{"role": "system", "content": SEED_INSTRUCTION}, {"role": "user", "content": ticket.text}]
    return {"model": model, "messages": messages}


def test_calls_texts_and_tokens_are_counted_by_model():
    app = make_app()
    app.handle(CHAT, asking(WORLD.test[0]))
    app.handle(CHAT, asking(WORLD.test[0], "proposer"))
    app.handle("/v1/embeddings", {"model": "embedding", "input": ["one text", "another"]})
    counts = app.handle("/counts", {}).value
    assert {name: tally["calls"] for name, tally in counts["models"].items()} == {
        "task": 1,
        "proposer": 1,
        "embedding": 1,
    }
    assert counts["models"]["embedding"]["texts"] == 2
    assert counts["models"]["task"]["prompt_tokens"] > 40


def test_calls_over_the_budget_are_refused_and_the_test_is_not_counted():
    app = make_app()
    app.handle("/settings", {"budget": 2})
    assert [app.handle(CHAT, asking(WORLD.test[0])).status for _ in range(3)] == [200, 200, 400]
    app.handle("/settings", {"counting": False})
    assert app.handle(CHAT, asking(WORLD.test[0])).status == 200
    counts = app.handle("/counts", {}).value
    assert (counts["calls"], counts["refused"]) == (2, 1)


def test_a_rate_limit_says_how_long_to_wait():
    limit = RateLimit(2)
    assert [limit.wait(now) for now in (0.0, 0.1, 0.4, 1.0)] == [0.0, 0.0, 0.6, 0.0]
    app = make_app(rate_limit=1)
    first, second = (app.handle(CHAT, asking(WORLD.test[0])) for _ in range(2))
    assert (first.status, second.status) == (200, 429)
    assert 0 < float(second.headers["Retry-After"]) <= 1


def test_a_share_of_the_answers_fails_in_every_way():
    app = make_app(share=1.0, latency=0.5)
    replies = [app.handle(CHAT, asking(WORLD.test[0])) for _ in range(40)]
    assert {reply.status for reply in replies} == {200, 429, 500}
    assert any(reply.dropped for reply in replies)
    assert min(reply.delay for reply in replies) == 0.5


def test_noise_lets_the_same_question_be_answered_differently():
    def answers(app):
        return [
            [app.handle(CHAT, asking(ticket)).value["choices"][0]["message"]["content"] for _ in range(3)]
            for ticket in WORLD.test[:100]
        ]

    assert all(len(set(three)) == 1 for three in answers(make_app()))
    assert any(len(set(three)) > 1 for three in answers(make_app(noise=0.5)))


@pytest.fixture
async def address():
    app = make_app()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(app.handle), "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


async def test_it_speaks_http_on_connections_that_stay_open(address):
    async with aiohttp.ClientSession() as session:
        for ticket in WORLD.test[:3]:
            async with session.post(address + CHAT, json=asking(ticket)) as response:
                assert response.status == 200
                answer = json.loads(await response.text())
                assert answer["choices"][0]["message"]["content"].endswith("_desk")
        async with session.get(f"{address}/nowhere") as response:
            assert response.status == 404
