"""The Python file: whatever people and models wrote, it stays text."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omegaweb.engine.snippet import literal, one_line, python_snippet, text_literal

NASTY = [
    "say \"hi\" and 'bye'",
    "back\\slash \\n \\",
    "three \"\"\" and ''' quotes",
    "line one\nline two\r\nline three\rend",
    "{{column}} {not} {0} %s ${x}",
    "é 漢字 🎉 \u2028 \u200f \x00 \x1b",
    '"); import os; os.abort()  # ',
    "# comment\n  indented",
    "",
]
texts = st.one_of(st.text(max_size=80), st.sampled_from(NASTY))
names = st.text(min_size=1, max_size=12) | st.sampled_from(["text", "a'b", 'a"b', "a\nb", "self"])
messages = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant"]), "content": texts}), max_size=4
)


def loaded(**changes: Any) -> dict[str, Any]:
    """Write a file and run it; return what it defines."""
    parts: dict[str, Any] = {
        "comments": ["A comment."],
        "filename": "answer.py",
        "model": "openai/gpt-4o-mini",
        "settings": {"temperature": 0.0},
        "response_format": {"response_format": {"type": "json_object"}},
        "prompt": [{"role": "system", "content": "Answer."}],
        "input_fields": ["text"],
        "output_fields": ["label"],
    }
    source = python_snippet(**{**parts, **changes})
    found: dict[str, Any] = {"__name__": "snippet"}
    exec(compile(source, "answer.py", "exec"), found)
    return found


@given(prompt=messages, comments=st.lists(texts, max_size=3), inputs=st.dictionaries(names, texts, min_size=1))
def test_messages_are_those_of_the_prompt_with_the_row_at_their_end(prompt, comments, inputs) -> None:
    found = loaded(prompt=prompt, comments=comments, input_fields=list(inputs))
    row = {"role": "user", "content": json.dumps(inputs, ensure_ascii=False)}
    assert found["messages"](inputs) == [*prompt, row]


@given(model=texts, base=texts, fields=st.lists(names, min_size=1, unique=True), filename=texts)
def test_every_setting_comes_back_as_it_was(model: str, base: str, fields: list[str], filename: str) -> None:
    found = loaded(model=model, settings={"api_base": base}, output_fields=fields, filename=filename)
    assert (found["MODEL"], found["SETTINGS"], found["OUTPUT_FIELDS"]) == (model, {"api_base": base}, fields)


@given(comment=texts)
def test_a_comment_never_leaves_its_line(comment: str) -> None:
    assert len(one_line(comment).splitlines()) <= 1
    assert set(loaded(comments=[comment])) == set(loaded())


@given(text=texts)
def test_a_long_text_is_one_literal_with_a_line_for_each_of_its_lines(text: str) -> None:
    assert ast.literal_eval(text_literal(text, "")) == text


@given(value=st.recursive(st.none() | st.booleans() | st.integers() | texts, st.lists, max_leaves=8))
def test_json_values_come_back_as_they_were(value: Any) -> None:
    assert ast.literal_eval(literal(value)) == value


def test_the_row_keeps_the_order_of_the_fields_and_drops_others() -> None:
    found = loaded(input_fields=["b", "a"])
    assert found["messages"]({"a": 1, "b": 2, "c": 3})[-1]["content"] == '{"b": 2, "a": 1}'


def test_a_missing_field_is_named() -> None:
    with pytest.raises(ValueError, match="these input fields are missing: text"):
        loaded()["messages"]({"other": 1})


@pytest.mark.parametrize(
    "answer",
    [
        '{"label": "billing"}',
        'Sure:\n```json\n{"label": "billing"}\n```',
        '<think>{"label": "wrong"}</think>{"label": "billing", "thinking": "…"}',
        'first {broken and then {"other": 1} and {"label": "billing"} at last',
        '{"label": "billing"',
    ],
)
def test_an_answer_is_found_in_whatever_surrounds_it(answer: str) -> None:
    parse = loaded()["parse"]
    if answer.endswith("}") or "```" in answer or "at last" in answer:
        assert parse(answer) == {"label": "billing"}
    else:
        with pytest.raises(ValueError, match="does not hold the fields label"):
            parse(answer)
