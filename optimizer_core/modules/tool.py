"""A tool: a function that an agent may call, with what the model is told about it."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeVar, get_type_hints

from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError, OptimizerError
from optimizer_core.json_values import JsonObject, canonical_json

_Function = TypeVar("_Function", bound=Callable[..., Any])

_FUNCTIONS: dict[str, Callable[..., Any]] = {}
_ARGUMENT = re.compile(r"^\s*(\w+)\s*(?:\([^)]*\))?\s*:\s*(.+)$")


class Tool:
    """A function with typed parameters, sync or async.

    Its docstring tells the model what it does, and the lines of an ``Args:`` section what each parameter means. What it
    returns should be JSON; anything else is shown as text.

    Args:
        function: what is called; every parameter needs a type and can be given by name.
        name: what the model calls it; the function's name when left out.
        description: what the model is told; the docstring when left out.

    Raises:
        ConfigurationError: it cannot be called that way, or there is nothing to tell.
    """

    def __init__(
        self, function: Callable[..., Any], *, name: str | None = None, description: str | None = None
    ) -> None:
        if not callable(function):
            raise ConfigurationError(f"tool={function!r} must be a function")
        self.function = function
        self.name = name or str(getattr(function, "__name__", ""))
        about, arguments = _read_docstring(function)
        self.description = description or about
        if not self.name.isidentifier() or not self.description:
            raise ConfigurationError(f"tool={function!r} needs a name and a docstring that says what it does")
        self._model = _arguments_model(function, arguments)
        self.schema = Schema.of(self._model)

    async def run(self, arguments: JsonObject) -> JsonObject:
        """Return ``{"result": …}``, or ``{"error": text}`` where the arguments do not fit or the function failed."""
        problems = self.schema.problems(arguments)
        if problems:
            return {"error": "; ".join(problems)}
        try:
            given = self._model.model_validate(arguments)
            values = {field: getattr(given, field) for field in type(given).model_fields}
            if inspect.iscoroutinefunction(self.function):
                result = await self.function(**values)
            else:
                result = await asyncio.to_thread(self.function, **values)
        except OptimizerError:
            raise
        # Foreign code may raise anything; the model reads it and may call otherwise.
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}
        return {"result": _as_json(result)}

    def config(self) -> JsonObject:
        """Return what :func:`tool_from_config` makes it from again.

        Raises:
            ConfigurationError: the function is not registered.
        """
        for known, function in _FUNCTIONS.items():
            if function is self.function:
                return {"function": known, "name": self.name, "description": self.description}
        raise ConfigurationError(
            f"the tool {self.name!r} is not registered, so it could not be loaded again; put @register_tool above it"
        )


def tool_from_config(config: JsonObject) -> Tool:
    """Make a tool again.

    Raises:
        ConfigurationError: the function is not registered.
    """
    known = config.get("function")
    if known not in _FUNCTIONS:
        raise ConfigurationError(f"there is no tool {known!r}; put @register_tool above it before loading")
    return Tool(_FUNCTIONS[known], name=config.get("name"), description=config.get("description"))


def register_tool(function: _Function) -> _Function:
    """Make a function known by its name, so that agents which use it can be saved and loaded; a decorator."""
    _FUNCTIONS[function.__name__] = function
    return function


def _read_docstring(function: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """Return what the function does, and what each parameter means."""
    about, _, rest = (inspect.getdoc(function) or "").partition("Args:")
    found = (_ARGUMENT.match(line) for line in rest.splitlines())
    return " ".join(about.split()), {match[1]: match[2].strip() for match in found if match}


def _arguments_model(function: Callable[..., Any], about: dict[str, str]) -> Any:
    from pydantic import ConfigDict, Field, create_model
    from pydantic.errors import PydanticUserError

    fields: dict[str, Any] = {}
    try:
        types = _parameter_types(function)
        for name, parameter in inspect.signature(function).parameters.items():
            if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY) or name not in types:
                raise ConfigurationError(f"the parameter {name!r} of the tool {function!r} needs a name and a type")
            default = ... if parameter.default is parameter.empty else parameter.default
            fields[name] = (types[name], Field(default, description=about.get(name)))
        return create_model("Arguments", __config__=ConfigDict(extra="forbid", protected_namespaces=()), **fields)
    except (NameError, TypeError, PydanticUserError) as error:
        raise ConfigurationError(f"the parameters of the tool {function!r} cannot be described: {error}") from error


def _parameter_types(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the types of the parameters; what it returns may be a type that is known only inside a function."""
    annotated = {name: kind for name, kind in getattr(function, "__annotations__", {}).items() if name != "return"}
    return get_type_hints(SimpleNamespace(__annotations__=annotated), getattr(function, "__globals__", {}))


def _as_json(result: Any) -> Any:
    dump = getattr(result, "model_dump", None)
    value = dump(mode="json") if callable(dump) else result
    try:
        canonical_json(value)
    except (TypeError, ValueError):
        return str(value)
    return value
