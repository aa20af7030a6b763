"""Launching a run."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.datasets.models import DatasetVersion
from omegaweb.engine import launcher
from omegaweb.engine.choices import preset_of
from omegaweb.programs.models import Program
from omegaweb.runs.configuration import (
    BudgetChoice,
    ModelChoice,
    OptimizerChoice,
    ReviewChoice,
    RewardChoice,
    RunConfiguration,
    TrainingChoice,
)
from omegaweb.runs.form_values import values_of_preset
from omegaweb.runs.models import Run, RunState
from tests.factories_runs import make_program, make_run, make_version
from tests.omegaweb.runs.launch_data import launch_data

URL = reverse("runs:launch")


@pytest.fixture
def version(alice: User) -> DatasetVersion:
    return make_version(alice)


@pytest.fixture
def program(alice: User) -> Program:
    return make_program(alice)


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The runs that were handed to the launcher."""
    numbers: list[int] = []
    monkeypatch.setattr(launcher, "start", numbers.append)
    return numbers


@pytest.fixture
def launched(
    alice_client: Client, version: DatasetVersion, program: Program, django_capture_on_commit_callbacks
) -> Run:
    with django_capture_on_commit_callbacks(execute=True):
        response = alice_client.post(URL, launch_data(version, program))
    assert response.status_code == 302, response.context["form"].errors
    return Run.objects.get()


def test_a_complete_form_makes_a_queued_run_and_starts_it(launched: Run, started: list[int], alice: User):
    assert launched.state == RunState.QUEUED
    assert launched.created_by == alice
    assert launched.name == "Triage · RandomFewShot"
    assert started == [launched.pk]


def test_the_run_keeps_what_was_chosen(launched: Run, program: Program):
    assert launched.choices == RunConfiguration(
        program=program.definition(),
        reward=RewardChoice(kind="exact_match", ignore_case=True),
        optimizer=OptimizerChoice(
            kind="random_few_shot",
            parameters={
                "nb_min_examples": 1,
                "nb_max_examples": 3,
                "sampling": "softmax",
                "sampling_temperature": 0.3,
                "population_size": 10,
                "reward_uncertainty": 0.25,
            },
        ),
        models=ModelChoice(
            task="local/smollm2-135m", proposer="", judge="", embedding="local/wordllama", task_temperature=0.0
        ),
        budget=BudgetChoice(calls=500),
        training=TrainingChoice(epochs=2, batch_size=4, minibatch_size=4, concurrency=4, seed=7, shuffle=True),
    )


def test_the_version_is_frozen(launched: Run):
    assert launched.dataset_version.used_at is not None


def test_omega_and_a_typed_model_are_kept(alice_client: Client, version: DatasetVersion, program: Program):
    changes = {
        "optimizer": "omega",
        "proposer_model": "other",
        "proposer_typed": " ollama_chat/llama3.2 ",
        "api_base": "http://localhost:11434",
        "review_asks": "every",
        "review_approvals": "2",
        "review_hours": "48",
        "omega-instructions": "Be brief.",
    }
    response = alice_client.post(URL, launch_data(version, program, **changes))

    assert response.status_code == 302
    choices = Run.objects.get().choices
    assert choices.optimizer.kind == "omega"
    assert choices.optimizer.parameters["instructions"] == "Be brief."
    assert choices.optimizer.parameters["reasoning_effort"] is None
    assert choices.models.proposer == "ollama_chat/llama3.2"
    assert choices.review == ReviewChoice(asks="every", approvals=2, hours=48)


def test_the_page_offers_ones_own_things_only(
    alice_client: Client, version: DatasetVersion, program: Program, bob: User
):
    make_version(bob, name="Bob's rows")
    make_program(bob, name="Bob's program")
    page = alice_client.get(URL, {"program": program.pk, "dataset": version.dataset.pk}).content.decode()

    assert "Tickets, version 1" in page
    assert "Built-in (runs on this computer)" in page
    assert "Bob" not in page


def test_without_a_dataset_the_page_says_how_to_begin(charlie_client: Client):
    page = charlie_client.get(URL).content.decode()

    assert reverse("datasets:upload") in page
    assert reverse("runs:example") in page


def test_a_preset_fills_in_its_values(alice_client: Client, version: DatasetVersion, program: Program):
    data = launch_data(version, program, preset="omega:thorough", name="Kept")
    response = alice_client.post(URL, data)

    form = response.context["form"]
    assert response.status_code == 200
    assert response.context["preset"] == "omega:thorough"
    assert form["optimizer"].value() == "omega"
    assert (form["epochs"].value(), form["budget_calls"].value()) == (None, 4000)
    assert form["name"].value() == "Kept"
    assert not Run.objects.exists()


