"""What LanguageModel does around its attempts: checks, repair, retries, fallback, cache, accounting."""

from __future__ import annotations

import asyncio
import itertools
import time

import pytest

from optimizer_core.budget import Budget, Meter, Role, Usage
from optimizer_core.data.schema import Schema
from optimizer_core.errors import (
    BudgetExhausted,
    InvalidAnswer,
    ModelAccessDenied,
    ModelRefused,
    ModelUnavailable,
    RateLimited,
    RunStopped,
)
from optimizer_core.models.language_model import LanguageModel
from tests.optimizer_core.models.scripts import Script, answer

SCHEMA = Schema.of({"type": "object", "properties": {"label": {"enum": ["a", "b"]}}, "required": ["label"]})
HELLO = [{"role": "user", "content": "hello"}]
numbers = itertools.count()


def model_of(script, **settings):
    """A model of its own name, so that no other test's pause reaches it."""
    settings.setdefault("retry_first_wait", 0.001)
    return LanguageModel(f"scripted/{next(numbers)}", transport=script, **settings)


async def test_an_answer_that_fits_comes_back_with_what_it_used():
    meter = Meter()
    script = Script(answer('{"label": "a"}', reasoning="because"))
    result = await model_of(script).generate(HELLO, schema=SCHEMA, meter=meter, role=Role.JUDGE)
    assert (result.value, result.reasoning, result.cached) == ({"label": "a"}, "because", False)
    assert (result.usage.calls, result.usage.tokens, result.usage.cost) == (1, 12, 0.5)
    assert meter.by_role[Role.JUDGE] == result.usage


async def test_without_a_schema_the_text_is_the_content():
    result = await model_of(Script(answer("hi"))).generate(HELLO, meter=Meter())
    assert result.value == {"content": "hi"}


async def test_an_empty_text_is_no_answer():
    with pytest.raises(InvalidAnswer, match="nothing"):
        await model_of(Script(answer("  "))).generate(HELLO, meter=Meter())


async def test_a_json_schema_dict_is_accepted_and_keeps_the_order_of_its_fields():
    schema = {"type": "object", "properties": {"z": {"type": "string"}, "a": {"type": "string"}}}
    script = Script(answer('{"z": "1", "a": "2"}'))
    await model_of(script).generate(HELLO, schema=schema, meter=Meter())
    assert script.requests[0].schema is not None
    assert list(script.requests[0].schema["properties"]) == ["z", "a"]


async def test_an_answer_that_does_not_fit_is_repaired_once_and_both_calls_count():
    meter = Meter()
    script = Script(answer('{"label": "z"}'), answer('{"label": "b"}'))
    result = await model_of(script).generate(HELLO, schema=SCHEMA, meter=meter)
    assert result.value == {"label": "b"}
    assert result.usage.calls == meter.total.calls == 2
    assert [message["role"] for message in script.requests[1].messages] == ["user", "assistant", "user"]
    assert "label" in script.requests[1].messages[2]["content"]


async def test_half_of_a_surrogate_pair_in_an_answer_reaches_neither_the_repair_nor_the_caller():
    script = Script(answer('{"label": "z\ud83d\x00"}'), answer('{"label": "b"}'))
    assert (await model_of(script).generate(HELLO, schema=SCHEMA, meter=Meter())).value == {"label": "b"}
    assert script.requests[1].messages[1]["content"] == '{"label": "z\ufffd"}'  # so UTF-8 can say it
    spoken = await model_of(Script(answer("a\ud83d", reasoning="b\ud83d"))).generate(HELLO, meter=Meter())
    assert (spoken.value, spoken.reasoning) == ({"content": "a\ufffd"}, "b\ufffd")


async def test_after_one_repair_it_gives_up():
    script = Script(answer("no JSON at all"))
    with pytest.raises(InvalidAnswer, match="no JSON object"):
        await model_of(script).generate(HELLO, schema=SCHEMA, meter=Meter())
    assert len(script.requests) == 2


