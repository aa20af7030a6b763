"""A stranger's script: the whole surface against a server of which a fifth of the answers fail."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

import optimizer_core as oc
from optimizer_core.testing import RecordingCallback
from tests.fakes.openai_outcomes import BROKEN_JSON, DROPPED, HANG, RATE_LIMIT, RATE_LIMIT_NO_HINT, SERVER_ERROR
from tests.fakes.openai_server import OpenAIServer, schema_of

FAULTS = {RATE_LIMIT: 0.04, RATE_LIMIT_NO_HINT: 0.03, SERVER_ERROR: 0.04, HANG: 0.02, DROPPED: 0.03, BROKEN_JSON: 0.04}
QUEUES = ("billing", "technical", "sales")


class Ticket(oc.DataModel):
    ticket: str = oc.Field(description="The support ticket")


class Route(oc.DataModel):
    label: str = oc.Field(description="The queue")


def respond(body: dict[str, Any]) -> str:
    """Propose where an instruction is asked for, else route: right only where the instruction names the queue."""
    if "instructions" in schema_of(body).get("properties", {}):
        known = re.findall(r"knows (\w+)", str(body["messages"]))
        new = next((queue for queue in QUEUES if queue not in known), QUEUES[0])
        return json.dumps(
            {"thinking": "one more", "instructions": f"Route {{{{ticket}}}}; knows {new} {' '.join(known)}"}
        )
    asked = [message["content"] for message in body["messages"] if message["content"].startswith('{"ticket"')]
    queue = json.loads(asked[-1])["ticket"].split()[0]
    return json.dumps({"label": queue if queue in body["messages"][0]["content"] else "unknown"})


def rows(number: int) -> tuple[list[Ticket], list[dict[str, str]]]:
    """Inputs as data models, targets as plain objects: both are accepted."""
    queues = [QUEUES[i % 3] for i in range(number)]
    return [Ticket(ticket=f"{queue} case {i}") for i, queue in enumerate(queues)], [{"label": q} for q in queues]


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(respond, faults=FAULTS, seed=3, hang=5.0) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_defaults() -> Iterator[None]:
    yield
    oc.set_default_language_model(None)
    oc.set_default_embedding_model(None)


def counted(server: OpenAIServer, expected: int) -> int:
    """Return the server's own count; what the client gave up on may still lie unread while the machine stands still."""
    until = time.monotonic() + 5
    while server.counts.calls != expected and time.monotonic() < until:
        time.sleep(0.01)
    return server.counts.calls


def language_model(server: OpenAIServer, **settings: Any) -> oc.LanguageModel:
    given: dict[str, Any] = {"timeout": 1.0, "retry": 2, "retry_first_wait": 0.01, "retry_max_wait": 0.05, **settings}
    return oc.LanguageModel(model="openai/NAME", api_base=server.url, api_key="key", temperature=0.0, **given)


@pytest.mark.parametrize("caching", [True, False])
def test_the_whole_surface_survives_a_bad_server_and_counts_what_the_server_counted(server, tmp_path, caching):
    task_lm = language_model(server, caching=caching, fallback=None)
    embedder = oc.EmbeddingModel(model="openai/NAME", api_base=server.url)
    oc.set_default_language_model(task_lm)
    oc.set_default_embedding_model(embedder)
    program = oc.Program(
        oc.Generator(inputs=Ticket, outputs=Route, instructions="Route the {{ticket}}.", language_model=task_lm),
        name="router",
        description="Routes a support ticket to one queue.",
    )
    program.compile(
        optimizer=oc.optimizers.OMEGA(language_model=language_model(server), embedding_model=embedder),
        reward=oc.rewards.ExactMatch(in_mask=["label"]),
        metrics=["f1_score"],
    )
    recorder = RecordingCallback()
    history = program.fit_sync(
        *rows(12), validation_data=rows(9), epochs=None, batch_size=4, minibatch_size=4, shuffle=True,
        callbacks=[recorder], budget=oc.Budget(calls=160), concurrency=16, seed=0,
    )  # fmt: skip

    assert history.finished is not None
    assert history.finished.status == "completed"
    assert history.spend is not None
    assert history.spend.calls == counted(server, history.spend.calls) <= 160
    assert server.counts.faults.total() > 10
    check_failures(history, recorder)

    before, meter = server.counts.calls, oc.Meter()
    outputs = program.predict_sync(rows(30)[0], meter=meter)
    assert len(outputs) == 30
    assert all(output is None or set(output) == {"label"} for output in outputs)
    logs = program.evaluate_sync(*rows(30), meter=meter)
    assert logs["n"] == 30
    assert 0.0 <= logs["reward"] <= 1.0
    assert meter.total.calls + before == counted(server, meter.total.calls + before)

    program.save(tmp_path / "router.json")
    again = oc.Program.load(tmp_path / "router.json")
    assert again.get_state() == program.get_state()
    assert again.trainable_variables[0].name == program.trainable_variables[0].name


def check_failures(history: Any, recorder: RecordingCallback) -> None:
    """Every failed sample scored 0, says why, and is in the history."""
    failed = [result for event in recorder.of("candidate.scored") for result in event.results if result.error]
    assert len(failed) == history.nb_failures == len(history.failures)
    assert {result.reward for result in failed} <= {0.0}
    assert [failure.sample for failure in history.failures] == [result.sample for result in failed]


async def test_every_kind_of_failure_leaves_a_sample_that_scored_0_and_says_why(server):
    once = language_model(server, retry=1)
    program = oc.Program(oc.Generator(inputs=Ticket, outputs=Route, language_model=once), name="router")
    program.compile(optimizer="random_few_shot", reward="exact_match")
    history = await program.fit(*rows(240), validation_data=rows(60), batch_size=240, minibatch_size=0)
    said = " ".join(failure.error for failure in history.failures)
    for words in ("HTTP 429", "HTTP 500", "no answer within 1 s", "could not be reached"):
        assert words in said
    assert history.nb_failures == len(history.failures) > 20
    assert history.spend is not None
    assert history.spend.calls == counted(server, history.spend.calls)
    assert set(server.counts.faults) == set(FAULTS)


async def test_several_runs_at_once_share_the_server_and_each_counts_its_own(server):
    async def one(seed: int) -> int:
        program = oc.Program(
            oc.Generator(inputs=Ticket, outputs=Route, language_model=language_model(server)), name="r"
        )
        program.compile(optimizer="random_few_shot", reward="exact_match")
        history = await program.fit(*rows(12), validation_data=rows(6), batch_size=4, seed=seed)
        assert history.spend is not None
        return history.spend.calls

    spent = sum(await asyncio.gather(*map(one, range(3))))
    assert spent == counted(server, spent)
