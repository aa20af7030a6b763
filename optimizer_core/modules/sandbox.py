"""Running Python that nobody has read, in the sandbox of pydantic-monty: no files, no network, no host modules."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import threading
from functools import lru_cache
from typing import Any

from optimizer_core.errors import ConfigurationError, InvalidAnswer
from optimizer_core.json_values import JsonObject

_PACKAGE = "pydantic_monty"
_PRINTED = 64 * 1024  # bytes that a script may print; they are thrown away
_GRACE = 2.0  # seconds beyond the time limit after which a worker that does not react is killed

_lock = threading.Lock()


def check_sandbox() -> None:
    """Raise if there is no sandbox.

    Raises:
        ConfigurationError: the package is not installed.
    """
    if importlib.util.find_spec(_PACKAGE) is None:
        raise ConfigurationError("running evolved Python needs a sandbox; install it: pip install pydantic-monty")


async def run_python(script: str, inputs: JsonObject, *, timeout: float, memory: int) -> Any:
    """Run a script that reads ``inputs`` and assigns ``result``, and return what it assigned.

    Args:
        script: the text.
        inputs: what it finds under the name ``inputs``; changes stay in the sandbox.
        timeout: seconds that it may compute.
        memory: bytes that it may hold.

    Raises:
        InvalidAnswer: the script failed, or went over a limit; the message is what Python says.
        ConfigurationError: there is no sandbox.
    """
    # The workers are processes; a thread waits for one, because a pool of theirs belongs to one event loop only.
    return await asyncio.to_thread(_run, script, inputs, timeout, memory)


def _run(script: str, inputs: JsonObject, timeout: float, memory: int) -> Any:
    with _lock:  # a cache does not keep two threads from making two pools
        package, pool = _pool()
    limits = {"max_feed_duration_secs": timeout, "max_memory": memory}
    try:
        # Every run gets a session of its own, so no run sees what another left.
        with pool.checkout(limits=limits) as session:
            printed = package.CollectString(max_bytes=_PRINTED)
            return session.feed_run(f"{script}\nresult", inputs={"inputs": inputs}, print_callback=printed)
    except package.MontyError as error:
        raise InvalidAnswer(f"the script failed: {error}") from error


@lru_cache
def _pool() -> tuple[Any, Any]:
    """Return the package and the worker pool of this process; the workers end with the process."""
    check_sandbox()
    package = importlib.import_module(_PACKAGE)
    pool = package.Monty(feed_duration_limit_grace=_GRACE)
    pool.__enter__()
    return package, pool
