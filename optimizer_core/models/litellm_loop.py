"""LiteLLM in one event loop of its own, in a daemon thread.

LiteLLM keeps HTTP clients and a logging worker that belong to the loop which used them first: with one loop after the
other they leave pending tasks behind, with several at the same time they are handed from loop to loop. A run has its
own thread and loop, so LiteLLM gets one that outlives them all.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

Result = TypeVar("Result")

_starting = threading.Lock()
_loading = threading.Lock()  # a lock of its own: nobody waits seconds for the import just to find the loop


async def in_litellm_loop(call: Callable[[Any], Awaitable[Result]]) -> Result:
    """Return what ``call`` returns when it is given the LiteLLM module, inside LiteLLM's loop.

    The first call imports LiteLLM, which takes 4 s; other loops go on meanwhile. Cancelling this cancels ``call``.
    """

    async def inside() -> Result:
        return await call(load_litellm())

    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(inside(), _loop()))


def load_litellm() -> Any:
    """Return LiteLLM, quiet and without a look at the network. Blocks for seconds the first time."""
    with _loading:
        return _load()


@cache
def _load() -> Any:
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else it fetches its price list
    with _no_collection():
        litellm: Any = importlib.import_module("litellm")
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    logging.getLogger("LiteLLM").setLevel(logging.ERROR)  # it warns of every parameter it drops
    return litellm


@contextmanager
def _no_collection() -> Iterator[None]:
    """Nothing of three thousand modules is garbage: looking for some takes a fifth of the time they take to load."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _loop() -> asyncio.AbstractEventLoop:
    with _starting:
        return _start()


@cache
def _start() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="litellm", daemon=True).start()
    return loop
