"""Checklist, rows F1 to F15: ``fit``, ``evaluate``, ``predict`` and ``compile``."""

from __future__ import annotations

import asyncio
import io
import random
import threading

import pytest

import optimizer_core as oc
from optimizer_core.callbacks.progress_bar import ProgressBar, progress_for
from optimizer_core.data.dataset import Sample, draw_minibatch
from optimizer_core.errors import ConfigurationError
from optimizer_core.testing import RecordingCallback
from tests.optimizer_core.checklist.runs import defaults, omega
from tests.optimizer_core.training.cases import make_program, run, words

FIT = oc.Program.fit


async def test_f001_batch_size_is_1_and_divides_the_epoch():
    assert defaults(FIT, "batch_size") == (1,)
    _, recorder = await run(optimizer=omega(), batch_size=5, epochs=1)
    assert len(recorder.of("batch.finished")) == 3  # of 12 samples


async def test_f002_minibatch_size_is_4_and_judges_a_child():
    assert defaults(FIT, "minibatch_size") == (4,)
    _, recorder = await run(optimizer=omega(), minibatch_size=3, epochs=1, batch_size=12)
    child = recorder.of("candidate.proposed")[-1].candidate
    first = next(event for event in recorder.of("candidate.scored") if event.candidate == child)
    assert (first.split, len(first.results)) == ("validation", 3)


def test_f002_a_minibatch_has_every_target_and_all_samples_where_there_are_no_more():
    samples = [Sample(id=str(i), inputs={}, target={"label": "ab"[i >= 9]}) for i in range(10)]
    for seed in range(20):
        drawn = draw_minibatch(samples, size=4, rng=random.Random(seed))
        assert len({sample.id for sample in drawn}) == 4
        assert {str(sample.target) for sample in drawn} == {str(sample.target) for sample in samples}
    assert draw_minibatch(samples, size=0, rng=random.Random(0)) == tuple(samples)
    assert draw_minibatch(samples, size=10, rng=random.Random(0)) == tuple(samples)


async def test_f003_epochs_is_1():
    assert defaults(FIT, "epochs", "initial_epoch") == (1, 0)
    program = make_program()
    program.compile(optimizer=omega(), reward="exact_match")
    history = await program.fit(*words(4), validation_data=words(4), batch_size=4)
    assert history.epoch == [0]


async def test_f003_initial_epoch_is_the_number_of_the_first():
    _, recorder = await run(optimizer=omega(), initial_epoch=2, epochs=4)
    assert [event.epoch for event in recorder.of("epoch.finished")] == [2, 3]


async def test_f004_the_last_tenth_becomes_validation_before_anything_is_shuffled():
    assert defaults(FIT, "validation_split") == (0.1,)
    _, recorder = await run(optimizer=omega(), validation_data=None, epochs=1)
    assert recorder.of("run.started")[0].sizes == {"train": 10, "validation": 2, "test": 0}


async def test_f004_a_split_that_leaves_a_side_empty_is_refused():
    program = make_program()
    program.compile(optimizer=omega(), reward="exact_match")
    with pytest.raises(ConfigurationError, match=r"validation_split=0.9 of 10 samples"):
        await program.fit(*words(10), validation_split=0.9)


async def test_f005_validation_data_wins_over_the_split():
    assert defaults(FIT, "validation_data") == (None,)
    _, recorder = await run(optimizer=omega(), validation_data=words(3), validation_split=0.5, epochs=1)
    assert recorder.of("run.started")[0].sizes == {"train": 12, "validation": 3, "test": 0}


async def test_f006_f007_validation_can_be_cut_to_some_batches():
    assert defaults(FIT, "validation_batch_size", "validation_steps") == (32, None)
    _, recorder = await run(optimizer=omega(), validation_steps=2, validation_batch_size=3, epochs=1)
    assert recorder.of("run.started")[0].sizes["validation"] == 6
    with pytest.raises(ConfigurationError, match="validation_steps=0"):
        await run(optimizer=omega(), validation_steps=0)


async def test_f007_validation_comes_every_so_many_epochs():
    assert defaults(FIT, "validation_freq") == (1,)
    _, recorder = await run(optimizer=omega(), validation_freq=2, epochs=4)
    assert [event.epoch for event in recorder.of("validation.finished") if event.epoch >= 0] == [1, 3]


