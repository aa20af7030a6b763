"""The box that tries a program on one row: values typed by hand or taken from a dataset, and a model."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.http import QueryDict

from omegaweb.datasets.models import Dataset, DatasetVersion
from omegaweb.engine.providers import missing_key
from omegaweb.programs.models import Program
from omegaweb.runs.configuration import ModelChoice
from omegaweb.server_address import ServerAddressField

ROWS_OFFERED = 200


class TrialForm(forms.Form):
    """One text area for each input field, and the model to ask."""

    model = forms.CharField(
        label="Model",
        initial=ModelChoice().task,
        widget=forms.TextInput(attrs={"list": "language-models", "autocomplete": "off", "spellcheck": "false"}),
        help_text="Built in: local/smollm2-135m. Any LiteLLM name works, such as openai/gpt-4o-mini.",
    )
    api_base = ServerAddressField(
        label="Server address",
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "http://localhost:11434"}),
        help_text="Only for a server of your own, such as Ollama or vLLM.",
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        program: Program,
        dataset: Dataset | None = None,
        row: str = "",
    ) -> None:
        super().__init__(data, auto_id="trial_%s")
        self.program = program
        self.datasets = usable_datasets(program)
        self.dataset = dataset if dataset in self.datasets else next(iter(self.datasets), None)
        self.row = min(int(row), ROWS_OFFERED) if row.isdecimal() and int(row) > 0 else 1
        values, self._expected = self._values_of_row(shown=bool(row) or dataset is not None)
        for number, field in enumerate(program.input_fields):
            self.fields[f"input-{number}"] = forms.CharField(
                label=field["name"],
                help_text=field["description"],
                initial=values.get(field["name"].lower(), ""),
                widget=forms.Textarea(attrs={"rows": 3}),
                error_messages={"required": "Write a value, or fill it from a row."},
            )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if variable := missing_key(values.get("model", ""), values.get("api_base", "")):
            self.add_error(
                "model",
                "This model needs a key. An owner can set it on the project’s page “Provider keys”; "
                f"or set the environment variable {variable} where the site runs.",
            )
        return values

    @property
    def input_bound_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("input-")]

    def inputs(self) -> dict[str, Any]:
        """What the program reads; only after :meth:`is_valid`."""
        fields = enumerate(self.program.input_fields)
        return {field["name"]: self.cleaned_data[f"input-{number}"] for number, field in fields}

    @property
    def expected(self) -> dict[str, str]:
        """What the table says, where its row is what was asked: nothing beside a text of one's own."""
        # By words, because a browser sends other line ends than it was given, and the form strips spaces.
        is_the_row = all((field.value() or "").split() == field.initial.split() for field in self.input_bound_fields)
        return self._expected if is_the_row else {}

    def models(self) -> ModelChoice:
        return ModelChoice(task=self.cleaned_data["model"], api_base=self.cleaned_data["api_base"])

    def _values_of_row(self, *, shown: bool) -> tuple[dict[str, str], dict[str, str]]:
        """Inputs and targets of a training row; test rows stay sealed for people, too."""
        version = self.dataset.latest_version if self.dataset and shown else None
        if version is None:
            return {}, {}
        for number, (_, inputs, targets) in enumerate(version.rows("train"), start=1):
            if number == self.row:
                return {name.lower(): _text(value) for name, value in inputs.items()}, {
                    name: _text(value) for name, value in targets.items()
                }
        return {}, {}


def usable_datasets(program: Program) -> list[Dataset]:
    """The datasets beside the program whose newest version has all columns the program reads."""
    needed = {field["name"].lower() for field in program.input_fields}
    found = []
    for dataset in Dataset.objects.in_project(program).for_list():
        version = dataset.latest_version
        if version is not None and needed <= _lower(version):
            found.append(dataset)
    return found


def _lower(version: DatasetVersion) -> set[str]:
    return {name.lower() for name in version.input_columns}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
