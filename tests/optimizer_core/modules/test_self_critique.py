"""SelfCritique (F100)."""

from __future__ import annotations

import pytest

from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError, SchemaError
from optimizer_core.modules import SelfCritique, module_from_json, module_to_json
from tests.optimizer_core.doubles import scripted

TEXT = Schema.of({"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]})
GOOD = {"critique": "Fine.", "reward": 0.9}


async def test_F100_it_returns_its_inputs_with_critique_and_reward():
    model, _ = scripted(GOOD)
    module = SelfCritique(inputs=TEXT, language_model=model)
    answer = await module({"text": "a"})
    assert answer == {"text": "a", **GOOD}
    assert module.outputs_schema is not None
    assert module.outputs_schema.problems(answer) == []


async def test_F100_without_reward_and_inputs():
    model, transport = scripted({"critique": "Fine."})
    module = SelfCritique(language_model=model, return_reward=False, return_inputs=False)
    assert await module({"text": "a"}) == {"critique": "Fine."}
    assert list(transport.schema_of(0)["properties"]) == ["critique"]


async def test_a_field_it_would_overwrite_is_refused():
    clash = {"type": "object", "properties": {"reward": {"type": "number"}}}
    with pytest.raises(ConfigurationError, match="a field 'reward' already"):
        SelfCritique(inputs=clash)
    SelfCritique(inputs=clash, return_inputs=False)
    model, transport = scripted(GOOD)
    with pytest.raises(SchemaError, match="a field 'critique' already"):
        await SelfCritique(language_model=model)({"critique": "x"})
    assert transport.requests == []


def test_it_can_be_made_again_from_json():
    saved = module_to_json(SelfCritique(inputs=TEXT, return_reward=False, score_steps=3, name="critic"))
    assert module_to_json(module_from_json(saved)) == saved
