"""Pictures of runs and programs for notebooks, as Plotly figures; Plotly is only loaded, and only needed, here."""

from __future__ import annotations

import importlib
import importlib.util
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from optimizer_core.callbacks import History
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.modules.base import Module
from optimizer_core.program import Program

#: The logs of one evaluation, or of several that are shown as their mean and standard deviation.
Logs: TypeAlias = JsonObject | Sequence[JsonObject]


def plot_history(history: History, names: Sequence[str] | None = None, *, title: str = "") -> Any:
    """Return a figure with a line for each log over the epochs.

    Args:
        history: what ``fit`` returned.
        names: of the logs; all numbers when left out.
        title: above the figure.

    Raises:
        ConfigurationError: there is no such log, or Plotly is not installed.
    """
    shown = [name for name in history.history if name != "n"] if names is None else names
    return _lines({name: (history.epoch, _series(history, name)) for name in shown}, title=title, value="")


def plot_history_comparison(histories: Mapping[str, History], name: str = "val_reward", *, title: str = "") -> Any:
    """Return a figure with one log of several runs, a line for each.

    Args:
        histories: label → what ``fit`` returned.
        name: of the log.
        title: above the figure.

    Raises:
        ConfigurationError: a run has no such log, or Plotly is not installed.
    """
    lines = {label: (history.epoch, _series(history, name)) for label, history in histories.items()}
    return _lines(lines, title=title, value=name)


def plot_metrics(logs: Logs, *, title: str = "") -> Any:
    """Return a figure with a bar for each number that ``evaluate`` returned.

    Args:
        logs: of one evaluation, or of several: then bars are means, with the sample standard deviation.
        title: above the figure.

    Raises:
        ConfigurationError: there is nothing to show, or Plotly is not installed.
    """
    return plot_metrics_comparison({"": logs}, title=title)


def plot_metrics_comparison(logs: Mapping[str, Logs], *, title: str = "") -> Any:
    """Return a figure with the numbers of several programs side by side.

    Args:
        logs: label → what ``evaluate`` returned, once or several times.
        title: above the figure.

    Raises:
        ConfigurationError: there is nothing to show, or Plotly is not installed.
    """
    plotly = _plotly()
    figure = plotly.Figure(layout={"title": {"text": title}, "barmode": "group", "showlegend": len(logs) > 1})
    for label, evaluations in logs.items():
        numbers = _numbers([evaluations] if isinstance(evaluations, Mapping) else list(evaluations))
        spread = [statistics.stdev(values) if len(values) > 1 else 0.0 for values in numbers.values()]
        figure.add_bar(
            name=label,
            x=list(numbers),
            y=[statistics.fmean(values) for values in numbers.values()],
            error_y={"array": spread, "visible": any(spread)},
        )
    return figure


def plot_program(program: Program) -> Any:
    """Return a figure of the modules of a program, each inside the one it is a part of; variables are named.

    Raises:
        ConfigurationError: Plotly is not installed.
    """
    trainable = {variable.name for variable in program.trainable_variables}
    paths = list(_paths(program.root_module, ""))
    labels = [f"{type(module).__name__} {module.name}{' ★' if path in trainable else ''}" for path, module in paths]
    parents = [path.rpartition("/")[0] for path, _ in paths]
    icicle = _plotly().Icicle(ids=[path for path, _ in paths], labels=labels, parents=parents)
    return _plotly().Figure(icicle, layout={"title": {"text": program.name}})


def _paths(module: Module, path: str) -> Iterator[tuple[str, Module]]:
    here = f"{path}/{module.name}" if path else module.name
    yield here, module
    for part in module.parts():
        yield from _paths(part, here)


def _lines(lines: Mapping[str, tuple[Sequence[int], Sequence[float]]], *, title: str, value: str) -> Any:
    layout = {"title": {"text": title}, "xaxis": {"title": {"text": "Epoch"}}, "yaxis": {"title": {"text": value}}}
    figure = _plotly().Figure(layout=layout)
    for label, (epochs, values) in lines.items():
        # Validation need not come in every epoch; its values belong to the last ones.
        figure.add_scatter(
            name=label, x=list(epochs)[len(epochs) - len(values) :], y=list(values), mode="lines+markers"
        )
    return figure


def _series(history: History, name: str) -> list[float]:
    if name not in history.history:
        known = ", ".join(history.history) or "none; the run finished no epoch"
        raise ConfigurationError(f"there is no log {name!r}; the logs are {known}")
    return history.history[name]


def _numbers(evaluations: Sequence[JsonObject]) -> dict[str, list[float]]:
    """Return every number by its name, once for each evaluation; ``n`` is left out."""
    found: dict[str, list[float]] = {}
    for logs in evaluations:
        for name, value in logs.items():
            if name != "n" and isinstance(value, (int, float)):
                found.setdefault(name, []).append(float(value))
    if not found:
        raise ConfigurationError("there are no numbers to show; give what evaluate returned")
    return found


def _plotly() -> Any:
    if importlib.util.find_spec("plotly") is None:
        raise ConfigurationError("pictures need Plotly; install it: pip install plotly")
    return importlib.import_module("plotly.graph_objects")
