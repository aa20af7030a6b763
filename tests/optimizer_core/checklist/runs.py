"""What the checklist's tests share: defaults of a function, and runs of the seed era's loop."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import optimizer_core as oc
from optimizer_core.testing import HashEmbedding, ScriptedModel
from tests.optimizer_core.training.cases import add_a_rule


def defaults(function: Callable[..., Any], *names: str) -> tuple[Any, ...]:
    """The defaults of some parameters."""
    parameters = inspect.signature(function).parameters
    return tuple(parameters[name].default for name in names)


def omega(script: Any = add_a_rule, **settings: Any) -> Any:
    """OMEGA with the loop of the seed era."""
    model, embedder = settings.pop("language_model", None), settings.pop("embedding_model", None)
    return oc.optimizers.OMEGA(
        language_model=model or ScriptedModel(script),
        embedding_model=embedder or HashEmbedding(),
        search="plain",
        **settings,
    )
