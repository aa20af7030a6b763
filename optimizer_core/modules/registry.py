"""Modules by the name of their class, so that a saved program can be made again."""

from __future__ import annotations

from typing import TypeVar

from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.modules.base import Module

_ModuleClass = TypeVar("_ModuleClass", bound=type[Module])

_CLASSES: dict[str, type[Module]] = {}


def register_module(cls: _ModuleClass) -> _ModuleClass:
    """Make a module class known to :func:`module_from_json`; a class decorator.

    Raises:
        ConfigurationError: another class has that name already.
    """
    known = _CLASSES.setdefault(cls.__name__, cls)
    # A notebook cell that is run again defines the same class anew.
    if known is not cls and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
        raise ConfigurationError(f"there is a module class {cls.__name__!r} already, {known!r}; give one another name")
    _CLASSES[cls.__name__] = cls
    return cls


def module_to_json(module: Module) -> JsonObject:
    """Return ``{"class_name": …, "config": …}``.

    Raises:
        ConfigurationError: its class is not registered.
    """
    name = type(module).__name__
    if _CLASSES.get(name) is not type(module):
        raise ConfigurationError(
            f"the module class {name!r} is not registered, so it could not be loaded again; "
            "put @oc.modules.register_module above it"
        )
    return {"class_name": name, "config": module.config()}


def module_from_json(saved: JsonObject) -> Module:
    """Make a module again.

    Raises:
        ConfigurationError: the class is unknown, or a setting cannot work.
        TypeError: a keyword is unknown.
    """
    name = saved.get("class_name")
    if name not in _CLASSES:
        known = ", ".join(sorted(_CLASSES))
        raise ConfigurationError(
            f"there is no module class {name!r}; known are {known}; a class of your own wants @register_module"
        )
    return _CLASSES[name].from_config(saved["config"])