async def test_a_truncated_answer_says_max_tokens_and_is_not_repaired():
    script = Script(answer('{"lab', finish_reason="length"))
    with pytest.raises(InvalidAnswer, match="max_tokens=5"):
        await model_of(script, max_tokens=5).generate(HELLO, schema=SCHEMA, meter=Meter())
    assert len(script.requests) == 1


@pytest.mark.parametrize("more", [{"refusal": "I cannot"}, {"finish_reason": "content_filter"}])
async def test_a_refusal_is_not_asked_again(more):
    script = Script(answer("", **more))
    meter = Meter()
    with pytest.raises(ModelRefused):
        await model_of(script).generate(HELLO, schema=SCHEMA, meter=meter)
    assert len(script.requests) == meter.total.calls == 1


async def test_passing_failures_are_repeated_and_every_attempt_counts():
    meter = Meter()
    script = Script(ModelUnavailable("down"), RateLimited("slow down", retry_after=0.01), answer('{"label": "a"}'))
    result = await model_of(script).generate(HELLO, schema=SCHEMA, meter=meter)
    assert result.usage.calls == meter.total.calls == 3
    assert meter.total.unpriced_calls == 2


async def test_retry_is_the_number_of_attempts_in_total():
    script = Script(ModelUnavailable("down"))
    with pytest.raises(ModelUnavailable, match="down"):
        await model_of(script, retry=3).generate(HELLO, meter=Meter())
    assert len(script.requests) == 3


@pytest.mark.parametrize("error", [ModelAccessDenied("no key"), ModelRefused("no")])
async def test_permanent_failures_are_not_repeated(error):
    script = Script(error)
    with pytest.raises(type(error)):
        await model_of(script).generate(HELLO, meter=Meter())
    assert len(script.requests) == 1


async def test_the_call_settings_win_over_the_models_own_and_none_sends_nothing():
    script = Script(answer("x"))
    model = model_of(script, temperature=0.7, reasoning_effort="low", max_tokens=9)
    await model.generate(HELLO, meter=Meter())
    await model.generate(HELLO, meter=Meter(), temperature=0.1, reasoning_effort=None)
    await model.generate(HELLO, meter=Meter(), temperature=None, reasoning_effort="none")
    assert [dict(request.settings) for request in script.requests] == [
        {"temperature": 0.7, "reasoning_effort": "low", "max_tokens": 9},
        {"temperature": 0.1, "max_tokens": 9},
        {"max_tokens": 9},
    ]


async def test_the_fallback_answers_with_the_callers_settings_and_both_are_paid():
    meter = Meter()
    second = Script(answer('{"label": "b"}'))
    first = model_of(Script(ModelUnavailable("down")), retry=2, temperature=1.0, fallback=model_of(second))
    result = await first.generate(HELLO, schema=SCHEMA, meter=meter)
    assert result.value == {"label": "b"}
    assert result.usage.calls == meter.total.calls == 3
    assert second.requests[0].settings == {}


async def test_when_the_fallback_fails_too_its_error_comes_with_the_first_as_cause():
    model = model_of(Script(ModelUnavailable("one")), retry=1, fallback=model_of(Script(ModelRefused("two"))))
    with pytest.raises(ModelRefused, match="two") as caught:
        await model.generate(HELLO, meter=Meter())
    assert "one" in str(caught.value.__cause__)


async def test_no_attempt_is_made_over_the_budget_not_even_a_repair():
    meter = Meter(Budget(calls=1))
    script = Script(answer("broken"))
    with pytest.raises(BudgetExhausted):
        await model_of(script).generate(HELLO, schema=SCHEMA, meter=meter)
    assert len(script.requests) == meter.total.calls == 1


async def test_a_spent_budget_does_not_go_to_the_fallback():
    second = Script(answer("x"))
    model = model_of(Script(answer("x")), fallback=model_of(second))
    meter = Meter(Budget(calls=1))
    await model.generate(HELLO, meter=meter)
    with pytest.raises(BudgetExhausted):
        await model.generate(HELLO, meter=meter)
    assert second.requests == []


async def test_a_cancelled_attempt_counts_as_one_call():
    meter = Meter()
    task = asyncio.create_task(model_of(Script(answer("x"), delay=30)).generate(HELLO, meter=meter))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert meter.total.calls == 1
    assert meter.reserve(Role.TASK)  # nothing is held any more


