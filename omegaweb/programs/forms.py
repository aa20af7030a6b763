"""The form of a program: its texts, and rows for input fields, output fields and seed instructions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from omegaweb.programs.models import OutputType, Program, Style
from omegaweb.programs.placeholders import placeholder, unknown_in
from omegaweb.programs.rows import RowFormSet

RESERVED_OUTPUTS = {
    "examples": "holds a program's few-shot examples",
    "thinking": "holds the reasoning of step by step answers",
}
MOST_CHOICES = 200
TOO_FEW_CHOICES = "Write at least two allowed values, one on each line."


class FieldName(forms.CharField):
    """The name of an input or output field: any text a column may be called, braces apart."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=120, error_messages={"required": "Give the field a name."}, **kwargs)

    def clean(self, value: Any) -> str:
        name: str = super().clean(value)
        if "{" in name or "}" in name:
            raise forms.ValidationError("A name cannot hold braces, because {{name}} stands for the field.")
        return name


class ProgramForm(forms.ModelForm[Program]):
    """The texts of a program."""

    class Meta:
        model = Program
        fields = ("name", "description", "instruction", "style")
        widgets = {  # noqa: RUF012
            "name": forms.TextInput(attrs={"placeholder": "Ticket router", "autocomplete": "off"}),
            "description": forms.TextInput(attrs={"placeholder": "Routes a support ticket to one queue."}),
            "instruction": forms.Textarea(attrs={"rows": 5, "data-placeholder-target": ""}),
            "style": forms.RadioSelect,
        }
        help_texts = {  # noqa: RUF012
            "description": "What the program is for. A proposer reads it when it rewrites the instruction.",
            "instruction": "What the model is told. This is the text an optimizer rewrites.",
        }
        error_messages = {  # noqa: RUF012
            "name": {"required": "Give the program a name."},
            "instruction": {"required": "Write what the model should do; one sentence is enough to start."},
        }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Program.objects.filter(project=self.instance.project, name=name).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(f"A program called “{name}” exists already. Choose another name.")
        return name


class InputForm(forms.Form):
    """One thing the model reads."""

    name = FieldName(label="Name")
    description = forms.CharField(label="Description", required=False, max_length=500)

    def definition(self) -> dict[str, Any]:
        return {"name": self.cleaned_data["name"], "description": self.cleaned_data["description"]}


class OutputForm(forms.Form):
    """One thing the model answers."""

    name = FieldName(label="Name")
    type = forms.ChoiceField(label="Type", choices=OutputType.choices, initial=OutputType.TEXT)
    description = forms.CharField(label="Description", required=False, max_length=500)
    choices = forms.CharField(
        label="Allowed values",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "class": "compact"}),
        help_text="One value on each line.",
        error_messages={"required": TOO_FEW_CHOICES},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choices"].required = self["type"].value() == OutputType.CHOICE

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if use := RESERVED_OUTPUTS.get(name.strip().lower()):
            raise forms.ValidationError(f"“{name}” is taken: it {use}. Choose another name.")
        return name

    def clean_choices(self) -> list[str]:
        return _lines(self.cleaned_data["choices"])

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        choices = values.get("choices", [])
        if values.get("type") == OutputType.CHOICE:
            if len(choices) < 2 and not self.has_error("choices"):
                self.add_error("choices", TOO_FEW_CHOICES)
            elif len(choices) > MOST_CHOICES:
                self.add_error("choices", f"These are {len(choices)} values; use Text above {MOST_CHOICES}.")
        return values

    def definition(self) -> dict[str, Any]:
        values = self.cleaned_data
        choices = values["choices"] if values["type"] == OutputType.CHOICE else []
        return {
            "name": values["name"],
            "type": values["type"],
            "choices": choices,
            "description": values["description"],
        }


class SeedForm(forms.Form):
    """One more instruction to start from."""

    text = forms.CharField(
        label="Seed instruction",
        widget=forms.Textarea(attrs={"rows": 3, "data-placeholder-target": ""}),
        error_messages={"required": "Write the instruction, or remove this row."},
    )


InputFormSet = forms.formset_factory(InputForm, formset=RowFormSet, extra=0, max_num=200)
OutputFormSet = forms.formset_factory(OutputForm, formset=RowFormSet, extra=0, max_num=50)
SeedFormSet = forms.formset_factory(SeedForm, formset=RowFormSet, extra=0, max_num=50)


