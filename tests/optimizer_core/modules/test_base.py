"""Modules as trees: the names of variables, freezing, and what may not be (F72, F73)."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.modules import Generator, Module, Rollout, module_from_json, module_to_json, register_module

TEXT = Schema.of({"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]})
SIDES: dict[str, Any] = {"inputs": TEXT, "outputs": TEXT}


class Writer(Module):
    """A module of one's own: a draft, a revision, and a house rule that may change."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(name="writer", **settings)
        self.draft = Generator(**SIDES, name="draft")
        self.others: list[Module] = [Generator(**SIDES, name="revise")]
        self.rule = self.add_variable(schema=TEXT, value={"text": "be brief"}, name="rule", description="A house rule")

    async def call(self, inputs: JsonObject, rollout: Rollout) -> JsonObject:
        return {"text": rollout.value(self.rule)["text"]}


def test_F72_variables_of_a_module_of_ones_own_are_named_by_path():
    writer = Writer()
    names = [variable.name for variable in writer.bind()]
    assert names == ["writer/rule", "writer/draft", "writer/revise"]
    assert [variable.name for variable in writer.bind()] == names  # binding again changes nothing
    assert [variable.name for variable in writer.bind("program")] == [f"program/{name}" for name in names]
    assert writer.rule.description == "A house rule"


async def test_F72_the_rollouts_value_counts():
    writer = Writer()
    list(writer.bind())
    assert await writer({}) == {"text": "be brief"}
    assert await writer({}, Rollout(content={"writer/rule": {"text": "be long", "examples": []}})) == {
        "text": "be long"
    }


def test_F73_freezing_reaches_everything_below():
    writer = Writer()
    writer.draft.trainable = False
    assert [variable.name for variable in writer.bind()] == ["writer/rule", "writer/revise"]
    writer.trainable = False
    assert list(writer.bind()) == []


def test_what_cannot_be_a_variable_is_named_with_its_module():
    for name, called in (("", "its variable"), ("rule", "variable 'rule'")):
        with pytest.raises(ConfigurationError, match=f"module 'writer': {called}: text: missing"):
            Writer().add_variable(schema=TEXT, value={}, name=name)
    with pytest.raises(ConfigurationError, match="trainable='no' must be True or False"):
        Writer(trainable="no")


def test_two_parts_of_one_name_are_refused():
    writer = Writer()
    writer.others.append(Generator(**SIDES, name="draft"))
    with pytest.raises(ConfigurationError, match="two parts of 'writer' are called 'draft'"):
        list(writer.bind())


def test_a_part_and_a_variable_of_one_name_are_refused():
    writer = Writer()
    writer.others.append(Generator(**SIDES, name="rule"))
    with pytest.raises(ConfigurationError, match="are called 'rule'"):
        list(writer.bind())


def test_one_module_in_two_places_is_refused():
    outer, shared = Writer(), Generator(**SIDES, name="shared")
    inner = Writer()
    inner.name = "inner"
    outer.others += [inner, shared]
    inner.others.append(shared)
    with pytest.raises(ConfigurationError, match=r"one module stands in two places, '.*shared' and '.*shared'"):
        list(outer.bind())


def test_a_variable_must_fit_its_schema_and_may_not_call_a_field_examples():
    with pytest.raises(ConfigurationError, match="text: expected a string, found 3"):
        Writer().add_variable(schema=TEXT, value={"text": 3})
    with pytest.raises(ConfigurationError, match="'examples' is taken"):
        Writer().add_variable(schema=Schema.of({"type": "object", "properties": {"examples": {}}}), value={})


def test_an_unregistered_class_cannot_be_saved_and_an_unknown_one_not_loaded():
    with pytest.raises(ConfigurationError, match="put @oc"):
        module_to_json(Writer())
    with pytest.raises(ConfigurationError, match="no module class 'Nobody'"):
        module_from_json({"class_name": "Nobody", "config": {}})


def test_two_registered_classes_of_one_name_are_refused():
    class Generator(Module):
        async def call(self, inputs: JsonObject, rollout: Rollout) -> None: ...

    with pytest.raises(ConfigurationError, match="there is a module class 'Generator' already"):
        register_module(Generator)


def test_a_variable_takes_a_schema_in_each_form_a_module_takes():
    schema = {"type": "object", "properties": {"hint": {"type": "string"}}, "required": ["hint"]}
    module = Writer()
    forms: tuple[Any, ...] = (schema, Schema.of(schema))
    plain, ready = (module.add_variable(schema=form, value={"hint": "none"}) for form in forms)
    assert plain.schema.json_schema == ready.schema.json_schema
    wrong: Any = "hint"
    with pytest.raises(ConfigurationError, match="must be a DataModel class or a JSON Schema dict"):
        module.add_variable(schema=wrong, value={"hint": "none"})
