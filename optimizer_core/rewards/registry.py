"""Rewards by name: the identifiers of ``compile``, and what saved programs call them."""

from __future__ import annotations

from typing import TypeAlias, TypeVar, cast

from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.rewards.base import Reward
from optimizer_core.rewards.function import FunctionReward, RewardFunction, known_functions

_RewardClass = TypeVar("_RewardClass", bound=type[Reward])

#: What may stand for a reward.
RewardIdentifier: TypeAlias = "Reward | type[Reward] | str | JsonObject | RewardFunction | None"

_CLASSES: dict[str, type[Reward]] = {}


def register_reward(cls: _RewardClass) -> _RewardClass:
    """Make a reward class known by its name; a class decorator."""
    _CLASSES[_plain(cls.__name__)] = cls
    return cls


def get(identifier: RewardIdentifier) -> Reward | None:
    """Return the reward that an identifier means.

    Args:
        identifier: None or a reward, which come back unchanged; a name, in any spelling of ``"exact_match"``,
            ``"ExactMatch"``, or of a registered function; ``{"class_name": name, "config": {…}}``; a reward class,
            which is made with its defaults; or a function ``(y_true, y_pred)``.

    Raises:
        ConfigurationError: there is no such reward, or a setting cannot work.
        TypeError: a setting is unknown or missing.
    """
    if identifier is None or isinstance(identifier, Reward):
        return identifier
    if isinstance(identifier, str):
        return _named(identifier, {})
    if isinstance(identifier, dict):
        if not isinstance(identifier.get("class_name"), str):
            raise ConfigurationError(f'reward={identifier!r} must look like {{"class_name": …, "config": {{…}}}}')
        return _named(identifier["class_name"], identifier.get("config", {}))
    if isinstance(identifier, type) and issubclass(identifier, Reward):
        return identifier.from_config({})
    return FunctionReward(cast(RewardFunction, identifier))


def to_json(reward: Reward) -> JsonObject:
    """Return what :func:`get` makes the reward from again.

    Raises:
        ConfigurationError: its class, or the function it calls, is not registered.
    """
    cls = type(reward)
    if _CLASSES.get(_plain(cls.__name__)) is not cls:
        raise ConfigurationError(
            f"the reward class {cls.__name__!r} is not registered, so it could not be loaded again; "
            "put @register_reward above it"
        )
    return {"class_name": cls.__name__, "config": reward.config()}


def _named(name: str, config: JsonObject) -> Reward:
    cls = _CLASSES.get(_plain(name))
    if cls is not None:
        return cls.from_config(config)
    function = known_functions().get(name)
    if function is not None:
        return FunctionReward(function)
    known = ", ".join(sorted([*(cls.__name__ for cls in _CLASSES.values()), *known_functions()]))
    raise ConfigurationError(f"reward={name!r} is not known; the rewards are {known}; a function works as well")


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


register_reward(FunctionReward)
