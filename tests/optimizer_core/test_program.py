"""A program from the outside: compile, fit, predict, evaluate, and their blocking twins."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import optimizer_core as oc
from optimizer_core.budget import Budget, Meter
from optimizer_core.errors import BudgetExhausted, ConfigurationError, ModelUnavailable, SchemaError
from optimizer_core.testing import ScriptedModel, inputs_of
from tests.optimizer_core.training.cases import COLOURS, START, Colour, Word, answer, make_program, words

ALL = f"{START} a=red b=green c=blue d=black"


def flaky(request):
    return ModelUnavailable("down") if '"b' in request.messages[-1]["content"] else answer(request)


def compiled(program=None, **settings):
    program = program or make_program()
    program.compile(**{"optimizer": "random_few_shot", "reward": "exact_match", **settings})
    return program


async def test_predict_answers_in_order_and_gives_none_where_a_sample_failed():
    program = make_program(flaky, instructions=ALL)
    xs, _ = words(4)
    assert await program.predict(xs) == [{"colour": "red"}, None, {"colour": "blue"}, {"colour": "black"}]
    assert await program.predict([{"word": "a1"}]) == [{"colour": "red"}]
    assert await program.predict([]) == []


class Asked(oc.DataModel):
    word: str
    language: str = "en"


class Noted(oc.DataModel):
    colour: str
    note: str = "none"


@pytest.mark.parametrize("answered", [{"colour": "red"}, {"colour": "red", "note": "none"}])
@pytest.mark.parametrize("target", [{"colour": "red"}, Noted(colour="red")])
async def test_defaults_stand_for_fields_that_rows_and_answers_leave_out(answered, target):
    model = ScriptedModel(lambda request: answered)
    program = compiled(oc.Program(oc.Generator(inputs=Asked, outputs=Noted, language_model=model)))

    assert (await program.evaluate([{"word": "a1"}], [target]))["reward"] == 1.0
    assert await program.predict([{"word": "a1"}]) == [{"colour": "red", "note": "none"}]
    history = await program.fit(
        [{"word": "a1"}], [target], validation_data=([{"word": "a1"}], [target]), test_data=([{"word": "a1"}], [target])
    )
    assert history.history["val_reward"] == [1.0]
    assert all(inputs_of(request) == {"word": "a1", "language": "en"} for request in model.requests)


async def test_predict_never_has_more_under_way_than_allowed():
    under_way = most = 0

    async def slow(request):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1
        return answer(request)

    await make_program(slow).predict(words(20)[0], concurrency=3)
    assert most == 3


async def test_evaluate_counts_failed_samples_as_zero():
    program = compiled(make_program(flaky, instructions=ALL), metrics=["f1_score"])
    scores = await program.evaluate(*words(4))
    assert (scores["reward"], scores["n"]) == (0.75, 4)
    assert scores["f1_score"] < 1


async def test_evaluate_stops_at_the_meter():
    with pytest.raises(BudgetExhausted):
        await compiled().evaluate(*words(8), meter=Meter(Budget(calls=3)))


async def test_a_reward_may_be_a_function_and_metrics_may_be_rewards():
    async def first_letter(y_true, y_pred):
        return float(y_true["colour"][0] == y_pred["colour"][0])

    program = compiled(make_program(instructions=ALL), reward=first_letter, metrics=[oc.rewards.ExactMatch()])
    assert (await program.evaluate(*words(4)))["reward"] == 1.0


@pytest.mark.parametrize("name", ["reward", "n", "child", "val_reward", "val_n", "epoch", "batch"])
def test_no_metric_is_called_like_a_number_of_the_run(name):
    with pytest.raises(ConfigurationError, match=rf"{name!r}.*name="):
        compiled(metrics=[oc.metrics.F1Score(name=name)])


@pytest.mark.parametrize("second", ["f1", "val_f1"])
def test_no_two_metrics_are_logged_by_one_name(second):
    first = oc.metrics.F1Score(name="f1")
    with pytest.raises(ConfigurationError, match=rf"two of them {second!r}.*name="):
        compiled(metrics=[first, oc.metrics.F1Score(average="micro", name=second)])
    assert len(compiled(metrics=[first, oc.metrics.F1Score(average="micro", name="micro_f1")]).metrics) == 2


def test_the_blocking_twins_do_the_same():
    program = compiled()
    x, y = words(12)
    history = program.fit_sync(x, y, validation_data=words(4, start=50), batch_size=4, epochs=2)
    assert history.epoch == [0, 1]
    assert history.history["val_reward"][-1] > history.baseline["val_reward"]
    assert program.predict_sync([Word(word="a9")])[0] is not None
    assert program.evaluate_sync(x, y)["n"] == 12


async def test_the_blocking_twins_say_what_to_do_in_a_running_loop():
    program = compiled()
    for name, call in (
        ("fit", lambda: program.fit_sync(*words(12))),
        ("predict", lambda: program.predict_sync(words(2)[0])),
        ("evaluate", lambda: program.evaluate_sync(*words(2))),
    ):
        with pytest.raises(ConfigurationError, match=rf"await program\.{name}"):
            call()


async def test_f4_the_last_share_becomes_validation_before_anything_is_shuffled():
    recorder = oc.testing.RecordingCallback()
    await compiled().fit(*words(20), callbacks=[recorder], batch_size=8)
    assert recorder.of("run.started")[0].sizes == {"train": 18, "validation": 2, "test": 0}


async def test_f8_shuffle_draws_anew_and_can_be_turned_off():
    orders = {}
    for shuffle in (True, False):
        recorder = oc.testing.RecordingCallback()
        await compiled().fit(*words(12), validation_data=words(4), shuffle=shuffle, callbacks=[recorder], batch_size=12)
        scored = next(e for e in recorder.of("candidate.scored") if e.split == "train")
        orders[shuffle] = [result.sample for result in scored.results]
    assert orders[False] == [f"train-{i}" for i in range(12)]
    assert sorted(orders[True]) == sorted(orders[False])
    assert orders[True] != orders[False]


async def test_f7_full_validation_comes_every_so_many_epochs():
    recorder = oc.testing.RecordingCallback()
    await compiled().fit(
        *words(12), validation_data=words(8), epochs=4, validation_freq=2, callbacks=[recorder], batch_size=6
    )
    logs = [event.logs for event in recorder.of("epoch.finished")]
    assert ["val_reward" in log for log in logs] == [False, True, False, True]


async def test_f15_the_history_has_training_and_validation_logs():
    program = compiled(metrics=["f1_score"])
    history = await program.fit(*words(12), validation_data=words(4), epochs=2, batch_size=6)
    assert set(history.history) == {"reward", "n", "f1_score", "val_reward", "val_n", "val_f1_score"}
    assert [len(values) for values in history.history.values()] == [2] * 6
    assert history.history["n"] == [12, 12]
    assert history.finished.status == "completed"


async def test_fit_wants_to_be_compiled_first():
    with pytest.raises(ConfigurationError, match="compile"):
        await make_program().fit(*words(8))


async def test_a_reward_that_needs_targets_says_so_before_any_call():
    program = compiled()
    with pytest.raises(ConfigurationError):
        await program.fit(words(12)[0], validation_data=(words(4)[0], None))
    assert program.root_module.language_model.requests == []


def test_f73_a_frozen_module_has_nothing_to_train():
    program = make_program()
    assert [variable.name for variable in program.trainable_variables] == ["namer"]
    program.root_module.trainable = False
    assert program.trainable_variables == ()


def test_assigning_is_all_or_nothing():
    program = make_program()
    state = program.get_state()
    for wrong in ({}, {"namer": {"instructions": 3}}, {**state, "other": {}}):
        with pytest.raises(SchemaError):
            program.assign(wrong)
    assert program.get_state() == state
    program.assign({"namer": {"instructions": ALL, "examples": []}})
    assert program.get_state()["namer"]["instructions"] == ALL


def test_a_program_wants_a_module():
    module: Any = "not a module"
    with pytest.raises(ConfigurationError, match=r"oc\.Generator"):
        oc.Program(module)


async def test_unknown_arguments_of_fit_are_type_errors():
    with pytest.raises(TypeError, match="bogus"):
        await compiled().fit(*words(8), bogus=1)


def test_the_colours_are_what_the_tests_think():
    assert words(2) == ([Word(word="a0"), Word(word="b1")], [Colour(colour=COLOURS["a"]), Colour(colour=COLOURS["b"])])
