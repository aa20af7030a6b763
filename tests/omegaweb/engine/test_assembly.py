"""Rows become a program, its reward, optimizer, budget and data."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from omegaweb.accounts.models import User
from omegaweb.datasets.models import TableRow
from omegaweb.engine import assembly
from omegaweb.engine.model_building import build_models
from omegaweb.runs.configuration import (
    BudgetChoice,
    ModelChoice,
    OptimizerChoice,
    RewardChoice,
    RunConfiguration,
)
from optimizer_core.modules.chain_of_thought import ChainOfThought
from optimizer_core.modules.generator import Generator
from optimizer_core.optimizers.omega import OMEGA
from optimizer_core.optimizers.random_few_shot import RandomFewShot
from tests.factories_runs import make_program, make_run, make_version

# Names only: nothing here asks a model.
MODELS = ModelChoice(task="openai/a", proposer="openai/b", judge="openai/c", embedding="openai/d", api_base="http://x")


def definition(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Triage",
        "description": "Finds the team.",
        "instruction": "Read {{Customer message}}.",
        "style": "direct",
        "input_fields": [{"name": "Customer message", "description": "as written"}],
        "output_fields": [
            {"name": "example", "type": "choice", "choices": ["a", "b"], "description": "the team"},
            {"name": "score", "type": "integer", "choices": [], "description": ""},
        ],
        "seed_instructions": ["Look at {{Customer message}}."],
        **changes,
    }


def test_a_direct_program_is_a_generator_with_one_variable():
    module = assembly.build_module(definition())
    (variable,) = module.bind()

    assert type(module) is Generator
    assert variable.name == assembly.VARIABLE
    assert variable.value == {"instructions": "Read {{Customer message}}."}
    assert variable.seeds == [{"instructions": "Look at {{Customer message}}."}]
    assert variable.description == "Finds the team."
    assert module.outputs_schema is not None
    assert module.outputs_schema.properties["example"]["enum"] == ["a", "b"]


def test_step_by_step_is_a_chain_of_thought():
    assert type(assembly.build_module(definition(style="step_by_step"))) is ChainOfThought


def test_a_definition_that_cannot_work_says_why():
    with pytest.raises(assembly.Unusable, match="mail"):
        assembly.build_module(definition(instruction="Read {{mail}}."))


def test_the_whole_configuration_becomes_a_compiled_program():
    configuration = RunConfiguration(
        program=definition(),
        models=MODELS,
        reward=RewardChoice(kind="exact_match", fields=("example",)),
        optimizer=OptimizerChoice(kind="omega", parameters={"population_size": 4}),
    )
    program = assembly.build_program(configuration)

    assert program.name == "Triage"
    assert isinstance(program.optimizer, OMEGA)
    assert program.optimizer.population_size == 4
    assert program.optimizer.language_model is not None
    assert program.optimizer.language_model.model == "openai/b"
    assert program.reward is not None
    assert program.reward.config()["in_mask"] == ["example"]


def test_models_left_empty_are_the_answering_model():
    models = build_models(replace(MODELS, proposer="", judge=""))

    assert models.proposer.model == models.judge.model == "openai/a"
    assert models.task.temperature == 0.0
    assert models.proposer.temperature is None
    assert models.task.api_base == "http://x"


def test_no_embedding_model_is_none():
    assert build_models(replace(MODELS, embedding="")).embedding is None


@pytest.mark.parametrize("kind", ["exact_match", "similarity", "judge"])
def test_every_reward_can_be_built(kind: str):
    assert assembly.build_reward(RewardChoice(kind=kind), build_models(MODELS)).name


def test_every_optimizer_can_be_built():
    models = build_models(MODELS)

    assert isinstance(assembly.build_optimizer(OptimizerChoice(kind="random_few_shot"), models), RandomFewShot)
    assert isinstance(assembly.build_optimizer(OptimizerChoice(kind="omega"), models), OMEGA)


def test_what_is_unknown_is_an_error():
    models = build_models(MODELS)
    with pytest.raises(assembly.Unusable, match="no reward"):
        assembly.build_reward(RewardChoice(kind="luck"), models)
    with pytest.raises(assembly.Unusable, match="no optimizer"):
        assembly.build_optimizer(OptimizerChoice(kind="adam"), models)


def test_minutes_become_seconds_and_no_limit_is_no_budget():
    budget = assembly.build_budget(BudgetChoice(calls=5, minutes=2))

    assert budget is not None
    assert (budget.calls, budget.seconds, budget.tokens) == (5, 120, None)
    assert assembly.build_budget(BudgetChoice()) is None


def test_rows_become_inputs_and_targets_by_split(alice: User):
    program = make_program(alice)
    data = assembly.load_data(make_version(alice), program.definition())

    assert [len(split) for split in (data.train, data.validation, data.test)] == [4, 4, 4]
    assert data.validation.x[0] == {"text": "ticket 4"}
    assert data.validation.y[0] == {"label": "billing"}


def test_columns_belong_to_fields_whatever_the_case(alice: User):
    field = {"name": "LABEL", "type": "text", "choices": [], "description": ""}
    data = assembly.load_data(make_version(alice), make_program(alice, output_fields=[field]).definition())

    assert data.train.y[1] == {"LABEL": "technical"}


def test_cells_that_do_not_fit_are_named_and_counted(alice: User):
    version = make_version(alice)
    TableRow.objects.filter(table=version.table).update(values=["x", "nothing"])
    with pytest.raises(assembly.UnfitData) as caught:
        assembly.load_data(version, make_program(alice).definition())

    message = str(caught.value)
    assert message.startswith("row 1, column “label” holds “nothing”, which is none of the allowed values billing, ")
    assert "and 9 more. Rows are counted without the header" in message
    assert message.endswith(
        "Add the value to the allowed values of the output field in the program, or correct the table "
        "and upload it again."
    )


@pytest.mark.parametrize("kind", ["JSON", "JSON Lines"])
def test_a_file_without_a_header_counts_its_rows_alike_and_mentions_none(alice: User, kind: str):
    version = make_version(alice)
    version.table.format = kind
    TableRow.objects.filter(table=version.table, position=3).update(values=["x", "nothing"])
    with pytest.raises(assembly.UnfitData, match=r"^row 4, column") as caught:
        assembly.load_data(version, make_program(alice).definition())

    assert "header" not in str(caught.value)


@pytest.mark.parametrize(
    ("cell", "kind", "remedy"),
    [
        ("many", "integer", "Change the type of the output field in the program, or correct the table and"),
        (" ", "integer", "page of the dataset. Correct the table and upload it again."),
    ],
)
def test_the_way_out_suits_what_is_wrong(alice: User, cell: str, kind: str, remedy: str):
    version = make_version(alice)
    TableRow.objects.filter(table=version.table).update(values=["x", cell])
    field = {"name": "label", "type": kind, "choices": [], "description": ""}
    with pytest.raises(assembly.UnfitData) as caught:
        assembly.load_data(version, make_program(alice, output_fields=[field]).definition())

    assert remedy in str(caught.value)


def test_only_the_first_rows_of_each_split_are_read_where_that_is_asked(alice: User):
    version = make_version(alice)
    TableRow.objects.filter(table=version.table, position__in=[3, 7, 11]).update(values=["x", "nothing"])
    definition = make_program(alice).definition()

    data = assembly.load_data(version, definition, most=3)
    assert [len(split) for split in (data.train, data.validation, data.test)] == [3, 3, 3]
    with pytest.raises(assembly.UnfitData, match="row 4"):
        assembly.load_data(version, definition)


def test_a_missing_column_is_named(alice: User):
    field = {"name": "queue", "type": "text", "choices": [], "description": ""}
    with pytest.raises(assembly.UnfitData, match="queue"):
        assembly.load_data(make_version(alice), make_program(alice, output_fields=[field]).definition())


def test_a_run_is_assembled_from_its_own_rows(alice: User):
    run = make_run(alice)
    run.program.instruction = "Changed later: {{text}}"
    run.program.save()
    parts = assembly.assemble(run)

    (variable,) = parts.program.trainable_variables
    assert variable.value == {"instructions": "Say which team should answer: {{text}}"}
    assert len(parts.data.train) == 4


def test_a_check_finds_what_cannot_work_before_any_call():
    sound = RunConfiguration(program=definition(), models=MODELS)
    assembly.check(sound)

    with pytest.raises(assembly.Unusable, match="queue"):
        assembly.check(replace(sound, reward=RewardChoice(fields=("queue",))))
    with pytest.raises(assembly.Unusable, match="budget"):
        assembly.check(replace(sound, budget=BudgetChoice(calls=0)))


def test_checking_a_launch_does_not_load_litellm():
    # It takes seconds, and a person waits for the page.
    script = (
        "import sys; from omegaweb.engine import assembly\n"
        "from omegaweb.runs.configuration import RunConfiguration\n"
        f"assembly.check(RunConfiguration(program={definition()!r}))\n"
        "assert 'litellm' not in sys.modules"
    )
    setup = "import django; django.setup()\n"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run([sys.executable, "-c", setup + script], env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
