"""What runs that are compared were launched with, and what of it differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from omegaweb.runs.compared.choice import Chosen
from omegaweb.runs.configuration import TrainingChoice
from omegaweb.runs.models import Run
from omegaweb.runs.settings_words import settings_in_words

ABSENT = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting, and what each run has there, in the order of the runs."""

    name: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


def settings_of(chosen: Sequence[Chosen]) -> list[Setting]:
    """Return every setting that at least one run has."""
    columns = [dict(_settings(each.run)) for each in chosen]
    names = dict.fromkeys(name for column in columns for name in column)
    return [Setting(name=name, values=tuple(column.get(name, ABSENT) for column in columns)) for name in names]


def _settings(run: Run) -> Iterator[tuple[str, str]]:
    """The words of a run's own page, but each number of the training by itself."""
    program = run.choices.program
    yield "Program", run.program.name
    yield "Instruction at launch", str(program.get("instruction", ""))
    yield "Outputs", ", ".join(f"{field['name']} ({field['type']})" for field in program.get("output_fields", []))
    for name, value in settings_in_words(run):
        if name == "Training":
            yield from _training(run.choices.training)
        else:
            yield name, value


def _training(choice: TrainingChoice) -> Iterator[tuple[str, str]]:
    yield "Epochs", "until the budget is spent" if choice.epochs is None else str(choice.epochs)
    yield "Batch size", str(choice.batch_size)
    yield "Order of rows", "shuffled" if choice.shuffle else "as they are"
    yield "Rows that score a candidate", str(choice.minibatch_size)
    yield "Calls at a time", str(choice.concurrency)
    yield "Seed", str(choice.seed)