class ProgramEditor:
    """The whole form: texts and rows together, checked against each other.

    Args:
        program: the row to fill; it has a project, and may not be saved yet.
        data: what was sent; without it the form shows the program.
        start: values to show instead of the program's, as :meth:`Program.definition` gives them.
    """

    def __init__(self, program: Program, data: QueryDict | None = None, start: dict[str, Any] | None = None) -> None:
        self.program = program
        shown = start or program.definition()
        texts = {name: shown.get(name, "") for name in ("name", "description", "instruction")}
        self.texts = ProgramForm(data, instance=program, initial={**texts, "style": shown.get("style") or Style.DIRECT})
        outputs = [{**row, "choices": "\n".join(row["choices"])} for row in shown.get("output_fields", [])]
        seeds = [{"text": text} for text in shown.get("seed_instructions", [])]
        self.inputs = InputFormSet(data, prefix="input", initial=shown.get("input_fields", []))
        self.outputs = OutputFormSet(data, prefix="output", initial=outputs)
        self.seeds = SeedFormSet(data, prefix="seed", initial=seeds)

    @property
    def parts(self) -> tuple[Any, ...]:
        return (self.texts, self.inputs, self.outputs, self.seeds)

    @property
    def field_errors(self) -> int:
        """How many fields need another look."""
        rows = [form for part in self.parts[1:] for form in part]
        wrong = sum(len(form.errors) for form in (self.texts, *rows))
        return wrong + sum(bool(part.non_form_errors()) for part in self.parts[1:])

    def is_valid(self) -> bool:
        """Check every part, then the parts against each other."""
        sound = [part.is_valid() for part in self.parts]
        self._check_names()
        self._check_placeholders()
        return all(sound) and self.field_errors == 0

    def definition(self) -> dict[str, Any]:
        """What was entered, in the shape of :meth:`Program.definition`; only after :meth:`is_valid`."""
        texts = self.texts.cleaned_data
        return {
            "name": texts["name"],
            "description": texts["description"],
            "instruction": texts["instruction"],
            "style": texts["style"],
            "input_fields": [form.definition() for form in self.inputs],
            "output_fields": [form.definition() for form in self.outputs],
            "seed_instructions": [form.cleaned_data["text"] for form in self.seeds],
        }

    def entered(self) -> dict[str, Any]:
        """What was entered so far, complete or not, in the shape of a definition."""
        texts = {name: str(self.texts[name].value() or "") for name in ("name", "description", "instruction", "style")}
        return {
            **texts,
            "input_fields": [_values(form, "name", "description") for form in self.inputs],
            "output_fields": [
                {**_values(form, "name", "type", "description"), "choices": _lines(form["choices"].value())}
                for form in self.outputs
            ],
            "seed_instructions": [str(form["text"].value() or "") for form in self.seeds],
        }

    def draft(self) -> dict[str, Any]:
        """What was entered so far without its unfinished rows, for the preview of the variables."""
        entered = self.entered()
        outputs = [{**row, "type": OutputType.TEXT} for row in _named(entered["output_fields"])]
        return {
            **entered,
            "input_fields": _named(entered["input_fields"]),
            "output_fields": outputs,
            "seed_instructions": [text for text in entered["seed_instructions"] if text.strip()],
        }

    @property
    def placeholders(self) -> list[str]:
        """What can be inserted into an instruction."""
        return [placeholder(row["name"]) for row in _named(self.entered()["input_fields"])]

    def focus_new_row(self, prefix: str) -> None:
        """Put the cursor into the row that was just added."""
        for formset in self.parts[1:]:
            if formset.prefix == prefix and len(formset):
                first = next(iter(formset.forms[-1].fields.values()))
                first.widget.attrs["autofocus"] = True

    def _check_names(self) -> None:
        if not len(self.inputs):
            self._form_error(self.inputs, "A program needs at least one input field: add one.")
        if not len(self.outputs):
            self._form_error(self.outputs, "A program needs at least one output field: add what it should answer.")
        taken: dict[str, str] = {}
        for formset, kind in ((self.inputs, "an input"), (self.outputs, "an output")):
            for form in formset:
                name = getattr(form, "cleaned_data", {}).get("name", "")
                if name and (earlier := taken.get(name.lower())):
                    form.add_error("name", f"There is {earlier} field “{name}” already. Choose another name.")
                elif name:
                    taken[name.lower()] = kind

    def _check_placeholders(self) -> None:
        known = [row["name"] for row in _named(self.entered()["input_fields"])]
        ways = ", ".join(placeholder(name) for name in known) or "none yet"
        texts = [(self.texts, "instruction"), *((form, "text") for form in self.seeds)]
        for form, field in texts:
            text = getattr(form, "cleaned_data", {}).get(field) or ""
            for name in unknown_in(text, known):
                form.add_error(
                    field,
                    f"There is no input field “{name}”, so {placeholder(name)} stands for nothing. Known: {ways}.",
                )

    @staticmethod
    def _form_error(formset: Any, message: str) -> None:
        formset.non_form_errors().append(message)


def _values(form: forms.Form, *names: str) -> dict[str, Any]:
    return {name: str(form[name].value() or "").strip() for name in names}


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that have a name, the first of each."""
    return list({row["name"]: row for row in reversed(rows) if row["name"]}.values())[::-1]


def _lines(text: str | None) -> list[str]:
    lines = [line.strip() for line in (text or "").splitlines()]
    return list(dict.fromkeys(line for line in lines if line))
