"""A server that does not know JSON Schemas is asked in the next simpler form, and that is remembered."""

from __future__ import annotations

import json

import pytest

from optimizer_core.budget import Meter, Role
from optimizer_core.data.schema import Schema
from optimizer_core.errors import FormatRejected, InvalidAnswer, ModelAccessDenied
from optimizer_core.models.http_errors import error_of
from optimizer_core.models.language_model import LanguageModel
from tests.fakes.openai_server import OpenAIServer
from tests.optimizer_core.models.scripts import Script, answer

SCHEMA = Schema.of({"type": "object", "properties": {"label": {"enum": ["a", "b"]}}, "required": ["label"]})
QUESTION = [{"role": "system", "content": "Pick."}, {"role": "user", "content": '{"x": 1}'}]


def model(server: OpenAIServer) -> LanguageModel:
    return LanguageModel("openai/some", api_base=server.url, retry=1)


def types(server: OpenAIServer) -> list[str | None]:
    return [body.get("response_format", {}).get("type") for body in server.counts.bodies]


@pytest.mark.parametrize(
    ("knows", "asked"),
    [
        (["json_schema", "json_object"], ["json_schema", "json_schema"]),
        (["json_object"], ["json_schema", "json_object", "json_object"]),
        ([], ["json_schema", "json_object", None, None]),
    ],
)
async def test_the_next_simpler_form_is_found_once_and_remembered(knows: list[str], asked: list[str | None]):
    async with OpenAIServer(lambda body: '{"label": "a"}', knows=knows) as server:
        meter = Meter()
        for one in (model(server), model(server)):  # remembered for the model, not for the object
            reply = await one.generate(QUESTION, schema=SCHEMA, meter=meter)
            assert reply.value == {"label": "a"}
        assert types(server) == asked
        assert meter.by_role[Role.TASK].calls == server.counts.calls == len(asked)


async def test_the_schema_then_stands_in_the_system_message_before_what_changes():
    async with OpenAIServer(lambda body: '{"label": "a"}', knows=[]) as server:
        await model(server).generate(QUESTION, schema=SCHEMA, meter=Meter())
        await model(server).generate(QUESTION[1:], schema=SCHEMA, meter=Meter())
        with_system, without = (body["messages"] for body in server.counts.bodies[-2:])
        for messages in (with_system, without):
            assert [message["role"] for message in messages] == ["system", "user"]
            assert json.dumps(SCHEMA.json_schema) in messages[0]["content"]
            assert messages[1] == QUESTION[1]
        assert with_system[0]["content"].startswith("Pick.")
        assert server.counts.bodies[0]["messages"] == QUESTION


async def test_answers_are_still_checked_and_repaired_once_in_the_found_form():
    texts = iter(["no JSON here", '{"label": "b"}', "nothing", "nothing again"])
    async with OpenAIServer(lambda body: next(texts), knows=[]) as server:
        reply = await model(server).generate(QUESTION, schema=SCHEMA, meter=Meter())
        assert reply.value == {"label": "b"}
        with pytest.raises(InvalidAnswer):
            await model(server).generate(QUESTION, schema=SCHEMA, meter=Meter())
        assert types(server) == ["json_schema", "json_object", None, None, None, None]


async def test_a_failure_that_no_form_helps_is_told_and_nothing_is_remembered():
    script = Script(*[FormatRejected("unsupported: temperature")] * 3, answer('{"label": "a"}'))
    one = LanguageModel("openai/another", retry=1, transport=script)
    with pytest.raises(ModelAccessDenied, match="temperature") as refused:
        await one.generate(QUESTION, schema=SCHEMA, meter=Meter())
    assert refused.type is ModelAccessDenied  # by this name runs know that nobody can be asked
    await one.generate(QUESTION, schema=SCHEMA, meter=Meter())
    assert [request.form for request in script.requests] == ["json_schema", "json_object", "text", "json_schema"]


async def test_a_question_without_schema_is_asked_once():
    script = Script(FormatRejected("unsupported"))
    with pytest.raises(ModelAccessDenied) as refused:
        await LanguageModel("openai/third", retry=1, transport=script).generate(QUESTION, meter=Meter())
    assert refused.type is ModelAccessDenied
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("status", "message", "about_format"),
    [
        (400, "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model", True),
        (422, "extra fields not permitted: response_format", True),
        (400, "Unsupported value", True),
        (404, "No endpoints found that can handle the requested parameters", True),
        (501, "structured outputs are not implemented", True),
        (400, "maximum context length is 8192 tokens", False),
        (401, "response_format", False),
        (404, "the model does not exist", False),
    ],
)
def test_what_a_server_says_that_does_not_know_a_form(status: int, message: str, about_format: bool):
    error = error_of("m", status, json.dumps({"error": {"message": message}}), {})
    assert isinstance(error, FormatRejected) is about_format
