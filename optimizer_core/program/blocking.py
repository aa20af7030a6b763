"""Async work in a script, where no event loop runs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from optimizer_core.errors import ConfigurationError

T = TypeVar("T")


def block(name: str, work: Coroutine[Any, Any, T]) -> T:
    """Return what the work of ``program.name(…)`` comes to.

    Raises:
        ConfigurationError: an event loop runs here, so the work must be awaited.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    work.close()
    raise ConfigurationError(f"an event loop is running here, as in a notebook; write 'await program.{name}(…)'")
