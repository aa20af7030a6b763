"""Starts the server in a process of its own, changes its settings, reads its counts, stops it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]


class Door:
    """A way to a running server, also from another process.

    Args:
        address: without ``/v1``.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    @property
    def url(self) -> str:
        """The API base for clients."""
        return f"{self.address}/v1"

    def set(self, **settings: Any) -> None:
        """Change latency, budget or counting; ``reset=True`` forgets what was counted."""
        ask(f"{self.address}/settings", settings)

    def counts(self) -> dict[str, Any]:
        """Return what was asked so far."""
        return ask(f"{self.address}/counts", {})


class Server(Door):
    """A server that runs as long as this context.

    Args:
        options: of ``python -m benchmarks.server``, by their names with underscores.
    """

    def __init__(self, **options: float | None) -> None:
        super().__init__("")
        words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items() if value is not None]
        self._command = [sys.executable, "-m", "benchmarks.server", *words]
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Server:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True, cwd=_ROOT)
        assert self._process.stdout is not None
        self.address = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.communicate(timeout=10)


def ask(address: str, body: dict[str, Any]) -> dict[str, Any]:
    """Post JSON and return the JSON that comes back."""
    request = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        value = json.load(answer)
    assert isinstance(value, dict)
    return value
