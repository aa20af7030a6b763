"""Runs whose provider is in trouble: they slow down, wait or pause, say so, and end as if nothing had been."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

import pytest

from optimizer_core import steering
from optimizer_core.callbacks import Callback
from optimizer_core.errors import (
    AccessRevoked,
    ConfigurationError,
    ModelRefused,
    ModelUnavailable,
    ProviderDown,
    RateLimited,
)
from optimizer_core.models import outage, traffic
from optimizer_core.models.journal import MemoryJournal
from optimizer_core.steering import RequestList
from optimizer_core.testing import ScriptedModel
from optimizer_core.training import troubles
from tests.optimizer_core.training.cases import answer, make_program, omega, run
from tests.optimizer_core.training.test_reproducible import path

OF_TROUBLE = ("provider.troubled", "provider.recovered", "steering.applied", "run.paused", "run.resumed")


@pytest.fixture(autouse=True)
def _told_at_once(monkeypatch):
    monkeypatch.setattr(troubles, "WORTH_TELLING", 0.0)
    monkeypatch.setattr(traffic, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(outage, "AFTER_DENIAL", 0.01)


class Provider:
    """Answers, but fails with ``error`` from one question on until it is mended."""

    def __init__(self, error: Exception, *, after: int, answers_after: int | None = None) -> None:
        self.error, self._after, self._failures = error, after, answers_after
        self.asked = self.failed = 0
        self.is_mended = False
        self.answered: Counter[str] = Counter()

    def __call__(self, request):
        self.asked += 1
        broken = self.asked > self._after and not self.is_mended
        if broken and (self._failures is None or self.failed < self._failures):
            self.failed += 1
            return self.error
        self.answered[str(request.messages)] += 1
        return answer(request)


def model_of(provider, **more) -> ScriptedModel:
    model = ScriptedModel(provider, retry=3, **more)
    # Waits that a test can afford; a scripted model has none.
    model._asker.caller._retry = type(model._asker.caller._retry)(attempts=3, first_wait=0.01, max_wait=0.05)
    return model


async def run_with(provider, **fit):
    fit.setdefault("concurrency", 8)
    return await run(make_program(language_model=model_of(provider, latency=0.002)), omega(), **fit)


def without_troubles(recorder):
    return [event for event in path(recorder) if event[0] not in OF_TROUBLE]


async def undisturbed(**fit):
    _, recorder = await run(optimizer=omega(), **fit)
    return without_troubles(recorder)


@pytest.mark.parametrize(
    "error",
    [
        ModelUnavailable("HTTP 500"),
        ModelUnavailable("refused", was_sent=False),
        RateLimited("slow down", retry_after=0.01),
        RateLimited("slow down"),
    ],
)
async def test_a_provider_that_is_down_for_a_while_costs_no_sample_its_answer(error):
    provider = Provider(error, after=20, answers_after=15)
    _, recorder = await run_with(provider)
    assert without_troubles(recorder) == await undisturbed()
    told = recorder.of("provider.troubled")
    kind = "rate_limited" if isinstance(error, RateLimited) else "down"
    assert {event.trouble for event in told} == {kind}
    assert str(error) in told[0].message
    assert recorder.of("spend.updated")[-1].by_role["task"]["calls"] == provider.asked - (
        0 if error.was_sent else provider.failed
    )


async def test_while_it_is_down_one_question_tries_and_the_others_wait():
    provider = Provider(ModelUnavailable("HTTP 503"), after=20, answers_after=12)
    _, recorder = await run_with(provider, concurrency=8)
    assert recorder.of("run.finished")[0].status == "completed"
    # The first wave, then tries; with 8 at once and 3 attempts each it would have been up to 24.
    assert provider.failed == 12
    assert [event.trouble for event in recorder.of("provider.recovered")] == ["down"]


async def test_one_that_stays_down_ends_a_script_with_a_clear_error():
    provider = Provider(ModelUnavailable("HTTP 503"), after=20)
    with pytest.raises(ProviderDown, match=r"HTTP 503 \(no answer for"):
        await run_with(provider, provider_patience=0.3)
    assert provider.failed < 40


class Mends(Callback):
    """Mends the provider and resumes the run a moment after it has paused."""

    def __init__(self, provider, requests, *, in_vain: int = 0) -> None:
        self._provider, self._requests, self._in_vain = provider, requests, in_vain
        self.reasons: list[str] = []
        self.asked_meanwhile = -1

    def on_event(self, event):
        if event.kind == "run.paused":
            self.reasons.append(event.reason)
            before = self._provider.asked
            asyncio.get_running_loop().call_later(0.25, self._go_on, before)

    def _go_on(self, before):
        self.asked_meanwhile = self._provider.asked - before
        self._provider.is_mended = len(self.reasons) > self._in_vain
        self._requests.ask(steering.ResumeRequested(author="alice"))


@pytest.mark.parametrize(
    ("error", "reason"),
    [(AccessRevoked("HTTP 401 (check the key)"), "access_revoked"), (ModelUnavailable("HTTP 502"), "provider_down")],
)
@pytest.mark.parametrize("in_vain", [0, 1])
async def test_a_supervised_run_pauses_and_after_it_is_mended_pays_nothing_twice(error, reason, in_vain):
    requests, provider = RequestList(), Provider(error, after=20)
    mends = Mends(provider, requests, in_vain=in_vain)
    _, recorder = await run_with(
        provider,
        steering=requests,
        callbacks=[mends],
        on_provider_trouble="pause",
        provider_patience=0.3,
        journal=MemoryJournal(),
    )
    assert mends.reasons == [reason] * (1 + in_vain)
    assert mends.asked_meanwhile == 0
    assert without_troubles(recorder) == await undisturbed(journal=MemoryJournal())
    assert set(provider.answered.values()) == {1}
    assert recorder.of("provider.troubled")[0].message == str(error)
    assert [event.by for event in recorder.of("run.resumed")] == ["alice"] * (1 + in_vain)


async def test_a_run_that_pauses_for_its_key_can_be_stopped():
    stop, provider = threading.Event(), Provider(AccessRevoked("HTTP 401"), after=20)

    class Stops(Callback):
        def on_event(self, event):
            if event.kind == "run.paused":
                stop.set()

    _, recorder = await run_with(provider, callbacks=[Stops()], stop=stop, on_provider_trouble="pause")
    assert recorder.of("run.finished")[0].status == "stopped"


async def test_a_revoked_key_ends_a_script_at_once():
    provider = Provider(AccessRevoked("HTTP 401 (check the key)"), after=20)
    with pytest.raises(AccessRevoked, match="check the key"):
        await run_with(provider)
    assert provider.failed <= 8


@pytest.mark.parametrize("error", [AccessRevoked("HTTP 401"), ModelUnavailable("HTTP 503")])
async def test_a_fallback_answers_instead_of_waiting(error):
    provider, other = Provider(error, after=20), ScriptedModel(answer)
    program = make_program(language_model=model_of(provider, latency=0.002, fallback=other))
    _, recorder = await run(program, omega(), on_provider_trouble="pause")
    assert recorder.of("run.paused") == []
    assert without_troubles(recorder) == await undisturbed()
    assert other.requests


async def test_a_question_that_is_always_refused_or_always_fails_ends_with_its_reason():
    def picky(request):
        word = request.messages[-1]["content"]
        if '"a' in word:
            return ModelRefused("its content filter ended the answer")
        return ModelUnavailable("HTTP 500 for this one") if '"b' in word else answer(request)

    _, recorder = await run_with(picky, epochs=1)
    errors = {result.error for scored in recorder.of("candidate.scored") for result in scored.results}
    assert errors == {"", "its content filter ended the answer", "HTTP 500 for this one"}
    assert recorder.of("run.finished")[0].status == "completed"


async def test_a_provider_that_takes_few_at_once_gets_few_at_once():
    now = most = refused = 0

    async def narrow(request):
        nonlocal now, most, refused
        now += 1
        try:
            if now > 4:
                refused += 1
                return RateLimited("too many")
            most = max(most, now)
            await asyncio.sleep(0.01)
            return answer(request)
        finally:
            now -= 1

    _, recorder = await run_with(narrow, concurrency=16)
    assert without_troubles(recorder) == await undisturbed()
    told = recorder.of("provider.troubled")
    assert {event.trouble for event in told} == {"rate_limited"}
    assert all(event.at_once <= event.of <= 16 for event in told)
    assert refused < 150


async def test_predict_and_evaluate_say_so_too():
    program = make_program(language_model=model_of(Provider(AccessRevoked("HTTP 401"), after=2)))
    program.compile(reward="exact_match", optimizer=omega())
    with pytest.raises(AccessRevoked, match="HTTP 401"):
        await program.predict([{"word": "a1"}] * 8)
    with pytest.raises(AccessRevoked, match="HTTP 401"):
        await program.evaluate([{"word": "a1"}] * 8, [{"colour": "red"}] * 8)


@pytest.mark.parametrize("wrong", [{"provider_patience": 0}, {"on_provider_trouble": "wait"}])
async def test_what_to_do_about_trouble_is_checked(wrong):
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        await run(**wrong)
