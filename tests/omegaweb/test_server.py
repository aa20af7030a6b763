"""The server that `make run` starts."""

from __future__ import annotations

import socket
import threading

import uvicorn

from omegaweb.engine import recovery, sealed_test
from omegaweb.server import server_config

SECONDS = 30  # that a start may take on a loaded machine


class Launcher:
    """Stands in for the one of this process, which must stay open for other tests."""

    def __init__(self) -> None:
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True


def test_it_looks_after_runs_from_its_start_to_its_end(monkeypatch):
    looked, launcher = threading.Event(), Launcher()
    monkeypatch.setattr(recovery, "make_round", looked.set)
    monkeypatch.setattr(recovery, "launcher", launcher)
    monkeypatch.setattr(sealed_test, "close", lambda: None)
    server = uvicorn.Server(server_config())

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        assert looked.wait(SECONDS)
        server.should_exit = True
        thread.join(SECONDS)

    assert launcher.is_closed
    assert not any(thread.name == "run-recovery" for thread in threading.enumerate())
