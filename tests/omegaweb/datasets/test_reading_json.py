"""Reading JSON and JSON Lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from omegaweb.datasets.reading.errors import UnreadableFile
from tests.omegaweb.datasets.reading import read


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        ('[{"a": 1, "b": "x"}, {"a": 2, "c": null}]', "x.json", "JSON"),
        ('{"rows": [{"a": 1, "b": "x"}, {"a": 2, "c": null}]}', "x.json", "JSON"),
        ('{\n "about": [1],\n "rows": [\n{"a": 1, "b": "x"},\n {"a": 2, "c": null}\n]}', "x.json", "JSON"),
        ('{"a": 1, "b": "x"}\n\n{"a": 2, "c": null}\n', "x.jsonl", "JSON Lines"),
        ('{"a": 1, "b": "x"}\n{"a": 2, "c": null}\n', "x.json", "JSON Lines"),
        ('{"a": 1, "b": "x"}\n{"a": 2, "c": null}\n', "x.csv", "JSON Lines"),
    ],
)
def test_rows_are_found_whatever_the_shape_and_name(tmp_path: Path, content: str, name: str, kind: str):
    table, rows = read(tmp_path, content, name)

    assert (table.format, table.names) == (kind, ["a", "b", "c"])
    assert rows == [[1, "x", None], [2, None, None]]


def test_a_table_called_json_is_read_as_the_table_it_is(tmp_path: Path):
    table, rows = read(tmp_path, "a,b\n1,2\n", "x.json")

    assert (table.format, rows) == ("CSV", [["1", "2"]])


def test_nested_values_and_types_are_kept(tmp_path: Path):
    _, rows = read(tmp_path, '[{"a": {"b": [1, 2.5, true, null]}, "c": 3.0}]', "x.json")

    assert rows == [[{"b": [1, 2.5, True, None]}, 3]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings(tmp_path: Path, encoding: str):
    _, rows = read(tmp_path, '[{"a": "é"}]'.encode(encoding), "x.json")

    assert rows == [["é"]]


def test_characters_that_no_database_keeps_are_replaced(tmp_path: Path):
    _, rows = read(tmp_path, '{"a": "\\ud800x\\u0000"}\n', "x.jsonl")

    assert rows == [["\ufffdx\ufffd"]]


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        ("[]", "x.json", "No rows were found"),
        ('{"a": 1}', "x.json", "No rows were found"),
        ("[1, 2]", "x.json", "In row 1 stands a number, not an object"),
        ('{"a": 1}\n[1]\n', "x.jsonl", "In line 2 stands a list, not an object"),
        ('[{"a": 1}, {"a":}]', "x.json", "After row 1 the file is no longer JSON"),
        ('[{"a": 1}, {"a": 2}', "x.json", "After row 2 the file is no longer JSON"),
        ('{"a": 1}\n{"a":\n', "x.jsonl", "Line 2 is not JSON"),
        ('{"a": 1}\n{"a": NaN}\n', "x.jsonl", "NaN is not a value JSON knows"),
        ('{"a": 1}\n{"a": 1e999}\n', "x.jsonl", "In line 2, “a” is not a finite number"),
        ("[" + ",".join(f'{{"k{n}": 1}}' for n in range(600)) + "]", "x.json", "up to 500 can be read"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, content: str, name: str, message: str):
    with pytest.raises(UnreadableFile, match=message):
        read(tmp_path, content, name)


@pytest.mark.parametrize("name", ["x.json", "x.jsonl"])
@pytest.mark.parametrize("depth", [60, 100_000])
def test_deep_nesting_is_refused_before_it_fills_the_memory(tmp_path: Path, name: str, depth: int):
    row = '{"a": ' + "[" * depth + "]" * depth + "}"
    content = f"[{row}]" if name == "x.json" else f'{{"a": 1}}\n{row}\n'

    with pytest.raises(UnreadableFile, match=r"nested more than 40 levels|Line 2 is not JSON"):
        read(tmp_path, content, name)