async def test_a_stop_ends_the_wait_for_the_next_attempt():
    meter = Meter()
    script = Script(RateLimited("wait", retry_after=50))
    task = asyncio.create_task(model_of(script).generate(HELLO, meter=meter))
    await asyncio.sleep(0.01)
    meter.stop()
    began = time.monotonic()
    with pytest.raises(RunStopped):
        await task
    assert time.monotonic() - began < 2


async def test_the_limit_on_concurrency_holds():
    script = Script(answer("x"), delay=0.01)
    model = model_of(script, max_concurrency=3)
    meter = Meter()
    await asyncio.gather(*(model.generate(HELLO, meter=meter) for _ in range(12)))
    assert script.most_under_way == 3
    assert meter.total.calls == 12


async def test_one_rate_limit_pauses_all_callers_of_that_model_even_other_objects():
    name = f"scripted/{next(numbers)}"
    limited = LanguageModel(name, transport=Script(RateLimited("slow", retry_after=0.2), answer("x")))
    other = LanguageModel(name, transport=Script(answer("x")))
    task = asyncio.create_task(limited.generate(HELLO, meter=Meter()))
    await asyncio.sleep(0.01)
    began = time.monotonic()
    await other.generate(HELLO, meter=Meter())
    assert time.monotonic() - began > 0.15
    await task


async def test_a_cached_answer_is_not_paid_again_and_a_repeat_is_another_question():
    meter = Meter()
    script = Script(answer('{"label": "a"}'))
    model = model_of(script, caching=True)
    first = await model.generate(HELLO, schema=SCHEMA, meter=meter)
    first.value["label"] = "changed by the caller"
    second = await model.generate(HELLO, schema=SCHEMA, meter=meter)
    assert (second.value, second.cached, second.usage) == ({"label": "a"}, True, Usage())
    await model.generate(HELLO, schema=SCHEMA, meter=meter, repeat=1)
    await model.generate(HELLO, schema=SCHEMA, meter=meter, temperature=0.5)
    assert len(script.requests) == meter.total.calls == 3


async def test_the_same_question_at_the_same_time_is_asked_once():
    script = Script(answer("x"), delay=0.01)
    model = model_of(script, caching=True)
    meter = Meter()
    answers = await asyncio.gather(*(model.generate(HELLO, meter=meter) for _ in range(5)))
    assert len(script.requests) == meter.total.calls == 1
    assert sum(each.cached for each in answers) == 4


async def test_when_the_first_of_them_is_cancelled_another_one_asks():
    script = Script(answer("x"), delay=0.05)
    model = model_of(script, caching=True)
    meter = Meter()
    first, second = (asyncio.create_task(model.generate(HELLO, meter=meter)) for _ in range(2))
    await asyncio.sleep(0.01)
    first.cancel()
    assert (await second).value == {"content": "x"}
    assert meter.total.calls == 2


async def test_failures_are_not_cached():
    script = Script(ModelUnavailable("down"), answer("x"))
    model = model_of(script, caching=True, retry=1)
    with pytest.raises(ModelUnavailable):
        await model.generate(HELLO, meter=Meter())
    assert (await model.generate(HELLO, meter=Meter())).value == {"content": "x"}


async def test_a_model_that_reasons_by_itself_fills_the_thinking_field_with_its_own_trace():
    thoughtful = SCHEMA.with_field_first("thinking", {"type": "string"})
    script = Script(answer('{"label": "a"}', reasoning="my trace"))
    model = LanguageModel("openai/o3", transport=script)
    result = await model.generate(HELLO, schema=thoughtful, meter=Meter(), reasoning_effort="low")
    assert list(result.value.items()) == [("thinking", "my trace"), ("label", "a")]
    assert "thinking" not in (script.requests[0].schema or {})["properties"]
    script.entries = [answer('{"thinking": "t", "label": "a"}')]
    assert (await model.generate(HELLO, schema=thoughtful, meter=Meter())).value["thinking"] == "t"
