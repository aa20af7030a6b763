"""Function rewards (F84)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from optimizer_core.errors import BudgetExhausted, ConfigurationError, RewardError
from optimizer_core.rewards import FunctionReward, Judgement
from tests.optimizer_core.rewards.cases import judge


async def same(y_true: Any, y_pred: Any) -> float:
    return float(y_true == y_pred)


async def test_F84_async_and_sync_functions_work():
    assert (await judge(FunctionReward(same), {"a": 1}, {"a": 1})).reward == 1.0
    assert (await judge(FunctionReward(lambda t, p: t == p), {"a": 1}, {"a": 1})).reward == 1.0
    assert FunctionReward(same).name == "same"


async def test_F84_a_function_that_names_inputs_is_given_them():
    def by_inputs(y_true: Any, y_pred: Any, *, inputs: Any) -> float:
        return float(inputs["weight"])

    assert (await judge(FunctionReward(by_inputs), None, {}, inputs={"weight": 0.25})).reward == 0.25


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        (1, Judgement(reward=1.0)),
        (np.float32(0.5), Judgement(reward=0.5)),
        ((0.5, "half"), Judgement(reward=0.5, feedback="half")),
        (Judgement(reward=0.5, feedback="half"), Judgement(reward=0.5, feedback="half")),
    ],
)
async def test_F84_a_number_a_pair_or_a_judgement(returned: Any, expected: Judgement):
    assert await judge(FunctionReward(lambda t, p: returned), {}, {}) == expected


@pytest.mark.parametrize(
    "returned", [None, "1", math.nan, math.inf, (1,), (1, 2), (None, "x"), {"reward": 1}, Judgement(reward=math.nan)]
)
async def test_F84_anything_else_is_the_samples_error(returned: Any):
    with pytest.raises(RewardError, match="must be a finite number"):
        await judge(FunctionReward(lambda t, p: returned, name="mine"), {}, {})


async def test_F84_an_error_in_the_function_is_the_samples_error():
    def broken(y_true: Any, y_pred: Any) -> float:
        return float(y_pred["missing"])

    with pytest.raises(RewardError, match="'broken' failed: KeyError: 'missing'") as caught:
        await judge(FunctionReward(broken), {}, {})
    assert isinstance(caught.value.__cause__, KeyError)


async def test_F84_a_spent_budget_stays_a_spent_budget():
    def asks(y_true: Any, y_pred: Any) -> float:
        raise BudgetExhausted

    with pytest.raises(BudgetExhausted):
        await judge(FunctionReward(asks), {}, {})


@pytest.mark.parametrize("function", [lambda: 1, lambda y_true: 1, lambda t, p, q: 1, 3])
def test_F84_a_function_must_take_two_arguments(function: Any):
    with pytest.raises(ConfigurationError, match=r"must take \(y_true, y_pred\)|a name or a function"):
        FunctionReward(function)
