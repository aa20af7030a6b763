"""CosineSimilarity (F81)."""

from __future__ import annotations

import pytest

from optimizer_core.budget import Meter, Role
from optimizer_core.errors import ConfigurationError
from optimizer_core.rewards import CosineSimilarity
from tests.optimizer_core.doubles import embedder
from tests.optimizer_core.rewards.cases import judge

VECTORS = {"east": (1.0, 0.0), "north": (0.0, 2.0), "west": (-3.0, 0.0), "nowhere": (0.0, 0.0), "1": (1.0, 0.0)}


@pytest.mark.parametrize(
    ("target", "output", "reward"),
    [
        ({"a": "east"}, {"a": "east"}, 1.0),
        ({"a": "east"}, {"a": "1"}, 1.0),
        ({"a": "east"}, {"a": 1}, 1.0),
        ({"a": "east"}, {"a": "north"}, 0.5),
        ({"a": "east"}, {"a": "west"}, 0.0),
        ({"a": "east"}, {"a": "nowhere"}, 0.5),
        ({"a": "east", "b": ["north", "west"]}, {"a": "north", "b": ["north", "west"]}, 2.5 / 3),
        ({"a": "east", "b": "north"}, {"a": "east"}, 0.5),
        ({"a": "east"}, {"a": "east", "b": "north"}, 0.5),
        ({"a": ["east"]}, {"a": ["east", "north"]}, 0.5),
    ],
)
async def test_F81_the_mean_of_half_cosine_plus_one_over_the_leaves(target: object, output: object, reward: float):
    model, _ = embedder(VECTORS)
    assert (await judge(CosineSimilarity(model), target, output)).reward == pytest.approx(reward)


async def test_F81_each_distinct_text_is_embedded_once_and_equal_ones_never():
    model, transport = embedder(VECTORS)
    reward, meter = CosineSimilarity(model), Meter()
    for _ in range(3):
        await judge(
            reward, {"a": "east", "b": "north", "c": "west"}, {"a": "north", "b": "east", "c": "west"}, meter=meter
        )
    assert sorted(transport.embedded) == ["east", "north"]
    assert meter.by_role[Role.EMBEDDING].calls == 1


async def test_the_feedback_names_what_is_apart():
    model, _ = embedder(VECTORS)
    judgement = await judge(CosineSimilarity(model), {"a": "east", "b": "north"}, {"a": "west", "c": 1})
    assert judgement.feedback.splitlines() == [
        'a: similarity 0.00; expected "east", got "west"',
        'b: expected "north", got nothing',
        'c: expected nothing, got "1"',
    ]


async def test_masks_count():
    model, _ = embedder(VECTORS)
    reward = CosineSimilarity(model, out_mask=["thinking"])
    assert (await judge(reward, {"a": "east"}, {"a": "east", "thinking": "not embedded"})).reward == 1.0


def test_what_cannot_work_is_found_before_any_call():
    with pytest.raises(ConfigurationError, match="axis=0 must be -1"):
        CosineSimilarity(axis=0)
    with pytest.raises(ConfigurationError, match="no embedding model"):
        CosineSimilarity().check(targets=True)
    with pytest.raises(ConfigurationError, match="give y"):
        CosineSimilarity("openai/x").check(targets=False)
