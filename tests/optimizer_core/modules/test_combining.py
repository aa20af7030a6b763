"""Modules one after the other, side by side, and masks between them."""

from __future__ import annotations

import pytest

import optimizer_core as oc
from optimizer_core.errors import ConfigurationError, SchemaError
from optimizer_core.modules import json_concat, module_from_json, module_to_json
from optimizer_core.modules.base import Rollout
from tests.optimizer_core.doubles import scripted

TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}


def writer(name, *answers):
    model, transport = scripted(*answers)
    return oc.Generator(inputs=None, outputs=TEXT, language_model=model, name=name), transport


def silent(name):
    """A module that has nothing to say: a branch whose label needs no answer."""
    model, _ = scripted({"thinking": "", "choice": "no"})
    return oc.Branch(question="Any?", branches={"yes": None, "no": None}, language_model=model, name=name)


async def test_F105_each_module_reads_what_the_one_before_answered():
    first, _ = writer("first", {"text": "draft"})
    second, asked = writer("second", {"text": "final"})
    chain = oc.Sequential([first, second], name="chain")
    assert [variable.name for variable in chain.bind()] == ["chain/first", "chain/second"]
    rollout = Rollout()
    assert await chain({"topic": "tea"}, rollout) == {"text": "final"}
    assert asked.user_inputs() == [{"text": "draft"}]
    assert [prediction.variable for prediction in rollout.trace] == ["chain/first", "chain/second"]
    assert chain.outputs_schema == second.outputs_schema


async def test_F105_a_module_without_answer_ends_the_chain():
    last, asked = writer("last", {"text": "never"})
    assert await oc.Sequential([silent("none"), last])({}) is None
    assert asked.requests == []


@pytest.mark.parametrize(
    ("how", "expected"),
    [("concat", {"text": "a", "text_1": "b"}), ("and", {"text": "a", "text_1": "b"}),
     ("or", {"text": "a", "text_1": "b"}), ("xor", None)],
)  # fmt: skip
async def test_F105_answers_to_the_same_input_are_joined(how, expected):
    one, other = writer("one", {"text": "a"})[0], writer("other", {"text": "b"})[0]
    assert await oc.Combine([one, other], how=how)({"topic": "tea"}) == expected


@pytest.mark.parametrize(("how", "expected"), [("and", None), ("or", {"text": "a"}), ("xor", {"text": "a"})])
async def test_F105_a_missing_answer_counts_as_the_rule_says(how, expected):
    assert await oc.Combine([writer("one", {"text": "a"})[0], silent("none")], how=how)({}) == expected


async def test_F105_concat_needs_every_answer():
    with pytest.raises(SchemaError, match="missing"):
        await oc.Combine([writer("one", {"text": "a"})[0], silent("none")])({})


async def test_F105_masks_pass_on_some_fields():
    masked = oc.Masked(out_mask=["secret"])
    assert await masked({"secret": 1, "open": {"secret": 2}}) == {"open": {"secret": 2}}
    assert await oc.Masked(in_mask=["open"])({"secret": 1, "open": 2}) == {"open": 2}


def test_F121_all_can_be_made_again_from_json():
    module = oc.Sequential(
        [oc.Masked(in_mask=["x"]), oc.Combine([writer("a", {})[0], writer("b", {})[0]], how="or")], name="whole"
    )
    saved = module_to_json(module)
    assert module_to_json(module_from_json(saved)) == saved


def test_impossible_settings_are_refused():
    with pytest.raises(ConfigurationError, match="modules="):
        oc.Sequential([])
    with pytest.raises(ConfigurationError, match="modules="):
        oc.Combine([json_concat])  # type: ignore[list-item]
    with pytest.raises(ConfigurationError, match="how='nand' must be one of"):
        oc.Combine([oc.Masked(in_mask=["a"])], how="nand")
