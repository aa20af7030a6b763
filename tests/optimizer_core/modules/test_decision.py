"""Decision and Branch (F101)."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.modules import Branch, Decision, Generator, Rollout, module_from_json, module_to_json
from tests.optimizer_core.doubles import scripted

TEXT: dict[str, Any] = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}


def branch(model: Any) -> Branch:
    return Branch(
        question="Is it a question?",
        branches={
            "yes": Generator(inputs=TEXT, outputs=TEXT, language_model=model, name="reply"),
            "no": Generator(inputs=TEXT, outputs=TEXT, language_model=model, name="thank"),
            "spam": None,
        },
        language_model=model,
    )


async def test_F101_a_decision_thinks_and_picks_one_label():
    model, transport = scripted({"thinking": "hm", "choice": "yes"})
    decision = Decision(question="Is it new?", labels=["yes", "no"], language_model=model)
    assert await decision({"any": "object"}) == {"thinking": "hm", "choice": "yes"}
    assert transport.schema_of(0)["properties"]["choice"]["enum"] == ["yes", "no"]
    assert transport.requests[0].messages[0]["content"].startswith("Is it new? Choose")


async def test_F101_only_the_chosen_branch_runs():
    model, transport = scripted({"thinking": "hm", "choice": "no"}, {"text": "thanks"})
    module = branch(model)
    names = [variable.name for variable in module.bind()]
    assert names == ["branch/decision", "branch/reply", "branch/thank"]
    rollout = Rollout()
    assert await module({"text": "good work"}, rollout) == {"text": "thanks"}
    assert [prediction.variable for prediction in rollout.trace] == ["branch/decision", "branch/thank"]
    assert len(transport.requests) == 2


async def test_F101_a_label_without_module_answers_nothing():
    model, _ = scripted({"thinking": "hm", "choice": "spam"})
    assert await branch(model)({"text": "buy"}) is None


def test_a_branch_answers_what_all_its_modules_answer():
    module = branch(None)
    assert module.outputs_schema == Schema.of(TEXT)
    module.branches["no"] = Decision(question="?", labels=["a", "b"])
    assert module.outputs_schema is None


def test_both_can_be_made_again_from_json():
    for module in (branch(None), Decision(question="New?", labels=["a", "b"], return_thinking=False, inputs=TEXT)):
        saved = module_to_json(module)
        assert module_to_json(module_from_json(saved)) == saved


@pytest.mark.parametrize("labels", [[], ["a"], ["a", "a"], ["a", ""], "ab", ["a", 1]])
def test_labels_must_be_two_or_more_different_texts(labels: Any):
    with pytest.raises(ConfigurationError, match="must be two or more different texts"):
        Decision(question="?", labels=labels)


def test_impossible_settings_are_refused():
    with pytest.raises(ConfigurationError, match="question='' must be a text"):
        Decision(question="", labels=["a", "b"])
    with pytest.raises(ConfigurationError, match="branch 'a' must be a module or None"):
        Branch(question="?", branches={"a": 1, "b": None})  # type: ignore[dict-item]
    with pytest.raises(TypeError, match="outputs"):
        Decision(question="?", labels=["a", "b"], outputs=TEXT)  # type: ignore[call-arg]
    for branches in ({}, {"only": None}, None):
        with pytest.raises(ConfigurationError, match=f"branches={branches!r}"):
            Branch(question="?", branches=branches)  # type: ignore[arg-type]
