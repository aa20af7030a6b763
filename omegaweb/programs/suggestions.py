"""A first program for a dataset: which fields, which types, and one sentence to start from."""

from __future__ import annotations

from typing import Any

from omegaweb.datasets.models import Column, Dataset, DatasetVersion
from omegaweb.programs.models import OutputType, Style
from omegaweb.programs.placeholders import placeholder

MOST_SUGGESTED_CHOICES = 20
TYPES = {
    "text": OutputType.TEXT,
    "whole number": OutputType.INTEGER,
    "number": OutputType.NUMBER,
    "yes or no": OutputType.BOOLEAN,
}


def suggest(dataset: Dataset, version: DatasetVersion) -> dict[str, Any]:
    """Return a program definition that reads the version's input columns and answers its target columns."""
    columns: dict[str, Column] = {column["name"]: column for column in version.table.columns}
    inputs = list(version.input_columns)
    outputs = [_output(version, columns[name]) for name in version.target_columns]
    return {
        "name": dataset.name,
        "description": "",
        "instruction": instruction_for(inputs, outputs),
        "style": Style.DIRECT.value,
        "input_fields": [{"name": name, "description": ""} for name in inputs],
        "output_fields": outputs,
        "seed_instructions": [],
    }


def instruction_for(inputs: list[str], outputs: list[dict[str, Any]]) -> str:
    """Return one sentence that names all fields."""
    read = _listed([placeholder(name) for name in inputs])
    chosen = [row["name"] for row in outputs if row["type"] == OutputType.CHOICE]
    given = [row["name"] for row in outputs if row["type"] != OutputType.CHOICE]
    asks = [f"choose the right {_listed(chosen)}"] if chosen else []
    asks += [f"give the {_listed(given)}"] if given else []
    return f"Read {read} and {', and '.join(asks) or 'answer'}."


def _output(version: DatasetVersion, column: Column) -> dict[str, Any]:
    kind = TYPES.get(column["type"], OutputType.TEXT)
    choices: list[str] = []
    few = 2 <= column["distinct"] <= MOST_SUGGESTED_CHOICES and 2 * column["distinct"] <= version.table.row_count
    if few and column["type"] != "structure" and kind != OutputType.BOOLEAN:
        kind, choices = OutputType.CHOICE, _values(version, column)
    return {"name": column["name"], "type": kind.value, "choices": choices, "description": ""}


def _values(version: DatasetVersion, column: Column) -> list[str]:
    """Collect the column's different values, reading no further than the last new one."""
    at = version.table.column_names.index(column["name"])
    found: dict[str, None] = {}
    for values in version.table.rows.order_by("position").values_list("values", flat=True).iterator(chunk_size=1000):
        text = "" if values[at] is None else str(values[at]).strip()
        if text:
            found[text] = None
        if len(found) >= column["distinct"]:
            break
    return sorted(found)


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "the input"