def test_choosing_an_optimizer_takes_its_own_preset_of_the_same_name(
    alice_client: Client, version: DatasetVersion, program: Program
):
    quick = values_of_preset("random_few_shot", preset_of("random_few_shot", "quick"))
    data = launch_data(version, program, **{**quick, "optimizer": "omega", "switch": "1"})
    response = alice_client.post(URL, data)

    assert response.context["preset"] == "omega:quick"


def test_choosing_an_optimizer_keeps_what_a_person_changed(
    alice_client: Client, version: DatasetVersion, program: Program
):
    quick = values_of_preset("random_few_shot", preset_of("random_few_shot", "quick"))
    data = launch_data(version, program, **{**quick, "optimizer": "omega", "switch": "1", "batch_size": "5"})
    form = alice_client.post(URL, data).context["form"]

    assert (form["optimizer"].value(), form["batch_size"].value()) == ("omega", "5")
    assert form["budget_calls"].value() == "600"


def test_the_only_dataset_that_fits_a_program_is_chosen(
    alice_client: Client, version: DatasetVersion, program: Program, alice: User
):
    form = alice_client.get(URL, {"program": program.pk}).context["form"]
    assert form["version"].value() == version.pk

    make_version(alice, name="More tickets")
    form = alice_client.get(URL, {"program": program.pk}).context["form"]
    assert form["version"].value() is None


def test_the_only_program_is_chosen_with_the_dataset_that_fits_it(
    alice_client: Client, version: DatasetVersion, program: Program, alice: User
):
    form = alice_client.get(URL).context["form"]
    assert (form["program"].value(), form["version"].value()) == (program.pk, version.pk)

    make_program(alice, name="Another")
    form = alice_client.get(URL).context["form"]
    assert (form["program"].value(), form["version"].value()) == (None, None)


def test_a_race_until_the_budget_is_spent_can_be_launched(
    alice_client: Client, version: DatasetVersion, program: Program
):
    thorough = values_of_preset("omega", preset_of("omega", "thorough"))
    sent = {name: "" if value is None else value for name, value in thorough.items()}
    response = alice_client.post(URL, launch_data(version, program, **{**sent, "omega-algorithm": "ga"}))

    assert response.status_code == 302
    choices = Run.objects.get().choices
    assert choices.training.epochs is None
    assert choices.optimizer.parameters["proposals_in_flight"] is None
    assert choices.optimizer.races


def test_changing_a_value_is_no_longer_a_preset(alice_client: Client, version: DatasetVersion, program: Program):
    response = alice_client.post(URL, launch_data(version, program, refresh="1"))

    assert response.context["preset"] == ""
    assert not response.context["form"].errors


def test_launching_again_starts_from_the_earlier_run(alice_client: Client, launched: Run):
    Run.objects.filter(pk=launched.pk).update(name="First")
    response = alice_client.get(URL, {"from": launched.pk})
    form = response.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    again = {name: value for name, value in shown.items() if value is not None and value is not False}
    again_response = alice_client.post(URL, again)

    assert again_response.status_code == 302, again_response.context["form"].errors
    second = Run.objects.latest("pk")
    assert second.pk != launched.pk
    assert second.choices == launched.choices


def test_others_cannot_start_from_ones_run(charlie_client: Client, alice: User):
    assert charlie_client.get(URL, {"from": make_run(alice).pk}).status_code == 404


def test_others_things_cannot_be_launched(
    charlie_client: Client, version: DatasetVersion, program: Program, started: list[int]
):
    assert charlie_client.get(URL, {"program": program.pk}).status_code == 404
    assert charlie_client.get(URL, {"dataset": version.dataset.pk}).status_code == 404
    response = charlie_client.post(URL, launch_data(version, program))

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"version", "program"}
    assert not Run.objects.exists()
    assert not started


def test_signed_out_people_are_sent_to_sign_in(client: Client, version: DatasetVersion, program: Program):
    for response in (client.get(URL), client.post(URL, launch_data(version, program))):
        assert response["Location"].startswith(reverse("accounts:sign-in"))
    assert not Run.objects.exists()


def test_launching_again_keeps_an_older_version_of_the_dataset(alice_client: Client, launched: Run):
    old = launched.dataset_version
    DatasetVersion.objects.create(
        dataset=old.dataset, number=2, table=old.table, input_columns=["text"], target_columns=["label"],
        fractions=old.fractions, splits=old.splits,
    )  # fmt: skip
    page = alice_client.get(URL, {"from": launched.pk})

    assert page.context["form"]["version"].value() == old.pk
    assert page.context["version"] == old
    offered = [str(value) for value, _ in page.context["form"].fields["version"].choices]
    assert str(old.pk) in offered
