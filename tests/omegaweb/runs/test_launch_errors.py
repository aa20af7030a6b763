"""Settings that cannot work are explained at the field, with the way out."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.datasets.models import DatasetVersion
from omegaweb.programs.models import Program
from omegaweb.runs.models import Run
from omegaweb.spending.models import ModelPrice
from tests.factories_runs import make_program, make_version
from tests.omegaweb.runs.launch_data import launch_data

URL = reverse("runs:launch")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def version(alice: User) -> DatasetVersion:
    return make_version(alice)


@pytest.fixture
def program(alice: User) -> Program:
    return make_program(alice)


def errors_of(client: Client, data: dict[str, Any]) -> dict[str, list[str]]:
    response = client.post(URL, data)
    assert response.status_code == 422
    assert not Run.objects.exists()
    found: dict[str, list[str]] = dict(response.context["form"].errors)
    page = response.content.decode()
    assert "Nothing was launched yet" in page
    return found


OMEGA = {"optimizer": "omega"}
CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"version": ""}, "version", "Choose a dataset"),
    ({"program": ""}, "program", "Choose a program"),
    ({**OMEGA, "embedding_model": "none"}, "embedding_model", "needs an embedding model"),
    ({"reward": "similarity", "embedding_model": "none"}, "embedding_model", "needs an embedding model"),
    ({**OMEGA, "omega-selection_temperature": "0"}, "omega-selection_temperature", "Must be more than 0"),
    ({"random_few_shot-sampling_temperature": "0"}, "random_few_shot-sampling_temperature", "Must be more than 0"),
    ({"random_few_shot-population_size": "0"}, "random_few_shot-population_size", "Must be 1 or more."),
    ({**OMEGA, "omega-k_nearest_fitter": "0"}, "omega-k_nearest_fitter", "Must be 1 or more."),
    ({"concurrency": "1000"}, "concurrency", "Must be 256 or less."),
    (
        {"task_model": "other", "task_typed": "banana"},
        "task_model",
        "“banana” names no provider, so it was taken as OpenAI’s (openai/banana), which needs a key",
    ),
    ({"budget_calls": "0"}, "budget_calls", "A budget must be more than 0"),
    ({"budget_minutes": "-1"}, "budget_minutes", "A budget must be more than 0"),
    ({"budget_cost": "nan"}, "budget_cost", "Enter a number"),
    ({"budget_calls": "", "epochs": ""}, "epochs", "there is none: give either"),
    ({"random_few_shot-nb_min_examples": "5"}, "random_few_shot-nb_min_examples", "cannot be more than the most (3)"),
    ({"task_model": "other"}, "task_typed", "Type the model's name"),
    ({"task_model": "openai/gpt-4o-mini"}, "task_model", "OPENAI_API_KEY"),
    ({"task_model": "openai/gpt-4o-mini"}, "task_model", "needs its address instead: “Server address” below"),
    (
        {**OMEGA, "embedding_model": "openai/text-embedding-3-small", "api_base": "http://localhost:1"},
        "embedding_model",
        "needs its address instead: “Server address for embeddings” below",
    ),
    (
        {**OMEGA, "proposer_model": "other", "proposer_typed": "anthropic/claude-haiku-4-5"},
        "proposer_model",
        "ANTHROPIC_API_KEY",
    ),
    ({"api_base": "http://me:pw@localhost:1/v1"}, "api_base", "must not hold a name or a password"),
    ({"batch_size": "0"}, "batch_size", "Must be 1 or more."),
    ({"task_temperature": "-1"}, "task_temperature", "Must be 0 or more."),
]


@pytest.mark.parametrize(("changes", "field", "message"), CASES)
def test_a_setting_that_cannot_work_is_named(
    alice_client: Client, version: DatasetVersion, program: Program, changes: dict[str, Any], field: str, message: str
):
    errors = errors_of(alice_client, launch_data(version, program, **changes))

    assert set(errors) == {field}
    assert message in errors[field][0]


def test_omega_needs_no_embedding_model_as_a_plain_genetic_algorithm(
    alice_client: Client, version: DatasetVersion, program: Program
):
    changes = {**OMEGA, "omega-algorithm": "ga", "embedding_model": "none"}

    assert alice_client.post(URL, launch_data(version, program, **changes)).status_code == 302


def test_a_mistake_in_the_optimizer_that_was_not_chosen_does_not_matter(
    alice_client: Client, version: DatasetVersion, program: Program
):
    changes = {"omega-population_size": "0", "omega-selection_temperature": ""}

    assert alice_client.post(URL, launch_data(version, program, **changes)).status_code == 302


def test_a_key_is_not_needed_where_the_model_has_an_address(
    alice_client: Client, version: DatasetVersion, program: Program
):
    changes = {"task_model": "openai/gpt-4o-mini", "api_base": "http://localhost:9/v1"}

    assert alice_client.post(URL, launch_data(version, program, **changes)).status_code == 302


#: A run that only a limit in US dollars ends, at a server without a key.
BY_MONEY = {"budget_calls": "", "budget_cost": "1", "epochs": "", "api_base": "http://localhost:9/v1"}
OWN = {"task_model": "other", "task_typed": "openai/our-own"}


@pytest.mark.parametrize(
    "asked",
    [
        OWN,
        {**OMEGA, "proposer_model": "other", "proposer_typed": "openai/our-own"},
        {"reward": "judge", "judge_instructions": "Polite.", "judge_model": "other", "judge_typed": "openai/our-own"},
        {
            **OMEGA,
            "embedding_model": "other",
            "embedding_typed": "openai/our-own",
            "embedding_api_base": "http://localhost:9/v1",
        },
    ],
)
def test_money_alone_is_no_limit_where_a_price_is_unknown(
    alice_client: Client, version: DatasetVersion, program: Program, asked: dict[str, Any]
):
    errors = errors_of(alice_client, launch_data(version, program, **BY_MONEY, **asked))

    assert set(errors) == {"epochs"}
    assert "no price is known of “openai/our-own”: give epochs or another limit" in errors["epochs"][0]


@pytest.mark.parametrize("changes", [{"epochs": "2"}, {"budget_minutes": "5"}, {"task_typed": "ollama_chat/llama3.2"}])
def test_money_is_a_limit_beside_another_one_or_where_nothing_costs(
    alice_client: Client, version: DatasetVersion, program: Program, changes: dict[str, Any]
):
    sent = launch_data(version, program, **{**BY_MONEY, **OWN, **changes})

    assert alice_client.post(URL, sent).status_code == 302


def test_money_is_a_limit_where_the_project_has_set_the_price(
    alice_client: Client, version: DatasetVersion, program: Program
):
    ModelPrice.objects.create(project=version.dataset.project, model="openai/our-own", read=1)

    assert alice_client.post(URL, launch_data(version, program, **BY_MONEY, **OWN)).status_code == 302


@pytest.mark.parametrize(("splits", "missing"), [("ttttvvvv", "test"), ("ttttssss", "validation"), ("vvss", "train")])
def test_an_empty_split_is_refused(alice_client: Client, alice: User, program: Program, splits: str, missing: str):
    version = make_version(alice, splits=splits)
    errors = errors_of(alice_client, launch_data(version, program))

    assert f"There are no {missing} rows" in errors["version"][0]


def test_outputs_must_be_target_columns(alice_client: Client, version: DatasetVersion, alice: User):
    output = {"name": "queue", "type": "text", "choices": [], "description": ""}
    program = make_program(alice, output_fields=[output])
    errors = errors_of(alice_client, launch_data(version, program))

    assert "“queue”" in errors["program"][0]
    assert "“label”" in errors["program"][0]


def test_inputs_must_be_input_columns(alice_client: Client, version: DatasetVersion, alice: User):
    program = make_program(alice, instruction="Read {{mail}}", input_fields=[{"name": "mail", "description": ""}])
    errors = errors_of(alice_client, launch_data(version, program))

    assert "“mail”" in errors["program"][0]


def test_columns_and_fields_match_whatever_the_case(alice_client: Client, version: DatasetVersion, alice: User):
    output = {"name": "Label", "type": "text", "choices": [], "description": ""}
    program = make_program(alice, output_fields=[output])

    assert alice_client.post(URL, launch_data(version, program)).status_code == 302


def test_a_cell_that_does_not_fit_is_named_with_row_and_column(
    alice_client: Client, version: DatasetVersion, alice: User
):
    output = {"name": "label", "type": "integer", "choices": [], "description": ""}
    program = make_program(alice, output_fields=[output])
    errors = errors_of(alice_client, launch_data(version, program))

    assert "Row 1, column “label” holds “billing”, which is no whole number" in errors["version"][0]
