"""Callbacks: hooks, early stopping, files, the progress bar."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

import optimizer_core as oc
from optimizer_core.errors import ConfigurationError
from optimizer_core.events import CandidateScored, EpochFinished, EpochStarted, RunStarted, SampleResult
from tests.optimizer_core.training.cases import run


class Program:
    stop_training = False
    stop_reason = "callback"


def stopped_after(callback, values, *, name="val_reward"):
    """The number of epochs that were let through, and the reason."""
    callback.program = Program()
    for epoch, value in enumerate(values):
        callback.on_event(EpochFinished(epoch=epoch, logs={} if value is None else {name: value}))
        if callback.program.stop_training:
            return epoch + 1, callback.program.stop_reason
    return None


async def test_the_hooks_are_called_in_order():
    called = []

    class Hooks(oc.Callback):
        def on_train_begin(self):
            called.append("train")

        def on_epoch_begin(self, epoch):
            called.append(f"epoch {epoch}")

        def on_train_batch_end(self, batch, logs):
            called.append(f"batch {batch} {sorted(logs)}")

        def on_validation_end(self, epoch, logs):
            called.append(f"validation {epoch} {sorted(logs)}")

        def on_epoch_end(self, epoch, logs):
            called.append(f"end {epoch} {sorted(logs)}")

        def on_train_end(self):
            called.append("over")

    await run(callbacks=[Hooks()], epochs=1, batch_size=12)
    assert called == [
        "train",
        "validation -1 ['n', 'val_reward']",
        "epoch 0",
        "batch 0 ['child', 'n', 'reward']",
        "validation 0 ['n', 'val_reward']",
        "end 0 ['n', 'reward', 'val_n', 'val_reward']",
        "over",
    ]


@pytest.mark.parametrize(
    ("settings", "values", "expected"),
    [
        ({}, [0.5, 0.6, 0.6], (3, "callback")),
        ({"patience": 1}, [0.5, 0.5, 0.5], (3, "callback")),
        ({"patience": 1}, [0.5, 0.4, 0.6, 0.5], None),
        ({"min_delta": 0.2}, [0.5, 0.6], (2, "callback")),
        ({}, [0.5, 1.0], (2, "target_reached")),
        ({"stop_at": 0.5}, [0.5], (1, "target_reached")),
        ({"stop_at": None}, [0.9, 1.0, 1.1], None),
        ({"mode": "min", "stop_at": None}, [0.5, 0.4, 0.3], None),
        ({"mode": "min", "stop_at": 0.0}, [0.5, 0.0], (2, "target_reached")),
        ({"baseline": 0.9}, [0.5], (1, "callback")),
        ({"start_from_epoch": 2}, [0.5, 0.4, 0.3, 0.3], (4, "callback")),
        ({}, [None, None, 0.5], None),
    ],
)
def test_early_stopping(settings, values, expected):
    assert stopped_after(oc.EarlyStopping(**settings), values) == expected


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"monitor": "reward"}, "target_reached"),
        ({"monitor": "reward", "mode": "min"}, None),
        ({"monitor": "val_err", "mode": "min"}, None),
        ({"monitor": "val_length"}, None),
        ({"monitor": "val_length", "stop_at": 1.0}, "target_reached"),
    ],
)
def test_only_a_reward_that_is_to_rise_is_good_enough_at_1(settings, reason):
    found = stopped_after(oc.EarlyStopping(patience=9, **settings), [1.0], name=settings["monitor"])
    assert found == (reason and (1, reason))


def started(*, resumed=False):
    return RunStarted(optimizer="omega", configuration={}, sizes={}, seed=0, resumed=resumed)


def test_early_stopping_begins_anew_with_a_run_and_goes_on_with_a_resumed_one():
    stopping = oc.EarlyStopping(patience=1)
    for resumed, lasts in ((False, None), (False, None), (True, (1, "callback"))):
        stopping.on_event(started(resumed=resumed))
        assert stopped_after(stopping, [0.5, 0.5]) == lasts


def test_a_monitor_that_is_not_in_the_logs_is_warned_of_once_a_run(caplog):
    stopping = oc.EarlyStopping(monitor="val_f1")
    for _ in range(2):
        caplog.clear()
        stopping.on_event(started())
        stopping.on_event(EpochFinished(epoch=0, logs={"reward": 0.5}))  # was not validated, so it may yet come
        assert caplog.messages == []
        for epoch in (1, 2):
            stopping.on_event(EpochFinished(epoch=epoch, logs={"reward": 0.5, "val_reward": 0.5}))
        assert caplog.messages == ["monitor='val_f1' is not in the logs; there are reward, val_reward"]


def test_impossible_values_are_named():
    for make in (
        lambda: oc.EarlyStopping(mode="sideways"),
        lambda: oc.EarlyStopping(patience=-1),
        lambda: oc.EarlyStopping(stop_at="soon"),
        lambda: oc.ProgramCheckpoint("program.txt"),
        lambda: oc.ProgramCheckpoint("program.json", save_freq=2, save_best_only=True),
        lambda: oc.ProgramCheckpoint("program.json", save_freq=0),
    ):
        with pytest.raises(ConfigurationError):
            make()
    stopping: Any = oc.EarlyStopping
    with pytest.raises(TypeError):
        stopping(bogus=1)


def test_the_csv_has_a_line_for_each_epoch_and_na_for_what_is_missing(tmp_path):
    path = tmp_path / "log.csv"
    for append in (False, True):
        logger = oc.CSVLogger(path, separator=";", append=append)
        logger.on_train_begin()
        logger.on_epoch_end(0, {"val_reward": 0.5, "reward": 0.25})
        logger.on_epoch_end(1, {"reward": 0.5, "new": 1})
    assert path.read_text().split() == [
        "epoch;reward;val_reward", "0;0.25;0.5", "1;0.5;NA", "0;0.25;0.5", "1;0.5;NA",
    ]  # fmt: skip


def test_the_csv_of_a_second_run_has_its_names_again(tmp_path):
    logger = oc.CSVLogger(tmp_path / "log.csv")
    for number in (1, 2):
        logger.on_event(started())
        logger.on_epoch_end(0, {"reward": number})
    assert (tmp_path / "log.csv").read_text().split() == ["epoch,reward", "0,2"]


async def test_the_checkpoint_saves_the_best_so_far_while_the_program_is_untouched(tmp_path):
    saver = oc.ProgramCheckpoint(tmp_path / "best-{epoch}-{val_reward:.2f}.json")
    _, recorder = await run(callbacks=[saver], epochs=2)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 2
    best = [event.candidate for event in recorder.of("best.changed")]
    contents = {event.candidate: event.content for event in recorder.of("candidate.proposed")}
    assert json.loads(files[0].read_text())["content"] in [contents[name] for name in best]


async def test_save_best_only_saves_when_it_got_better(tmp_path):
    saver = oc.ProgramCheckpoint(tmp_path / "at-{epoch}.json", save_best_only=True, initial_value_threshold=5.0)
    await run(callbacks=[saver], epochs=2)
    assert list(tmp_path.iterdir()) == []


async def test_save_best_only_begins_anew_with_a_run(tmp_path):
    saver = oc.ProgramCheckpoint(tmp_path / "best.json", save_best_only=True)
    for _ in range(2):
        await run(callbacks=[saver], epochs=1)
        assert (tmp_path / "best.json").exists()
        (tmp_path / "best.json").unlink()


async def test_a_checkpoint_every_so_many_batches(tmp_path):
    await run(callbacks=[oc.ProgramCheckpoint(tmp_path / "{epoch}-{batch}.json", save_freq=2)], epochs=2, batch_size=3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1-2.json", "1-4.json", "2-2.json", "2-4.json"]


async def test_the_progress_bar_tells_where_the_run_is():
    stream = io.StringIO()
    await run(callbacks=[oc.ProgressBar(stream=stream, width=6)], epochs=2)
    text = stream.getvalue()
    assert "baseline: val_reward 0" in text
    assert "epoch 1/2 ██░░░░ 1/3" in text
    assert "epoch 2/2 ██████ 3/3" in text
    assert text.count("\n") == 3


def test_a_listener_need_not_be_a_callback():
    history = oc.History()
    history.on_event(EpochStarted(epoch=0))
    history.on_event(EpochFinished(epoch=0, logs={"reward": 1.0}))
    assert (history.epoch, history.history) == ([0], {"reward": [1.0]})


def test_a_hook_that_nothing_would_call_is_refused_with_those_there_are():
    with pytest.raises(TypeError, match=r"Counting\.on_batch_end is no hook .*on_train_batch_end"):

        class Counting(oc.Callback):
            def on_batch_end(self, batch, logs):
                """Nobody calls it."""


def test_the_newest_failures_are_kept_as_a_list_and_all_are_counted(monkeypatch):
    monkeypatch.setattr("optimizer_core.callbacks.history.MOST_FAILURES", 3)
    history = oc.History()
    for first in (0, 2):
        results = tuple(SampleResult(sample=f"s{first + number}", reward=0.0, error="no answer") for number in (0, 1))
        history.on_event(CandidateScored(candidate="c", split="train", results=results, reward=0.0, count=2))

    assert [failure.sample for failure in history.failures[:2]] == ["s1", "s2"]
    assert (len(history.failures), history.nb_failures) == (3, 4)