async def test_f008_shuffle_is_on_and_seeded():
    assert defaults(FIT, "shuffle", "seed") == (True, 0)

    async def first_batch(**fit):
        program = make_program()
        asked: list[str] = []
        program.compile(optimizer=omega(), reward="exact_match")

        class Order(oc.Callback):
            def on_event(self, event):
                if event.kind == "candidate.scored" and event.split == "train":
                    asked.extend(result.sample for result in event.results)

        await program.fit(*words(12), validation_data=words(2), batch_size=12, callbacks=[Order()], **fit)
        return asked

    plain = [f"train-{i}" for i in range(12)]
    assert await first_batch(shuffle=False) == plain
    shuffled = await first_batch(seed=1)
    assert sorted(shuffled) == sorted(plain) != shuffled
    assert await first_batch(seed=1) == shuffled


async def test_f009_steps_per_epoch_is_the_number_of_batches():
    _, recorder = await run(optimizer=omega(), steps_per_epoch=2, batch_size=2, epochs=2)
    assert len(recorder.of("batch.finished")) == 4


def test_f009_steps_per_epoch_is_not_limited():
    assert defaults(FIT, "steps_per_epoch") == (None,)


async def test_f010_verbose_shows_a_bar_a_line_an_epoch_or_nothing(monkeypatch: pytest.MonkeyPatch):
    assert defaults(FIT, "verbose") == ("auto",)
    shown = {}
    for verbose in (0, 1, 2, "auto"):  # the tests' stream is no terminal
        stream = io.StringIO()
        monkeypatch.setattr("sys.stderr", stream)
        await run(optimizer=omega(), epochs=2, verbose=verbose)
        shown[verbose] = stream.getvalue()
    assert shown[0] == shown["auto"] == ""
    assert "\r" in shown[1]
    assert "\r" not in shown[2]
    assert shown[2].count("epoch ") == 2


def test_f010_auto_shows_a_bar_on_a_terminal_in_the_main_thread_unless_there_is_one(monkeypatch: pytest.MonkeyPatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stderr", Terminal())
    assert len(progress_for("auto", [RecordingCallback()])) == 1
    assert progress_for("auto", [ProgressBar()]) == ()
    found = []
    thread = threading.Thread(target=lambda: found.append(progress_for("auto", [])))
    thread.start()
    thread.join()
    assert found == [()]
    with pytest.raises(ConfigurationError, match="verbose=3"):
        progress_for(3, [])


async def test_f011_f012_batch_size_is_how_many_samples_are_under_way():
    for method in (oc.Program.evaluate, oc.Program.predict):
        assert defaults(method, "batch_size", "concurrency") == (None, 16)
    under_way, most = 0, 0

    async def watched(request):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return {"colour": "red"}

    program = make_program(watched)
    program.compile(reward="exact_match")
    logs = await program.evaluate(*words(7), batch_size=3)
    assert (most, logs["n"]) == (3, 7)
    most = 0
    assert len(await program.predict(words(7)[0], batch_size=2)) == 7
    assert most == 2
    with pytest.raises(ConfigurationError, match="batch_size=0"):
        await program.predict(words(2)[0], batch_size=0)


async def test_f013_several_rewards_are_weighed():
    assert defaults(oc.Program.compile, "reward_weights") == (None,)
    program = make_program()
    program.compile(reward=[lambda t, p: 1.0, lambda t, p: 0.0], reward_weights=[3, 1])
    assert (await program.evaluate(*words(2)))["reward"] == pytest.approx(0.75)
    program.compile(reward=["exact_match", lambda t, p: 1.0])
    assert (await program.evaluate(*words(2)))["reward"] == pytest.approx(0.5)
    for rewards, weights in (("exact_match", [1.0]), (["exact_match"], [1.0, 2.0]), ([], None)):
        with pytest.raises(ConfigurationError):
            program.compile(reward=rewards, reward_weights=weights)


@pytest.mark.parametrize("setting", [{"steps_per_execution": 1}, {"run_eagerly": False}])
def test_f014_settings_that_would_mean_nothing_are_refused(setting):
    with pytest.raises(TypeError):
        make_program().compile(optimizer=omega(), reward="exact_match", **setting)


async def test_f015_the_history_has_training_and_validation_logs():
    program = make_program()
    program.compile(optimizer=omega(), reward="exact_match", metrics=["f1_score"])
    history = await program.fit(*words(8), validation_data=words(4), epochs=2, batch_size=4)
    assert history.epoch == [0, 1]
    assert {"reward", "f1_score", "val_reward", "val_f1_score"} <= set(history.history)
    assert all(len(values) == 2 for values in history.history.values())
