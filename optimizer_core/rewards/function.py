"""A reward that is a function of one's own."""

from __future__ import annotations

import inspect
import math
from collections.abc import Awaitable, Callable
from typing import Any, Self, TypeAlias, TypeVar

from optimizer_core.budget import Meter
from optimizer_core.data.dataset import Sample
from optimizer_core.errors import ConfigurationError, OptimizerError, RewardError
from optimizer_core.json_values import JsonObject
from optimizer_core.rewards.base import Judgement, Reward

#: What a reward function may return.
Judged: TypeAlias = "float | tuple[float, str] | Judgement"

#: A reward function: ``(y_true, y_pred)``, with ``inputs`` as a third or keyword argument where it wants them.
RewardFunction: TypeAlias = "Callable[..., Judged | Awaitable[Judged]]"

_Function = TypeVar("_Function", bound=Callable[..., Any])

_FUNCTIONS: dict[str, RewardFunction] = {}


class FunctionReward(Reward):
    """Calls ``function(y_true, y_pred)``; ``y_true`` is None where the sample has no target.

    The function may be async. One that has a parameter ``inputs`` is given the sample's inputs under that name. It
    returns a number, a pair of number and feedback text, or a Judgement.

    Args:
        function: what judges.
        name: what logs call it; the function's name when left out.

    Raises:
        ConfigurationError: it cannot be called with two arguments.
    """

    def __init__(self, function: RewardFunction, *, name: str | None = None) -> None:
        super().__init__(name=name or str(getattr(function, "__name__", type(function).__name__)))
        self.function = function
        self._wants_inputs = _check_parameters(function)

    async def judge(self, sample: Sample, output: JsonObject, *, meter: Meter) -> Judgement:
        extra = {"inputs": sample.inputs} if self._wants_inputs else {}
        try:
            judged = self.function(sample.target, output, **extra)
            if inspect.isawaitable(judged):
                judged = await judged
        except OptimizerError:
            raise
        # Foreign code may raise anything; it belongs to this one sample, and the run goes on.
        except Exception as error:
            raise RewardError(f"the reward function {self.name!r} failed: {type(error).__name__}: {error}") from error
        return as_judgement(judged, self.name)

    def config(self) -> JsonObject:
        """Return its settings as JSON; a function is known by its registered name.

        Raises:
            ConfigurationError: the function is not registered.
        """
        for known, function in _FUNCTIONS.items():
            if function is self.function:
                return {"function": known, "name": self.name}
        raise ConfigurationError(
            f"the reward function {self.name!r} is not registered, so it could not be loaded again; "
            "put @register_reward_function above it"
        )

    @classmethod
    def from_config(cls, config: JsonObject) -> Self:
        known = config.get("function")
        if known not in _FUNCTIONS:
            raise ConfigurationError(
                f"there is no reward function {known!r}; put @register_reward_function above it before loading"
            )
        return cls(_FUNCTIONS[known], name=config.get("name"))


def register_reward_function(function: _Function) -> _Function:
    """Make a reward function known by its name, so that it can be saved and loaded; a decorator."""
    _FUNCTIONS[str(getattr(function, "__name__", type(function).__name__))] = function
    return function


def known_functions() -> dict[str, RewardFunction]:
    """Return the registered functions by name."""
    return dict(_FUNCTIONS)


def as_judgement(judged: Any, name: str) -> Judgement:
    """Return what a function answered as a judgement.

    Raises:
        RewardError: it is neither a finite number, nor a pair of one and a text, nor a judgement.
    """
    if isinstance(judged, Judgement):
        return Judgement(reward=_finite(judged.reward, name), feedback=judged.feedback)
    if isinstance(judged, tuple) and len(judged) == 2 and isinstance(judged[1], str):
        return Judgement(reward=_finite(judged[0], name), feedback=judged[1])
    return Judgement(reward=_finite(judged, name))


def _finite(value: Any, name: str) -> float:
    try:
        number = float(value) if not isinstance(value, (str, bytes)) else math.nan
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise RewardError(
            f"the reward {name!r} answered {value!r}; it must be a finite number, (number, text) or a Judgement"
        )
    return number


def _check_parameters(function: RewardFunction) -> bool:
    """Return whether it wants the inputs."""
    if not callable(function):
        raise ConfigurationError(f"a reward must be a Reward, a name or a function, got {function!r}")
    signature = inspect.signature(function)
    extra = {"inputs": None} if "inputs" in signature.parameters else {}
    try:
        signature.bind(None, None, **extra)
    except TypeError as error:
        raise ConfigurationError(
            f"the reward function {function!r} must take (y_true, y_pred) and, if it likes, inputs: {error}"
        ) from error
    return bool(extra)
