"""Answers come in the form that was asked for."""

from __future__ import annotations

import json

from benchmarks.task.answering import write_answer


def written(body, prompt, *, fenced=False):
    return write_answer(body, prompt, lambda field: f"<{field}>", [{"inputs": {}, "outputs": {}}], fenced=fenced)


def test_a_schema_is_filled():
    schema = {
        "type": "object",
        "properties": {
            "thinking": {"type": "string"},
            "instructions": {"anyOf": [{"type": "null"}, {"type": "string"}]},
            "label": {"enum": ["a", "b"]},
            "examples": {"type": "array", "items": {"$ref": "#/$defs/Example"}},
            "count": {"type": "integer"},
        },
        "$defs": {"Example": {"type": "object", "properties": {}}},
    }
    body = {"response_format": {"type": "json_schema", "json_schema": {"schema": schema}}}
    assert json.loads(written(body, "")) == {
        "thinking": "<thinking>",
        "instructions": "<instructions>",
        "label": "a",
        "examples": [{"inputs": {}, "outputs": {}}],
        "count": 0,
    }


def test_dspys_chat_fields():
    prompt = (
        "[[ ## ticket ## ]]\n{ticket}\nRespond with the corresponding output fields, starting with the field "
        "`[[ ## reasoning ## ]]`, then `[[ ## label ## ]]`, and then ending with `[[ ## completed ## ]]`."
    )
    assert written({}, prompt).split("\n\n") == [
        "[[ ## reasoning ## ]]\n<reasoning>",
        "[[ ## label ## ]]\n<label>",
        "[[ ## completed ## ]]",
    ]


def test_dspys_json_fields():
    prompt = "Respond with a JSON object in the following order of fields: `reasoning`, then `new_instruction`."
    answer = json.loads(written({"response_format": {"type": "json_object"}}, prompt))
    assert answer == {"reasoning": "<reasoning>", "new_instruction": "<new_instruction>"}


def test_gepas_block_and_plain_text():
    assert written({}, "Provide the new instructions within ``` blocks.", fenced=True) == "```\n<answer>\n```"
    assert written({}, "Route the ticket.", fenced=True) == "<answer>"
