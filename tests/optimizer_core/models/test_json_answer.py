"""Answers are read forgivingly in form and strictly in content."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from optimizer_core.data.schema import Schema
from optimizer_core.models.json_answer import json_objects, read_answer, repair_request

SCHEMA = Schema.of({"type": "object", "properties": {"label": {"enum": ["a", "b"]}}, "required": ["label"]})

#: No NUL: the reader drops it, because databases refuse it.
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(texts, values, max_size=4)
#: What models write around their JSON; no braces, quotes or back ticks.
chatter = st.text(st.characters(exclude_characters='{}[]"`<>\\', exclude_categories=["Cs"]), max_size=20)


@example(value={"<think></think>": None}, before="", after="")
@example(value={"```{}```": None}, before="It is ", after="")
@example(value={"code": "```json\n{}\n```"}, before="", after=".")
@given(value=objects, before=chatter, after=chatter)
def test_an_object_is_found_whatever_stands_around_it(value, before, after):
    text = json.dumps(value)
    assert next(json_objects(before + text + after)) == value
    assert next(json_objects(f"{before}\n```json\n{json.dumps(value, indent=2)}\n```\n{after}")) == value


@pytest.mark.parametrize(
    "text",
    [
        'Given {x}: <think>{"a": 1}</think>{"a": 2}',
        'The form {"a": ...} it is.\n<think>maybe {"a": 1}</think>\n{"a": 2}',
        '<think>{"a": 1}</think> or <think>{"a": 0}</think> ```json\n{"a": 2}\n```',
        '<think> and no end {"a": 2}',
        'Perhaps {"a": 1}. No:</think>{"a": 2}',
        '```json\n{"a": 1}\n``` or {"a": 0}</think> then {"a": 2}',
        '{"a": 2}</think>',
        '```json\n{"a": 2}\n``` is it. <think>Is it? {"a": 1}</think>',
    ],
)
def test_what_stands_in_a_reasoning_block_is_no_answer(text):
    assert list(json_objects(text)) == [{"a": 2}]


def test_a_fence_is_found_behind_many_braces_that_lead_nowhere():
    assert list(json_objects('{"' * 300 + '\n```json\n{"a": 2}\n```')) == [{"a": 2}]


def test_half_a_surrogate_pair_and_a_nul_do_not_reach_the_database():
    assert list(json_objects(r'{"label": "a\ud83d\u0000"}')) == [{"label": "a\ufffd"}]
    assert list(json_objects('{"label": "a\ud83d"}')) == [{"label": "a\ufffd"}]  # as a server's own escape leaves it


@given(text=st.text(alphabet='{}[]",:\\ab1 \n`'))
def test_no_text_breaks_the_reader(text):
    assert all(isinstance(value, dict) for value in json_objects(text))


@pytest.mark.parametrize(
    "text",
    [
        '{"label": "a",}',
        '{"label": "a"} and {"label": "b"}',
        '<think>{"label": "b"}?</think>{"label": "a"}',
        'First I thought {"label": "c"}, but: {"label": "a"}',
        'Sure! {not json} {"label": "a"}',
        '```\n{"label": "a"}\n```',
    ],
)
def test_the_first_object_that_fits_counts(text):
    assert read_answer(text, SCHEMA) == ({"label": "a"}, [])


@pytest.mark.parametrize("text", ["", "a", '"a"', "[]", '{"label": NaN}', "{" * 5000, '{"label": "a"'])
def test_what_holds_no_object_says_so(text):
    assert read_answer(text, SCHEMA) == (None, ["the answer holds no JSON object"])


def test_commas_inside_texts_are_kept():
    assert next(json_objects('{"a": "x,}", "b": [1, 2,],}')) == {"a": "x,}", "b": [1, 2]}


def test_a_long_answer_that_is_cut_off_within_a_text_is_read_once_not_from_each_of_its_quotes():
    text = json.dumps({"code": 'print("hello")\n' * 100_000})[:-2]  # from each, it would take hours
    assert read_answer(text, SCHEMA) == (None, ["the answer holds no JSON object"])


def test_line_breaks_inside_texts_are_forgiven():
    assert next(json_objects('{"a": "x\ny"}')) == {"a": "x\ny"}


def test_the_repair_request_names_the_problems_and_the_schema():
    value, problems = read_answer('{"label": "z"}', SCHEMA)
    assert value == {"label": "z"}
    text = repair_request(problems, SCHEMA)
    assert "label" in text
    assert json.dumps(SCHEMA.json_schema) in text


@pytest.mark.parametrize("depth", [100, 300, 320, 330, 340, 400, 900, 5000])
def test_an_answer_nested_without_end_is_refused_not_an_error(depth: int):
    schema = Schema.of({"type": "object", "properties": {"a": {}}, "required": ["a"]})
    value, problems = read_answer('{"a":' * depth + "1" + "}" * depth, schema)
    assert (value is not None and not problems) or problems
