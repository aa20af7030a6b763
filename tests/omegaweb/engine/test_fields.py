"""Table cells as values of output fields."""

from __future__ import annotations

from typing import Any

import pytest

from omegaweb.engine.fields import UnfitCell, inputs_schema, outputs_schema, to_field


def field(kind: str, **changes: Any) -> dict[str, Any]:
    return {"name": "label", "type": kind, "choices": ["Low", "High"], "description": "", **changes}


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("choice", "Low", "Low"),
        ("choice", " high ", "High"),
        ("text", "as it is ", "as it is "),
        ("text", "", ""),
        ("text", 12, "12"),
        ("text", {"a": 1}, '{"a": 1}'),
        ("integer", "12", 12),
        ("integer", " 3.0", 3),
        ("integer", 7, 7),
        ("number", "1.5", 1.5),
        ("number", "-2e3", -2000.0),
        ("boolean", "Yes", True),
        ("boolean", "0", False),
        ("boolean", True, True),
        ("list", "a; b", ["a", "b"]),
        ("list", "a, b", ["a", "b"]),
        ("list", "a, b; c", ["a, b", "c"]),
        ("list", '["a", 1]', ["a", "1"]),
        ("list", ["x"], ["x"]),
        ("list", "", []),
    ],
)
def test_a_cell_that_fits_is_converted(kind: str, cell: Any, value: Any):
    converted = to_field(cell, field(kind))

    assert converted == value
    assert type(converted) is type(value)


@pytest.mark.parametrize(
    ("kind", "cell", "message"),
    [
        ("choice", "Medium", "holds “Medium”, which is none of the allowed values Low, High"),
        ("integer", "1.5", "which is no whole number"),
        ("integer", "many", "which is no whole number"),
        ("number", "nan", "which is no number"),
        ("number", True, "which is no number"),
        ("boolean", "maybe", "which is neither yes nor no"),
        ("list", "[1,", "begins like a list but is none"),
        ("choice", "", "is empty"),
        ("text", None, "is empty"),
    ],
)
def test_a_cell_that_does_not_fit_says_what_it_holds(kind: str, cell: Any, message: str):
    with pytest.raises(UnfitCell, match=message):
        to_field(cell, field(kind))


def test_a_label_that_is_a_number_fits_a_list_of_texts():
    assert to_field(5, field("choice", choices=["1", "5"])) == "5"


def test_the_schemas_name_every_field():
    definition = {
        "input_fields": [{"name": "Customer message", "description": "as written"}],
        "output_fields": [field("choice"), field("list", name="tags"), field("boolean", name="urgent")],
    }

    assert inputs_schema(definition)["properties"] == {"Customer message": {"description": "as written"}}
    assert outputs_schema(definition)["properties"] == {
        "label": {"type": "string", "enum": ["Low", "High"]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "urgent": {"type": "boolean"},
    }
    assert outputs_schema(definition)["required"] == ["label", "tags", "urgent"]


def test_an_unknown_type_is_an_error():
    with pytest.raises(ValueError, match="unknown type"):
        outputs_schema({"output_fields": [field("colour")]})
