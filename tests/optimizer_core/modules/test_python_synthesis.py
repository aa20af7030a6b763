"""PythonSynthesis (F102): evolved code runs in a sandbox with limits."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from optimizer_core.errors import ConfigurationError, InvalidAnswer, SchemaError
from optimizer_core.modules import PythonSynthesis, Rollout, module_from_json, module_to_json, sandbox

NUMBER: dict[str, Any] = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
DOUBLE = "result = {'n': inputs['n'] * 2}"

try:
    sandbox.check_sandbox()
    installed = True
except ConfigurationError:
    installed = False
needs_sandbox = pytest.mark.skipif(not installed, reason="pydantic-monty is not installed")


def synthesis(script: str = DOUBLE, **settings: Any) -> PythonSynthesis:
    return PythonSynthesis(inputs=NUMBER, outputs=NUMBER, python_script=script, **settings)


@needs_sandbox
async def test_F102_the_result_of_the_script_is_the_answer_and_is_noted():
    module, rollout = synthesis(), Rollout()
    (variable,) = module.bind()
    assert (variable.name, variable.uses_examples) == ("python_synthesis", False)
    assert await module({"n": 3}, rollout) == {"n": 6}
    assert (rollout.trace[0].variable, rollout.trace[0].outputs) == ("python_synthesis", {"n": 6})


@needs_sandbox
async def test_F102_the_rollouts_script_counts():
    module = synthesis()
    list(module.bind())
    evolved = {"python_synthesis": {"python_script": "result = {'n': 0}", "examples": []}}
    assert await module({"n": 3}, Rollout(content=evolved)) == {"n": 0}


@needs_sandbox
@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("result = {'n': 1 / 0}", "ZeroDivisionError"),
        ("pass", "name 'result' is not defined"),
        ("result = {'n': 'x'}", 'n: expected a whole number, found "x"'),
        ("result = (1, 2)", "expected a JSON value, found tuple"),
        ("import socket\nresult = {'n': 1}", "No module named 'socket'"),
        ("result = {'n': len(open('/etc/passwd').read())}", "Permission denied"),
        ("x = 'a'\nwhile True: x += x", "memory limit"),
        ("while True: pass", "time limit"),
    ],
)
async def test_F102_a_script_that_fails_or_goes_too_far_fails_the_sample(script: str, message: str):
    with pytest.raises(InvalidAnswer, match=message):
        await synthesis(script, timeout=0.2, memory=8 << 20)({"n": 1})
    assert await synthesis(script, timeout=0.2, memory=8 << 20, default_value={"n": -1})({"n": 1}) == {"n": -1}


@needs_sandbox
async def test_F102_runs_share_nothing_and_may_overlap():
    counting = synthesis("try:\n    seen\n    result = {'n': -1}\nexcept NameError:\n    seen = 1\n    result = inputs")
    assert await asyncio.gather(*(counting({"n": n}) for n in range(20))) == [{"n": n} for n in range(20)]


@needs_sandbox
async def test_inputs_that_do_not_fit_are_never_run():
    with pytest.raises(SchemaError, match="n: missing"):
        await synthesis()({})


@needs_sandbox
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"script": ""}, "python_script='' must be"),
        ({"script": "def f(:"}, "python_script is no Python"),
        ({"seed_scripts": ["x ="]}, "python_script is no Python"),
        ({"timeout": 0}, "timeout=0 must be"),
        ({"memory": 10}, "memory=10 must be"),
        ({"default_value": {}}, "default_value does not fit the outputs: n: missing"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, Any], message: str):
    with pytest.raises(ConfigurationError, match=message):
        synthesis(**settings)


@needs_sandbox
def test_it_can_be_made_again_from_json():
    saved = module_to_json(
        synthesis(seed_scripts=["result = inputs"], default_value={"n": 0}, timeout=1.0, name="code")
    )
    assert module_to_json(module_from_json(saved)) == saved


def test_a_missing_sandbox_is_named_at_construction(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match="pip install pydantic-monty"):
        synthesis()
