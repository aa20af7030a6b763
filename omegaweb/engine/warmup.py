"""Loads LiteLLM, which takes seconds, before the first run asks for it. Only a server starts this."""

from __future__ import annotations

import threading

from omegaweb.embedded.provider import register

_loading = threading.Event()


def start() -> threading.Thread:
    """Begin to load in a thread of its own, and return that."""
    _loading.set()
    thread = threading.Thread(target=_load, name="warm-up", daemon=True)
    thread.start()
    return thread


def is_loading() -> bool:
    """Return whether it is still being loaded: a run that begins now waits for it."""
    return _loading.is_set()


def _load() -> None:
    try:
        register()
    finally:
        _loading.clear()
