"""Each distinct text is embedded once; leaves become texts."""

from __future__ import annotations

import asyncio
import itertools

import numpy as np
import pytest

from optimizer_core.budget import Budget, Meter, Role
from optimizer_core.errors import BudgetExhausted, ModelUnavailable
from optimizer_core.models.embedding_model import EmbeddingModel
from tests.optimizer_core.models.scripts import Script

numbers = itertools.count()


def model_of(script, **settings):
    settings.setdefault("retry_first_wait", 0.001)
    return EmbeddingModel(f"scripted/embedding-{next(numbers)}", transport=script, **settings)


async def test_rows_stand_in_the_order_of_the_texts():
    vectors = await model_of(Script()).embed(["aaa", "b", "aaa"], meter=Meter())
    assert vectors.dtype == np.float32
    assert vectors[:, 0].tolist() == [3.0, 1.0, 3.0]


async def test_no_texts_no_call():
    script = Script()
    assert (await model_of(script).embed([], meter=Meter())).shape == (0, 0)
    assert script.embeddings == []


async def test_known_texts_are_not_sent_again():
    script = Script()
    model = model_of(script, batch_size=2)
    meter = Meter()
    await model.embed(["a", "b", "c"], meter=meter)
    await model.embed(["c", "d", "a"], meter=meter)
    assert [request.texts for request in script.embeddings] == [("a", "b"), ("c",), ("d",)]
    assert meter.by_role[Role.EMBEDDING].calls == 3


async def test_without_caching_only_one_calls_texts_are_shared():
    script = Script()
    model = model_of(script, caching=False)
    await model.embed(["a", "a"], meter=Meter())
    await model.embed(["a"], meter=Meter())
    assert [request.texts for request in script.embeddings] == [("a",), ("a",)]


async def test_texts_asked_for_at_the_same_time_are_sent_once():
    script = Script(delay=0.01)
    model = model_of(script)
    await asyncio.gather(*(model.embed(["a", f"own {i}"], meter=Meter()) for i in range(4)))
    sent = [text for request in script.embeddings for text in request.texts]
    assert sorted(sent) == ["a", "own 0", "own 1", "own 2", "own 3"]


async def test_a_failed_batch_is_repeated_then_reported_plainly_and_not_remembered():
    script = Script(ModelUnavailable("one"), ModelUnavailable("two"), ModelUnavailable("three"))
    model = model_of(script, retry=2, batch_size=1, max_concurrency=1)
    meter = Meter()
    with pytest.raises(ModelUnavailable, match="two"):
        await model.embed(["a"], meter=meter)
    assert (await model.embed(["a"], meter=meter)).shape == (1, 2)
    assert meter.total.calls == 4


async def test_the_fallback_gives_the_vectors():
    model = model_of(Script(ModelUnavailable("down")), retry=1, fallback=model_of(Script()))
    assert (await model.embed(["abc"], meter=Meter()))[0, 0] == 3


async def test_a_budget_is_asked_before_every_batch():
    meter = Meter(Budget(calls=2))
    script = Script()
    with pytest.raises(BudgetExhausted):
        await model_of(script, batch_size=1).embed(["a", "b", "c"], meter=meter)
    assert meter.total.calls == 2


async def test_every_leaf_becomes_a_text():
    script = Script()
    await model_of(script).embed(["x", 1, True, None, 0.5, 0, ""], meter=Meter())
    assert script.embeddings[0].texts == ("x", "1", "True", "None", "0.5", "0", " ")
