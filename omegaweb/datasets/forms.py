"""The forms of the datasets pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from omegaweb.datasets.columns import FEEDBACK, IGNORE, INPUT, TARGET, guess_roles
from omegaweb.datasets.models import DatasetVersion, Table
from omegaweb.datasets.reading import delimiters, encodings
from omegaweb.datasets.services import DEFAULT_FRACTIONS, NAME_LENGTH
from omegaweb.field_messages import use_plain_messages

MEGABYTE = 1024 * 1024
ACCEPTED = ".csv,.tsv,.txt,.json,.jsonl,.ndjson,.xlsx,.xls"
ROLES = ((INPUT, "Input"), (TARGET, "Target"), (FEEDBACK, "Feedback"), (IGNORE, "Ignore"))
FIND_OUT = ("", "Find out automatically")
LARGEST_SEED = 2**31 - 1


class ReadingOptionsForm(forms.Form):
    """How to read a text file, when finding it out went wrong."""

    encoding = forms.ChoiceField(
        choices=[FIND_OUT, *encodings.OFFERED],
        required=False,
        help_text="Try another one if letters look wrong.",
    )
    delimiter = forms.ChoiceField(
        choices=[FIND_OUT, *delimiters.OFFERED],
        required=False,
        help_text="What stands between two cells.",
    )


class UploadForm(ReadingOptionsForm):
    """A file and what to call it."""

    file = forms.FileField(
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "empty": "The file is empty. Upload a file with column names and rows.",
            "required": "Choose a file first.",
        },
    )
    name = forms.CharField(
        max_length=NAME_LENGTH,
        required=False,
        help_text="Leave it blank to use the name of the file.",
    )
    field_order = ("file", "name", "encoding", "delimiter")

    def clean_file(self) -> UploadedFile[Any]:
        """Refuse files over the limit."""
        return within_limit(self.cleaned_data["file"], way_out="Remove rows or columns you do not need.")


def within_limit(file: UploadedFile[Any], *, way_out: str) -> UploadedFile[Any]:
    """Return a file that was uploaded.

    Raises:
        ValidationError: it is over the limit; `way_out` says what to do instead.
    """
    size = file.size or 0
    if size > settings.UPLOAD_LIMIT_MB * MEGABYTE:
        raise forms.ValidationError(
            f"The file has {size / MEGABYTE:,.0f} MB; up to {settings.UPLOAD_LIMIT_MB} MB can be uploaded. {way_out}"
        )
    return file


class VersionForm(forms.Form):
    """Which columns are inputs and targets, and how the rows are split."""

    train = forms.IntegerField(label="Train %", min_value=1, max_value=98, help_text="Teaches.")
    validation = forms.IntegerField(label="Validation %", min_value=1, max_value=98, help_text="Chooses the best.")
    test = forms.IntegerField(label="Test %", min_value=1, max_value=98, help_text="Stays sealed until the end.")
    seed = forms.IntegerField(min_value=0, max_value=LARGEST_SEED, help_text="The same seed gives the same split.")

    def __init__(self, table: Table, version: DatasetVersion | None, data: Any = None) -> None:
        self._table = table
        super().__init__(data, initial=_initial(version))
        use_plain_messages(self)
        roles = _roles(table, version)
        for index, name in enumerate(table.column_names):
            self.fields[f"role-{index}"] = forms.ChoiceField(
                choices=ROLES, label=name, initial=roles[name], widget=forms.RadioSelect
            )

    def column_rows(self) -> list[dict[str, Any]]:
        """Return each column of the table beside its field."""
        return [{"column": column, "field": self[f"role-{index}"]} for index, column in enumerate(self._table.columns)]

    def split_fields(self) -> list[forms.BoundField]:
        """Return the fields of the split."""
        return [self["train"], self["validation"], self["test"], self["seed"]]

    def clean(self) -> dict[str, Any]:
        """Refuse shares that are not a whole, and a choice without input or target."""
        cleaned = super().clean() or self.cleaned_data
        shares = [cleaned.get(split) for split in DEFAULT_FRACTIONS]
        if None not in shares and sum(share or 0 for share in shares) != 100:
            total = sum(share or 0 for share in shares)
            self.add_error("test", f"The three shares add up to {total} %. Make it 100 %.")
        if not self.columns_with(INPUT):
            self.add_error(None, "Choose at least one input column: what the model gets to read.")
        if not self.columns_with(TARGET):
            self.add_error(None, "Choose at least one target column: what the model should answer.")
        return cleaned

    def columns_with(self, role: str) -> list[str]:
        """Return the names of the columns that were given this role."""
        return [
            name
            for index, name in enumerate(self._table.column_names)
            if self.cleaned_data.get(f"role-{index}") == role
        ]

    def fractions(self) -> dict[str, float]:
        """Return the shares as fractions of one."""
        return {split: self.cleaned_data[split] / 100 for split in DEFAULT_FRACTIONS}


def _initial(version: DatasetVersion | None) -> dict[str, int]:
    fractions = DEFAULT_FRACTIONS if version is None else version.fractions
    shares = {split: round(100 * fraction) for split, fraction in fractions.items()}
    return shares | {"seed": 0 if version is None else version.seed}


def _roles(table: Table, version: DatasetVersion | None) -> dict[str, str]:
    if version is None or version.table_id != table.pk:
        return guess_roles(table.columns, table.row_count)
    chosen = dict.fromkeys(table.column_names, IGNORE)
    chosen |= dict.fromkeys(version.input_columns, INPUT)
    chosen |= dict.fromkeys(version.feedback_columns, FEEDBACK)
    return chosen | dict.fromkeys(version.target_columns, TARGET)
