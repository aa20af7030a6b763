"""Messages with a common beginning: for everybody else they are like any other tuple of messages."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from optimizer_core.json_values import content_hash
from optimizer_core.models.base import ChatRequest
from optimizer_core.models.messages import Messages, Part, Prefix, messages_hash, messages_text
from optimizer_core.models.openai_transport import chat_body, chat_text
from optimizer_core.models.question_key import question_key

BEGINNING = (
    {"role": "system", "content": 'Übersetze "das"\n'},
    {"role": "user", "content": "a"},
    {"role": "assistant", "content": "b"},
)
LAST = {"role": "user", "content": "c, d"}
PLAIN = (*BEGINNING, LAST)
SHARED = Messages.of(Prefix(BEGINNING), Part([LAST]))
SCHEMA = {"type": "object", "properties": {"label": {"type": "string"}}}


def request(messages: tuple[dict[str, Any], ...], **changes: Any) -> ChatRequest:
    settings = {"temperature": 0.0}
    return ChatRequest(**{"model": "openai/x", "messages": messages, "schema": SCHEMA, "settings": settings, **changes})


def test_they_equal_a_tuple_of_the_same_messages():
    assert SHARED == PLAIN
    assert (*SHARED, LAST) == (*PLAIN, LAST)


@pytest.mark.parametrize("beginning", [(), BEGINNING[:1], BEGINNING])
def test_their_text_is_the_json_of_all(beginning):
    messages = Messages.of(Prefix(beginning), Part([LAST]))
    assert json.loads(messages_text(messages)) == [*beginning, LAST]
    assert messages_text(messages) == messages_text(tuple(messages))


def test_a_second_question_is_told_from_the_first():
    other = Messages.of(SHARED.prefix, Part([{"role": "user", "content": "e"}]))
    assert json.loads(messages_text(other))[-1]["content"] == "e"
    assert messages_hash(other) != messages_hash(SHARED)


def test_their_hash_is_that_of_equal_messages_and_knows_where_one_ends():
    assert messages_hash(SHARED) == messages_hash(PLAIN) == messages_hash(list(PLAIN))
    assert messages_hash(PLAIN) != messages_hash(PLAIN[:-1])
    assert messages_hash(PLAIN) != messages_hash((*BEGINNING[::-1], LAST))


@pytest.mark.parametrize("schema", [None, SCHEMA])
@pytest.mark.parametrize("extra", [{}, {"provider": {"only": ["a"]}}, {"messages": []}])
def test_what_is_posted_is_the_whole_body(schema, extra):
    asked = request(SHARED, schema=schema, settings={"temperature": 0.5, "extra_body": extra})
    assert json.loads(chat_text(asked)) == chat_body(asked) == chat_body(replace(asked, messages=PLAIN))


def test_equal_questions_have_one_key():
    same = {"schema": json.loads(json.dumps(SCHEMA)), "settings": {"temperature": 0.0}, "timeout": 5.0, "api_key": "k"}
    assert question_key(request(SHARED)) == question_key(request(PLAIN, **same))


@pytest.mark.parametrize(
    "change",
    [
        {"model": "openai/y"},
        {"messages": PLAIN[:-1]},
        {"schema": None},
        {"form": "text"},
        {"settings": {"temperature": 0.1}},
        {"api_base": "http://localhost:1/v1"},
    ],
)
def test_another_question_has_another_key(change):
    assert question_key(replace(request(SHARED), **change)) != question_key(request(SHARED))


def test_a_repeated_question_has_another_key():
    assert question_key(request(SHARED), 1) != question_key(request(SHARED), 0)


@pytest.mark.parametrize("settings", [{}, {"temperature": 0.0, "max_tokens": 5}, {"extra_body": {"b": 1, "a": "ü"}}])
@pytest.mark.parametrize("messages", [PLAIN, SHARED])
@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_the_key_of_a_question_is_the_one_that_older_journals_know(settings, messages, schema):
    asked = request(messages, settings=settings, schema=schema, api_base="http://here/v1")
    named = None if schema is None else content_hash(schema, length=32)
    whole = ["openai/x", "http://here/v1", settings, "json_schema", named, messages_hash(PLAIN), 2]
    assert question_key(asked, repeat=2) == content_hash(whole, length=32)
