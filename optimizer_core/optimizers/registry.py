"""Optimizers by name: the string identifiers of ``compile``, and what saved programs call them."""

from __future__ import annotations

from typing import TypeVar, overload

from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.optimizers.base import Optimizer
from optimizer_core.optimizers.omega import OMEGA
from optimizer_core.optimizers.random_few_shot import RandomFewShot

_Class = TypeVar("_Class", bound=type[Optimizer])
_classes: dict[str, type[Optimizer]] = {}


def register(optimizer: _Class) -> _Class:
    """Make an optimizer class known by its ``identifier``; works as a decorator."""
    _classes[_plain(optimizer.identifier)] = optimizer
    return optimizer


@overload
def get(identifier: None) -> None: ...


@overload
def get(identifier: Optimizer | str | JsonObject) -> Optimizer: ...


@overload
def get(identifier: Optimizer | str | JsonObject | None) -> Optimizer | None: ...


def get(identifier: Optimizer | str | JsonObject | None) -> Optimizer | None:
    """Return the optimizer that an identifier means.

    Args:
        identifier: None or an optimizer, which come back unchanged; a name such as "omega", "random_few_shot" or
            "RandomFewShot"; or ``{"class_name": name, "config": {…}}``.

    Raises:
        ConfigurationError: there is no such optimizer, or a setting cannot work.
        TypeError: a setting is unknown.
    """
    if identifier is None or isinstance(identifier, Optimizer):
        return identifier
    name, config = (identifier, {}) if isinstance(identifier, str) else _saved(identifier)
    optimizer = _classes.get(_plain(name))
    if optimizer is None:
        known = ", ".join(sorted(known.identifier for known in _classes.values()))
        raise ConfigurationError(f"optimizer={name!r} is not known; the optimizers are {known}")
    return optimizer.from_config(config)


def to_json(optimizer: Optimizer) -> JsonObject:
    """Return what :func:`get` makes the optimizer from again."""
    return {"class_name": optimizer.identifier, "config": optimizer.config()}


def _saved(identifier: JsonObject) -> tuple[str, JsonObject]:
    if not isinstance(identifier, dict) or not isinstance(identifier.get("class_name"), str):
        raise ConfigurationError(f'optimizer={identifier!r} must be a name or {{"class_name": …, "config": …}}')
    return identifier["class_name"], identifier.get("config", {})


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


register(OMEGA)
register(RandomFewShot)
