"""Data of OpenAI's prompt optimizer, GEPA and DSPy: columns are recognised, and feedback reaches whoever proposes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pytest
from django.core.files.base import ContentFile

from omegaweb.accounts.models import User
from omegaweb.datasets.columns import guess_roles
from omegaweb.datasets.models import Dataset, DatasetVersion, Table
from omegaweb.datasets.services import create_dataset, save_version
from omegaweb.engine.run_data import load_data
from optimizer_core.data.dataset import Sample
from optimizer_core.errors import ConfigurationError
from optimizer_core.events import SampleResult
from optimizer_core.operators.prompts import _shown_prediction
from optimizer_core.training.ledger import Outcome
from optimizer_core.training.measuring import Answered
from optimizer_core.training.settings import split_data
from optimizer_core.training.step import scored_predictions
from tests import factories

OPENAI = [
    {
        "input": f"question {n}",
        "output": f"answer {n}",
        "rating": "Bad" if n % 4 == 0 else "Good",
        "output_feedback": "",
    }
    | ({"output_feedback": f"too long {n}"} if n % 2 == 0 else {})
    for n in range(24)
]
GEPA = [{"input": f"q{n}", "answer": f"a{n}", "additional_context": {"hint": f"h{n}"}} for n in range(4)]
DSPY = [{"question": f"q{n}", "answer": f"a{n}", "dspy_uuid": str(n), "dspy_split": "train"} for n in range(4)]
RATED = [{"input": f"q{n}", "output": f"o{n}", "ground_truth": f"a{n}", "rating": "Bad"} for n in range(4)]
GRADED = [
    {"input": f"q{n}", "Grader: tone": n % 2, "tone_grader score": "0.5", "Grade": "pass", "output": f"o{n}"}
    for n in range(4)
]
ESSAYS = [{"essay": f"text {n}", "grade_level": n, "grader_id": n, "grade": "AB"[n % 2]} for n in range(4)]


def uploaded(owner: User, rows: Sequence[Mapping[str, object]]) -> Dataset:
    text = "\n".join(json.dumps(row) for row in rows)
    upload = ContentFile(text.encode(), name="rows.jsonl")
    return create_dataset(project=factories.project_of(owner), user=owner, upload=upload, background=False)


def table_of(dataset: Dataset) -> Table:
    table = dataset.latest_table
    assert table is not None
    return table


@pytest.mark.parametrize(
    ("rows", "roles"),
    [
        (OPENAI, {"input": "input", "output": "target", "rating": "feedback", "output_feedback": "feedback"}),
        (RATED, {"input": "input", "output": "ignore", "ground_truth": "target", "rating": "feedback"}),
        (
            GRADED,
            {
                "input": "input",
                "Grader: tone": "feedback",
                "tone_grader score": "feedback",
                "Grade": "feedback",
                "output": "target",
            },
        ),
        (ESSAYS, {"essay": "input", "grade_level": "input", "grader_id": "ignore", "grade": "target"}),
        (GEPA, {"input": "input", "answer": "target", "additional_context": "feedback"}),
        (DSPY, {"question": "input", "answer": "target", "dspy_uuid": "ignore", "dspy_split": "ignore"}),
    ],
)
def test_columns_of_other_tools_are_recognised(
    alice: User, rows: list[dict[str, object]], roles: dict[str, str]
) -> None:
    table = table_of(uploaded(alice, rows))
    assert guess_roles(table.columns, table.row_count) == roles


def openai_version(owner: User) -> DatasetVersion:
    dataset = uploaded(owner, OPENAI)
    return save_version(
        dataset=dataset,
        user=owner,
        table=table_of(dataset),
        input_columns=["input"],
        target_columns=["output"],
        feedback_columns=["rating", "output_feedback"],
    )


def test_feedback_stands_beside_its_row_and_bad_answers_are_left_out(alice: User) -> None:
    version = openai_version(alice)
    assert sum(version.split_sizes().values()) == 18
    definition = {"input_fields": [{"name": "input"}], "output_fields": [{"name": "output", "type": "text"}]}
    train = load_data(version, definition).train
    assert len(train.notes) == len(train.x) > 0
    for inputs, note in zip(train.x, train.notes, strict=True):
        number = int(inputs["input"].split()[1])
        critique = f"\noutput_feedback: too long {number}" if number % 2 == 0 else ""
        assert note == f"rating: Good{critique}"


def test_the_library_keeps_a_note_with_its_row() -> None:
    rows: list[object] = [{"a": 1}, {"a": 2}]
    data = split_data(rows, rows, validation_data=(rows, rows), validation_split=0, test_data=None, notes=["", "wrong"])
    assert [(sample.inputs, sample.note) for sample in data.train] == [({"a": 1}, ""), ({"a": 2}, "wrong")]
    with pytest.raises(ConfigurationError, match="one text for each"):
        split_data(rows, rows, validation_data=(rows, rows), validation_split=0, test_data=None, notes=["one"])


def test_whoever_proposes_reads_it() -> None:
    sample = Sample(id="train-0", inputs={"q": "?"}, note="rating: Bad")
    outcome = Outcome(result=SampleResult(sample="train-0", reward=0.0, output={}))
    (prediction,) = scored_predictions([Answered(sample, outcome)])
    assert _shown_prediction(prediction)["said_before_about_this_row"] == "rating: Bad"


def test_feedback_that_is_an_input_is_refused(alice: User) -> None:
    dataset = uploaded(alice, OPENAI)
    with pytest.raises(ValueError, match="feedback columns"):
        save_version(
            dataset=dataset,
            user=alice,
            table=table_of(dataset),
            input_columns=["input"],
            target_columns=["output"],
            feedback_columns=["input"],
        )
