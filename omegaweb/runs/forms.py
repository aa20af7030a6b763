"""The launch form: dataset, program, reward, optimizer, models, budget; everything a run needs to be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import cached_property

from omegaweb.datasets.models import Dataset, DatasetVersion
from omegaweb.engine import choices
from omegaweb.engine.preferences import Picked, picked_in
from omegaweb.field_messages import use_plain_messages
from omegaweb.programs.models import Program
from omegaweb.projects.models import Project
from omegaweb.runs.configuration import RewardChoice, RunConfiguration, TrainingChoice
from omegaweb.runs.form_checks import check_budget, check_form
from omegaweb.runs.form_fields import OTHER, field_name, model_choices, parameter_field, typed_model
from omegaweb.runs.form_values import configuration_from
from omegaweb.runs.models import Candidate
from omegaweb.runs.review_fields import ReviewFields
from omegaweb.runs.start_field import StartField, candidate_named
from omegaweb.server_address import ServerAddressField

MODELS = ("task", "proposer", "judge", "embedding")


class VersionField(forms.ModelChoiceField[DatasetVersion]):
    """A select of dataset versions."""

    def label_from_instance(self, obj: DatasetVersion) -> str:
        return f"{obj.dataset.name}, version {obj.number}"


class LaunchForm(ReviewFields):
    """Everything one run needs.

    Args:
        data: what was sent.
        project: offers what is in it.
        checks_rows: False leaves out what takes long or stops a launch but not an estimate: rows, keys, build.
    """

    name = forms.CharField(
        label="Name of the run",
        required=False,
        max_length=120,
        help_text="Left empty, it gets the names of program and optimizer.",
    )
    version = VersionField(
        label="Dataset",
        queryset=DatasetVersion.objects.none(),
        empty_label="Choose a dataset…",
        error_messages={"required": "Choose a dataset: a run needs rows to try candidates on."},
    )
    program = forms.ModelChoiceField(
        label="Program",
        queryset=Program.objects.none(),
        empty_label="Choose a program…",
        error_messages={"required": "Choose a program: it is what gets optimized."},
    )
    reward = forms.ChoiceField(
        label="How answers are scored",
        choices=[(card.kind, card.label) for card in choices.REWARDS],
        initial=RewardChoice().kind,
        widget=forms.RadioSelect,
    )
    reward_fields = forms.MultipleChoiceField(
        label="Output fields that count",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked means all of them.",
    )
    ignore_case = forms.BooleanField(
        label="Ignore case and surrounding spaces", required=False, initial=RewardChoice().ignore_case
    )
    judge_instructions = forms.CharField(
        label="What a good answer is",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Told to the judge beside the row, its target and the answer.",
    )
    judge_learns = forms.BooleanField(label="Show the judge what people picked", required=False)
    optimizer = forms.ChoiceField(
        label="Optimizer",
        choices=[(card.kind, card.label) for card in choices.OPTIMIZERS],
        initial=choices.OPTIMIZERS[0].kind,
        widget=forms.RadioSelect,
    )

    task_model = forms.ChoiceField(
        label="Answers", help_text="The model whose prompt is optimized; it answers every row."
    )
    proposer_model = forms.ChoiceField(
        label="Proposes", required=False, help_text="Rewrites the instruction. A capable model pays off here."
    )
    judge_model = forms.ChoiceField(label="Judges", required=False, help_text="Grades the answers.")
    embedding_model = forms.ChoiceField(
        label="Embeds", required=False, help_text="Tells how alike two texts are; keeps the population varied."
    )
    task_typed = typed_model("Name of the answering model", "language")
    proposer_typed = typed_model("Name of the proposing model", "language")
    judge_typed = typed_model("Name of the judging model", "language")
    embedding_typed = typed_model("Name of the embedding model", "embedding")
    task_temperature = forms.FloatField(
        label="Temperature of the answers",
        required=False,
        min_value=0,
        max_value=2,
        initial=0,
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text="0 gives the same answer each time. Empty sends none, for models that take none.",
    )
    api_base = ServerAddressField(
        label="Server address",
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "http://localhost:11434"}),
        help_text="For a server of your own (Ollama, vLLM, any OpenAI-compatible one). The built-in model needs none.",
    )
    embedding_api_base = ServerAddressField(
        label="Server address for embeddings",
        required=False,
        help_text="The address beside it is not asked for embeddings. Give it again here if the same server embeds.",
    )

    budget_calls = forms.IntegerField(label="Calls", required=False, help_text="Requests to models, retries included.")
    budget_tokens = forms.IntegerField(label="Tokens", required=False, help_text="Read and written.")
    budget_cost = forms.FloatField(
        label="US dollars",
        required=False,
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text="Over all models together.",
    )
    budget_minutes = forms.FloatField(
        label="Minutes",
        required=False,
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text="Of working time: pauses and waits for people do not count.",
    )

    epochs = forms.IntegerField(
        label="Epochs",
        required=False,
        min_value=1,
        max_value=1000,
        initial=TrainingChoice().epochs,
        help_text="Passes over the training rows. Empty goes on until the budget is spent, so it needs a budget.",
    )
    batch_size = forms.IntegerField(
        label="Batch size",
        min_value=1,
        max_value=10_000,
        initial=TrainingChoice().batch_size,
        help_text="Training rows that a proposal is based on; an epoch has a proposal for each batch.",
    )
    minibatch_size = forms.IntegerField(
        label="Minibatch size",
        min_value=1,
        max_value=10_000,
        initial=TrainingChoice().minibatch_size,
        help_text="Validation rows a new child is first scored on; in a race, so many are asked at once (8 or more).",
    )
    concurrency = forms.IntegerField(
        label="Concurrency",
        min_value=1,
        max_value=256,
        initial=TrainingChoice().concurrency,
        help_text="Calls under way at once.",
    )
    seed = forms.IntegerField(
        label="Seed", min_value=0, max_value=2**31 - 1, initial=0, help_text="The same seed draws the same rows."
    )
    shuffle = forms.BooleanField(label="Shuffle the training rows each epoch", required=False, initial=True)
    pause_when_spent = forms.BooleanField(
        label="Pause when the budget is spent",
        required=False,
        help_text="The run waits until somebody extends the budget or lets it finish. Otherwise it finishes by itself.",
    )
    test_at_end = forms.BooleanField(
        label="Test the winner when the run ends",
        required=False,
        initial=True,
        help_text=(
            "The start and the winner answer the test rows once. Otherwise the rows stay sealed until somebody puts a "
            "candidate up for release."
        ),
    )
    start = StartField()

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, project: Project, checks_rows: bool = True, **settings: Any
    ) -> None:
        super().__init__(data, **settings)
        self.project = project
        start = self.fields["start"]
        assert isinstance(start, StartField)
        start.project = project
        self.checks_rows = checks_rows
        for card in choices.OPTIMIZERS:
            for parameter in card.parameters:
                self.fields[field_name(card, parameter)] = parameter_field(parameter)
        use_plain_messages(self)
        self._offer_models()
        self._offer_rows()

    def _offer_models(self) -> None:
        same = ("", "The answering model")
        offers = {
            "task": model_choices("language"),
            "proposer": model_choices("language", first=same),
            "judge": model_choices("language", first=same),
            "embedding": [*model_choices("embedding"), ("none", "None")],
        }
        for role, offered in offers.items():
            field = self.fields[f"{role}_model"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered
            field.initial = "" if role in ("proposer", "judge") else offered[0][0]

    def _offer_rows(self) -> None:
        """Offer the newest version of each dataset, and an older one that was asked for."""
        datasets = Dataset.objects.in_project(self.project).for_list()
        newest = [version.pk for dataset in datasets if (version := dataset.latest_version)]
        asked = str(self["version"].value() or "")
        offered = DatasetVersion.objects.in_project(self.project).select_related("dataset", "table")
        versions = self.fields["version"]
        programs = self.fields["program"]
        rewards = self.fields["reward_fields"]
        assert isinstance(versions, forms.ModelChoiceField)
        assert isinstance(programs, forms.ModelChoiceField)
        assert isinstance(rewards, forms.MultipleChoiceField)
        versions.queryset = offered.filter(pk__in=[*newest, *([int(asked)] if asked.isdecimal() else [])])
        programs.queryset = Program.objects.in_project(self.project)
        program = self.chosen_program
        names = [field["name"] for field in program.output_fields] if program else []
        rewards.choices = [(name, name) for name in names]
        picked = picked_in(program) if program else None
        self.fields["judge_learns"].help_text = _said_of(picked) if picked else ""

    @property
    def chosen_program(self) -> Program | None:
        """The program in the form so far."""
        asked = str(self["program"].value() or "")
        return Program.objects.in_project(self.project).filter(pk=asked).first() if asked.isdecimal() else None

    @property
    def chosen_start(self) -> Candidate | None:
        """The candidate that the run begins with, instead of the program's own text."""
        return candidate_named(str(self["start"].value() or ""), self.project)

    @property
    def chosen_version(self) -> DatasetVersion | None:
        """The dataset version in the form so far."""
        asked = str(self["version"].value() or "")
        offered = DatasetVersion.objects.in_project(self.project).select_related("dataset", "table")
        return offered.filter(pk=asked).first() if asked.isdecimal() else None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        self._forget_other_optimizers(values.get("optimizer"))
        for role in MODELS:
            chosen = values.get(f"{role}_model") or ""
            if chosen == OTHER:
                chosen = (values.get(f"{role}_typed") or "").strip()
                if not chosen:
                    self.add_error(f"{role}_typed", "Type the model's name, such as ollama_chat/llama3.2.")
            values[f"{role}_name"] = "" if chosen == "none" else chosen
        if self.checks_rows:
            check_form(self, values, self.configuration)
        else:
            check_budget(self, values)
        return values

    def _forget_other_optimizers(self, chosen: str | None) -> None:
        """Parameters of an optimizer that was not chosen are hidden, so they must not stop the launch."""
        for card in choices.OPTIMIZERS:
            for parameter in card.parameters if chosen and card.kind != chosen else ():
                self.errors.pop(field_name(card, parameter), None)

    def configuration(self) -> RunConfiguration:
        """What was chosen; only once all fields are clean."""
        return self._configuration

    @cached_property
    def _configuration(self) -> RunConfiguration:
        return configuration_from(self.cleaned_data)

    def run_name(self) -> str:
        """The name that was typed, or one made of program and optimizer."""
        values = self.cleaned_data
        label = choices.card_of(values["optimizer"]).label
        return values["name"] or f"{values['program'].name} · {label}"[:120]


def _said_of(picked: Picked) -> str:
    picks = "One pick" if picked.picks == 1 else f"{picked.picks} picks"
    people = "one person" if picked.people == 1 else f"{picked.people} people"
    which = (
        "It goes"
        if picked.picks == 1
        else "All go"
        if picked.shown == picked.picks
        else f"The newest {picked.shown} go"
    )
    return (
        f"{picks} by {people} in blind comparisons of this program’s answers. {which} to the judge with every answer."
    )
