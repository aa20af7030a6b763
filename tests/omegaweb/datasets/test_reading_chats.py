"""Reading rows as OpenAI writes them: chats, and everything under one name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.omegaweb.datasets.reading import read

QUESTION = {"role": "user", "content": "My parcel never came"}
ANSWER = {"role": "assistant", "content": "oak"}


def lines(*rows: Any) -> str:
    return "\n".join(json.dumps(row) for row in rows)


def test_a_chat_becomes_instruction_question_and_answer(tmp_path: Path):
    chat = {"messages": [{"role": "system", "content": "Choose the team."}, QUESTION, ANSWER], "rating": "Good"}
    table, rows = read(tmp_path, lines(chat), "x.jsonl")

    assert table.names == ["system", "input", "output", "rating"]
    assert rows == [["Choose the team.", "My parcel never came", "oak", "Good"]]
    assert "Rows hold chats." in table.warnings[0]


def test_of_a_longer_chat_everything_before_the_last_answer_is_read(tmp_path: Path):
    parts = {"role": "user", "content": [{"type": "text", "text": "And the"}, {"type": "text", "text": "other?"}]}
    table, rows = read(tmp_path, lines({"messages": [QUESTION, ANSWER, parts, ANSWER]}), "x.jsonl")

    assert table.names == ["input", "output"]
    assert rows == [["user: My parcel never came\nassistant: oak\nuser: And the\nother?", "oak"]]


def test_what_stands_under_item_is_the_row(tmp_path: Path):
    table, rows = read(tmp_path, json.dumps([{"item": {"input": "a", "label": "b"}}]), "x.json")

    assert (table.names, rows, table.warnings) == (["input", "label"], [["a", "b"]], [])


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [QUESTION]},
        {"messages": [ANSWER, QUESTION]},
        {"messages": "none"},
        {"messages": [QUESTION, {"role": "assistant", "content": None, "tool_calls": []}]},
        {"messages": [QUESTION, ANSWER], "output": "pine"},
        {"messages": [QUESTION, {"role": 7, "content": "x"}]},
        {"item": "a"},
        {"item": {"a": 1}, "b": 2},
    ],
)
def test_anything_else_stays_as_it_is(tmp_path: Path, row: dict[str, Any]):
    table, rows = read(tmp_path, lines(row), "x.jsonl")

    assert table.names == list(row)
    assert rows == [list(row.values())]
