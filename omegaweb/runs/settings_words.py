"""What was chosen when a run was launched, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from omegaweb.engine.choices import OPTIMIZERS
from omegaweb.engine.parameters import Parameter
from omegaweb.runs.configuration import (
    Asks,
    ModelChoice,
    OnWarning,
    OptimizerChoice,
    ReviewChoice,
    RunConfiguration,
    TrainingChoice,
)
from omegaweb.runs.models import Run
from omegaweb.runs.progress import budget_limits
from omegaweb.runs.steering_words import limits_in_words

REWARDS = {
    "exact_match": "Exact match",
    "similarity": "Similarity of meaning",
    "judge": "A model judges each answer",
}
ASKS = [
    (Asks.NOBODY.value, "Nobody is asked: candidates enter by themselves"),
    (Asks.EVERY.value, "Ask before a candidate enters the population"),
    (Asks.NEW_BEST.value, "Ask only about a candidate that would lead, and about the winner"),
    (Asks.RELEASE.value, "Ask only about what is put up for release"),
]
ON_WARNING = [
    (OnWarning.SCORE.value, "Score it anyway, and show the warning"),
    (OnWarning.ASK.value, "Ask people before it is scored"),
    (OnWarning.DROP.value, "Drop it: nothing more is spent on it"),
]
AFTER_HOURS = [("left_out", "Leave it out"), ("approved", "Approve it"), ("rejected", "Reject it")]


def settings_in_words(run: Run) -> list[tuple[str, str]]:
    """Return (what, chosen) for everything that was chosen."""
    choices = run.choices
    sizes = run.dataset_version.split_sizes()
    rows = [
        ("Dataset", f"{run.dataset_version.dataset.name}, version {run.dataset_version.number}"),
        ("Rows", f"{sizes['train']} training, {sizes['validation']} validation, {sizes['test']} test"),
        ("Begins with", f"candidate #{choices.start['number']} of an earlier run" if choices.start else ""),
        ("Reward", reward_in_words(choices)),
        *_optimizer(choices.optimizer),
        *_models(choices.models, reward=choices.reward.kind, is_omega=choices.optimizer.kind == "omega"),
        ("Training", _training(choices.training)),
        ("Budget", _budget(run)),
        ("Test", "When the run ends" if choices.test_at_end else "Only of what is put up for release"),
        ("Review", review_in_words(choices.review)),
        ("A proposal with a warning", dict(ON_WARNING).get(choices.on_warning, choices.on_warning)),
    ]
    return [(name, value) for name, value in rows if value]


def review_in_words(choice: ReviewChoice) -> str:
    """Return what people are asked in a run, one sentence a line."""
    lines = [dict(ASKS)[choice.asks]]
    if choice.asks != Asks.NOBODY:
        if choice.approvals > 1:
            lines.append("Two different people must approve")
        if not choice.author_may_approve:
            lines.append("Authors may not approve what they wrote")
    if choice.in_search and choice.hours is not None:
        lines.append(f"After {choice.hours:g} h without a decision: {dict(AFTER_HOURS)[choice.after_hours].lower()}")
    return "\n".join(lines)


def reward_in_words(choices: RunConfiguration) -> str:
    """Return how answers are rewarded."""
    choice = choices.reward
    words = REWARDS.get(choice.kind, choice.kind)
    if choice.kind == "exact_match":
        words += ", case does not count" if choice.ignore_case else ", case counts"
    if choice.fields:
        words += f" (of {', '.join(choice.fields)})"
    if choice.preferences:
        pairs = "one pair" if len(choice.preferences) == 1 else f"{len(choice.preferences)} pairs"
        words += f", shown {pairs} of answers that people compared"
    return f"{words}\n{choice.instructions}" if choice.instructions else words


def _optimizer(choice: OptimizerChoice) -> Iterator[tuple[str, str]]:
    """The words of the launch form; a kind or parameter that it no longer offers goes by its code."""
    card = next((card for card in OPTIMIZERS if card.kind == choice.kind), None)
    known = {parameter.name: parameter for parameter in card.parameters} if card else {}
    yield "Optimizer", card.label if card else choice.kind
    for name, value in choice.parameters.items():
        parameter = known.get(name)
        yield parameter.label if parameter else name.replace("_", " ").capitalize(), _value(parameter, value)


def _value(parameter: Parameter | None, value: Any) -> str:
    code = "" if value is None else str(value)
    return dict(parameter.options).get(code, code) if parameter else code


def _models(choice: ModelChoice, *, reward: str, is_omega: bool) -> list[tuple[str, str]]:
    temperature = "" if choice.task_temperature is None else f", temperature {choice.task_temperature:g}"
    rows = [("Answering model", f"{choice.task}{temperature}")]
    if is_omega:
        rows.append(("Proposing model", choice.proposer or choice.task))
    if reward == "judge":
        rows.append(("Judging model", choice.judge or choice.task))
    if is_omega or reward == "similarity":
        rows.append(("Embedding model", choice.embedding))
    return [
        *rows,
        ("Server of the models", choice.api_base),
        ("Server of the embedding model", choice.embedding_api_base),
    ]


def _training(choice: TrainingChoice) -> str:
    epochs = "until the budget is spent" if choice.epochs is None else f"{choice.epochs} epochs"
    order = "shuffled" if choice.shuffle else "in their order"
    return (
        f"{epochs}, batches of {choice.batch_size} {order}, each candidate scored on {choice.minibatch_size} rows, "
        f"{choice.concurrency} calls at a time, seed {choice.seed}"
    )


def _budget(run: Run) -> str:
    limits = limits_in_words(budget_limits(run.choices.budget))
    return f"{limits}; pauses when it is spent" if run.choices.pause_when_spent else limits.capitalize()
