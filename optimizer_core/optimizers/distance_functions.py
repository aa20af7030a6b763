"""Distance functions of the user by name, so that a saved optimizer finds its own again."""

from __future__ import annotations

import inspect
from typing import Any

from optimizer_core.errors import ConfigurationError
from optimizer_core.population.distance import DistanceFunction

_registered: dict[str, DistanceFunction] = {}


def register_distance_function(function: DistanceFunction) -> DistanceFunction:
    """Let saved optimizers find a distance function by its name; OMEGA does it for the one it is given.

    Args:
        function: ``async function(c1, c2, embedding_model=None, **kwargs) -> float``.

    Raises:
        ConfigurationError: it is not an async function with a name, or cannot be called so.
    """
    wanted = "async def distance(c1, c2, embedding_model=None, **kwargs) -> float"
    called = inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)
    if not called or distance_function_name(function) == "<lambda>":
        raise ConfigurationError(f"distance_function={function!r} must be an async function: {wanted}")
    try:
        inspect.signature(function).bind({}, {}, embedding_model=None)
    except TypeError as error:
        raise ConfigurationError(
            f"distance_function={function!r} must take two contents and embedding_model: {wanted}: {error}"
        ) from error
    _registered[distance_function_name(function)] = function
    return function


def distance_function_name(function: DistanceFunction) -> str:
    """Return what saved files call it."""
    return str(getattr(function, "__name__", type(function).__name__))


def as_distance_function(value: Any) -> DistanceFunction | None:
    """Return the function itself, or the registered one of that name.

    Raises:
        ConfigurationError: nothing of that name is registered, or it is no async function.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        return register_distance_function(value)
    if value not in _registered:
        raise ConfigurationError(
            f"distance_function={value!r} is not known; "
            "call oc.optimizers.register_distance_function(function) before loading"
        )
    return _registered[value]
