"""What a browser sends for the launch form."""

from __future__ import annotations

from typing import Any

from omegaweb.datasets.models import DatasetVersion
from omegaweb.engine.choices import OPTIMIZERS
from omegaweb.programs.models import Program
from omegaweb.runs.form_fields import field_name


def launch_data(version: DatasetVersion, program: Program, /, **changes: Any) -> dict[str, Any]:
    """A complete form with RandomFewShot and the built-in models; a change of None leaves a field out."""
    parameters = {
        field_name(card, parameter): "" if parameter.default is None else parameter.default
        for card in OPTIMIZERS
        for parameter in card.parameters
    }
    data: dict[str, Any] = {
        "name": "",
        "version": version.pk,
        "program": program.pk,
        "reward": "exact_match",
        "ignore_case": "on",
        "judge_instructions": "",
        "optimizer": "random_few_shot",
        **parameters,
        "task_model": "local/smollm2-135m",
        "proposer_model": "",
        "judge_model": "",
        "embedding_model": "local/wordllama",
        "task_temperature": "0",
        "api_base": "",
        "embedding_api_base": "",
        "budget_calls": "500",
        "budget_tokens": "",
        "budget_cost": "",
        "budget_minutes": "",
        "epochs": "2",
        "batch_size": "4",
        "minibatch_size": "4",
        "concurrency": "4",
        "seed": "7",
        "shuffle": "on",
        "test_at_end": "on",
        "review_asks": "nobody",
        "review_approvals": "1",
        "review_hours": "",
        "review_after_hours": "left_out",
    }
    data.update(changes)
    return {name: value for name, value in data.items() if value is not None}
