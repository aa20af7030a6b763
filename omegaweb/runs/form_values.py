"""Between the launch form and a run's configuration, both ways: launching, presets, launching again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omegaweb.engine.choices import OPTIMIZERS, Preset, card_of
from omegaweb.engine.preferences import preferences_of
from omegaweb.runs.configuration import (
    BudgetChoice,
    ModelChoice,
    OnWarning,
    OptimizerChoice,
    ReviewChoice,
    RewardChoice,
    RunConfiguration,
    TrainingChoice,
)
from omegaweb.runs.form_fields import OTHER, field_name, model_choices
from omegaweb.runs.models import Run

TRAINING = ("epochs", "batch_size", "minibatch_size", "concurrency", "seed", "shuffle")
LIMITS = ("calls", "tokens", "cost", "minutes")


def configuration_from(values: Mapping[str, Any]) -> RunConfiguration:
    """Return the configuration that cleaned form values mean."""
    card = card_of(values["optimizer"])
    parameters = {parameter.name: values[field_name(card, parameter)] for parameter in card.parameters}
    parameters = {name: None if value == "" else value for name, value in parameters.items()}
    definition = values["program"].definition()
    judged = values["reward"] == "judge"
    every = len(values["reward_fields"]) in (0, len(definition["output_fields"]))
    return RunConfiguration(
        program=definition,
        reward=RewardChoice(
            kind=values["reward"],
            fields=() if every else tuple(values["reward_fields"]),
            ignore_case=values["ignore_case"],
            instructions=values["judge_instructions"],
            preferences=preferences_of(values["program"], values["version"])
            if judged and values["judge_learns"]
            else (),
        ),
        optimizer=OptimizerChoice(kind=card.kind, parameters=parameters),
        models=ModelChoice(
            task=values["task_name"],
            proposer=values["proposer_name"],
            judge=values["judge_name"],
            embedding=values["embedding_name"],
            task_temperature=values["task_temperature"],
            api_base=values["api_base"],
            embedding_api_base=values["embedding_api_base"],
        ),
        budget=BudgetChoice(**{name: values[f"budget_{name}"] for name in LIMITS}),
        training=TrainingChoice(**{name: values[name] for name in TRAINING}),
        review=ReviewChoice(
            asks=values["review_asks"],
            approvals=int(values["review_approvals"]),
            author_may_approve=not values["review_not_author"],
            hours=values["review_hours"],
            after_hours=values["review_after_hours"],
        ),
        start=values["start"],
        pause_when_spent=values["pause_when_spent"],
        test_at_end=values["test_at_end"],
        on_warning=values["on_warning"] or OnWarning.SCORE.value,
    )


def values_of_run(run: Run) -> dict[str, Any]:
    """Return the form values that launch a run again, with its program as it is now."""
    choices = run.choices
    card = card_of(choices.optimizer.kind)
    given = choices.optimizer.parameters
    return {
        "name": run.name,
        "version": run.dataset_version_id,
        "program": run.program_id,
        "reward": choices.reward.kind,
        "reward_fields": list(choices.reward.fields),
        "ignore_case": choices.reward.ignore_case,
        "judge_instructions": choices.reward.instructions,
        "judge_learns": bool(choices.reward.preferences),
        "optimizer": card.kind,
        **{field_name(card, p): _shown(given.get(p.name, p.default)) for p in card.parameters},
        **_model_values("task", choices.models.task, "language"),
        **_model_values("proposer", choices.models.proposer, "language"),
        **_model_values("judge", choices.models.judge, "language"),
        **_model_values("embedding", choices.models.embedding, "embedding"),
        "task_temperature": choices.models.task_temperature,
        "api_base": choices.models.api_base,
        "embedding_api_base": choices.models.embedding_api_base,
        **{f"budget_{name}": getattr(choices.budget, name) for name in LIMITS},
        **{name: getattr(choices.training, name) for name in TRAINING},
        "review_asks": choices.review.asks,
        "review_approvals": choices.review.approvals,
        "review_not_author": not choices.review.author_may_approve,
        "review_hours": choices.review.hours,
        "review_after_hours": choices.review.after_hours,
        "start": f"{choices.start['run']}:{choices.start['number']}" if choices.start else "",
        "pause_when_spent": choices.pause_when_spent,
        "test_at_end": choices.test_at_end,
        "on_warning": choices.on_warning,
    }


def values_of_preset(kind: str, preset: Preset) -> dict[str, Any]:
    """Return the form values that a preset sets; the others stay as they are."""
    card = card_of(kind)
    parameters = {**card.defaults(), **preset.parameters}
    return {
        "optimizer": kind,
        **{field_name(card, p): _shown(parameters[p.name]) for p in card.parameters},
        **preset.training,
        "budget_calls": preset.calls,
    }


def current_preset(values: Mapping[str, Any]) -> str:
    """Return "kind:name" of the preset that the form shows right now; empty where something was changed."""
    for card in OPTIMIZERS:
        if values.get("optimizer") != card.kind:
            continue
        for preset in card.presets:
            wanted = values_of_preset(card.kind, preset)
            if all(_same(values.get(name), value) for name, value in wanted.items()):
                return f"{card.kind}:{preset.name}"
    return ""


def _model_values(role: str, model: str, kind: str) -> dict[str, str]:
    offered = {value for entry in model_choices(kind) for value in _values(entry)}
    if not model:
        return {f"{role}_model": "none" if role == "embedding" else "", f"{role}_typed": ""}
    if model in offered:
        return {f"{role}_model": model, f"{role}_typed": ""}
    return {f"{role}_model": OTHER, f"{role}_typed": model}


def _values(entry: tuple[str, Any]) -> list[str]:
    value, label = entry
    return [value] if isinstance(label, str) else [option for option, _ in label]


def _shown(value: Any) -> Any:
    return "" if value is None else value


def _same(one: Any, other: Any) -> bool:
    if isinstance(other, (int, float)) and not isinstance(other, bool):
        try:
            return float(one) == other
        except (TypeError, ValueError):
            return False
    return str("" if one is None else one) == str("" if other is None else other)
