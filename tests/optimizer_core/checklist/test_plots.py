"""Checklist, row F124: pictures of runs, evaluations and programs."""

from __future__ import annotations

import sys

import pytest

import optimizer_core as oc
from optimizer_core.callbacks import History
from optimizer_core.errors import ConfigurationError
from tests.optimizer_core.training.cases import make_program


def history(**logs):
    made = History()
    for epoch in range(len(next(iter(logs.values())))):
        made.on_epoch_end(epoch, {name: values[epoch] for name, values in logs.items()})
    return made


def test_f124_a_line_for_each_log_over_the_epochs():
    figure = oc.plots.plot_history(history(reward=[0.1, 0.5], val_reward=[0.2, 0.4], n=[4, 4]), title="Run")
    assert [(line.name, list(line.x), list(line.y)) for line in figure.data] == [
        ("reward", [0, 1], [0.1, 0.5]),
        ("val_reward", [0, 1], [0.2, 0.4]),
    ]
    with pytest.raises(ConfigurationError, match="no log 'loss'; the logs are reward"):
        oc.plots.plot_history(history(reward=[0.1]), ["loss"])


def test_f124_validation_that_came_later_stands_at_its_epochs():
    made = history(reward=[0.1, 0.2, 0.3])
    made.history["val_reward"] = [0.4, 0.5]
    (line,) = oc.plots.plot_history(made, ["val_reward"]).data
    assert list(line.x) == [1, 2]


def test_f124_several_runs_are_compared():
    figure = oc.plots.plot_history_comparison({"a": history(val_reward=[0.1]), "b": history(val_reward=[0.2])})
    assert [line.name for line in figure.data] == ["a", "b"]


def test_f124_bars_of_one_evaluation_or_the_mean_and_spread_of_several():
    (bar,) = oc.plots.plot_metrics({"reward": 0.5, "n": 3, "f1_score": 0.25}).data
    assert (list(bar.x), list(bar.y), bar.error_y.visible) == (["reward", "f1_score"], [0.5, 0.25], False)
    figure = oc.plots.plot_metrics_comparison({"a": [{"reward": 0.4}, {"reward": 0.6}], "b": {"reward": 0.1}})
    assert [list(bar.y) for bar in figure.data] == [[0.5], [0.1]]
    assert list(figure.data[0].error_y.array) == pytest.approx([0.02**0.5])
    with pytest.raises(ConfigurationError, match="no numbers"):
        oc.plots.plot_metrics({})


def test_f124_a_program_is_shown_with_its_parts():
    chain = oc.Sequential([make_program().root_module, oc.Masked(in_mask=["colour"])], name="chain")
    (tree,) = oc.plots.plot_program(oc.Program(chain)).data
    assert list(tree.ids) == ["chain", "chain/namer", "chain/masked"]
    assert list(tree.parents) == ["", "chain", "chain"]
    assert tree.labels[1] == "Generator namer ★"


def test_f124_without_plotly_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "plotly", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match="pip install plotly"):
        oc.plots.plot_metrics({"reward": 1.0})
