"""One row tried by hand, with scripted models."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from omegaweb.engine import trial
from omegaweb.engine.trial import try_program
from omegaweb.runs.configuration import ModelChoice
from optimizer_core.errors import (
    ModelAccessDenied,
    ModelRefused,
    ModelUnavailable,
    RateLimited,
)
from optimizer_core.testing import ScriptedModel

DEFINITION: dict[str, Any] = {
    "name": "Triage",
    "description": "",
    "instruction": "Route {{text}}.",
    "style": "direct",
    "input_fields": [{"name": "text", "description": ""}],
    "output_fields": [{"name": "label", "type": "choice", "choices": ["billing", "technical"], "description": ""}],
    "seed_instructions": [],
}
MODELS = ModelChoice(task="scripted/model")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the model answers, in order; an error is raised."""
    script: list[Any] = []

    def build(*_: Any, **__: Any) -> ScriptedModel:
        return ScriptedModel(lambda _: script.pop(0))

    monkeypatch.setattr(trial, "build_language_model", build)
    return script


def test_the_answer_comes_with_the_exact_prompt_and_what_it_took(answers: list[Any]):
    answers.append({"label": "billing"})
    found = try_program(DEFINITION, {"text": "charged twice"}, MODELS)

    assert found.error is None
    assert found.output == {"label": "billing"}
    assert [message["role"] for message in found.messages] == ["system", "user"]
    assert "Route `text`." in found.messages[0]["content"]
    assert found.messages[1]["content"] == '{"text": "charged twice"}'
    assert found.usage.calls == 1
    assert found.usage.prompt_tokens > 0
    assert found.seconds >= 0


@pytest.mark.parametrize(("task", "warns"), [("local/smollm2-135m", True), ("scripted/model", False)])
def test_it_is_said_what_the_built_in_model_was_not_given(answers: list[Any], task: str, warns: bool):
    answers += [{"label": "billing"}] * 2
    models = ModelChoice(task=task)

    long = try_program(DEFINITION, {"text": "charged twice " * 2000}, models)

    assert ("about half of them of the row, and this prompt has 28,0" in long.warning) == warns
    assert try_program(DEFINITION, {"text": "charged twice"}, models).warning == ""


def test_thinking_is_shown_apart_from_the_answer(answers: list[Any]):
    answers.append({"thinking": "money, so billing", "label": "billing"})
    found = try_program({**DEFINITION, "style": "step_by_step"}, {"text": "charged twice"}, MODELS)

    assert found.output == {"label": "billing"}
    assert found.thinking == "money, so billing"


def test_a_broken_answer_is_explained_after_its_repair(answers: list[Any]):
    answers += ["no JSON at all", {"label": "cooking"}]
    found = try_program(DEFINITION, {"text": "hello"}, MODELS)

    assert found.error is not None
    assert found.error.title == "The answer does not fit the output fields"
    assert found.usage.calls == 2


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (ModelUnavailable("connection refused"), "The model could not be reached"),
        (RateLimited("slow down"), "The provider asks for fewer requests"),
        (ModelAccessDenied("wrong key"), "The provider turned the request down"),
        (ModelRefused("no"), "The model refused to answer"),
    ],
)
def test_every_failure_has_a_title_and_a_way_out(answers: list[Any], error: Exception, title: str):
    answers.append(error)
    found = try_program(DEFINITION, {"text": "hello"}, MODELS)

    assert found.error is not None
    assert found.error.title == title
    assert str(error) in found.error.message
    assert found.error.way_out
    assert found.messages


def test_a_model_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch):
    async def never(_: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(trial, "build_language_model", lambda *_, **__: ScriptedModel(never))
    found = try_program(DEFINITION, {"text": "hello"}, MODELS, time_limit=0.01)

    assert found.error is not None
    assert found.error.title == "The model took too long"


def test_a_program_that_cannot_work_says_so(answers: list[Any]):
    found = try_program({**DEFINITION, "instruction": "Read {{mail}}."}, {"text": "hello"}, MODELS)

    assert found.error is not None
    assert "mail" in found.error.message
    assert found.messages == ()
