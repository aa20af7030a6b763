"""Metrics by name: the identifiers of ``compile``, and what saved programs call them."""

from __future__ import annotations

from typing import TypeAlias, TypeVar, cast

from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.metrics.base import Metric, Tracker
from optimizer_core.metrics.mean import Mean, MeanMetricWrapper, Sum
from optimizer_core.rewards.base import Reward
from optimizer_core.rewards.function import RewardFunction

_TrackerClass = TypeVar("_TrackerClass", bound=type[Tracker])

#: What may stand for a metric.
MetricIdentifier: TypeAlias = "Metric | type[Metric] | str | JsonObject | Reward | RewardFunction | None"

_CLASSES: dict[str, type[Tracker]] = {}


def register_metric(cls: _TrackerClass) -> _TrackerClass:
    """Make a metric class known by its name; a class decorator."""
    _CLASSES[_plain(cls.__name__)] = cls
    return cls


def get(identifier: MetricIdentifier) -> Metric | None:
    """Return the metric that an identifier means.

    Args:
        identifier: None or a metric, which come back unchanged; a name, in any spelling of ``"f1_score"``,
            ``"F1Score"``; ``{"class_name": name, "config": {…}}``; a metric class, which is made with its defaults; a
            reward or a function ``(y_true, y_pred)``, whose mean is taken.

    Raises:
        ConfigurationError: there is no such metric, or a setting cannot work.
        TypeError: a setting is unknown or missing.
    """
    if identifier is None or isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, str):
        return _named(identifier, {})
    if isinstance(identifier, dict):
        if not isinstance(identifier.get("class_name"), str):
            raise ConfigurationError(f'metric={identifier!r} must look like {{"class_name": …, "config": {{…}}}}')
        return _named(identifier["class_name"], identifier.get("config", {}))
    if isinstance(identifier, type) and issubclass(identifier, Metric):
        return identifier.from_config({})
    if not callable(identifier) and not isinstance(identifier, Reward):
        raise ConfigurationError(f"metric={identifier!r} must be a Metric, a name, a reward or a function")
    return MeanMetricWrapper(cast("Reward | RewardFunction", identifier))


def to_json(metric: Metric) -> JsonObject:
    """Return what :func:`get` makes the metric from again.

    Raises:
        ConfigurationError: its class, or the function it calls, is not registered.
    """
    cls = type(metric)
    if _CLASSES.get(_plain(cls.__name__)) is not cls:
        raise ConfigurationError(
            f"the metric class {cls.__name__!r} is not registered, so it could not be loaded again; "
            "put @register_metric above it"
        )
    return {"class_name": cls.__name__, "config": metric.config()}


def _named(name: str, config: JsonObject) -> Metric:
    cls = _CLASSES.get(_plain(name))
    if cls is None:
        known = ", ".join(sorted(cls.__name__ for cls in _CLASSES.values() if issubclass(cls, Metric)))
        raise ConfigurationError(f"metric={name!r} is not known; the metrics are {known}; a function works as well")
    if not issubclass(cls, Metric):
        raise ConfigurationError(
            f"metric={name!r} takes plain numbers, not targets and outputs; wrap what gives them: MeanMetricWrapper(fn)"
        )
    return cls.from_config(config)


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


for _class in (Mean, Sum, MeanMetricWrapper):
    register_metric(_class)
