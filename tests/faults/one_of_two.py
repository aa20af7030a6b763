"""One of two servers on one database: ``python -m tests.faults.one_of_two MACHINE ROUND_SECONDS``.

The OMEGAWEB_* variables say where its data, its port and the database are. It ends with whoever started it.
"""

from __future__ import annotations

import os
import socket
import sys
import threading

import django


def main(machine: str, round_seconds: float) -> None:
    """Serve as if on a machine of that name: only on its own one can a server see that another is gone."""
    socket.gethostname = lambda: machine
    os.environ["DJANGO_SETTINGS_MODULE"] = "omegaweb.settings"
    django.setup()
    from omegaweb import server
    from omegaweb.engine import recovery, warmup

    recovery.ROUND_SECONDS = round_seconds
    warmup.start = lambda: None  # type: ignore[assignment, return-value]  # LiteLLM is of no use here
    threading.Thread(target=_end_with_the_harness, daemon=True).start()
    server.main()


def _end_with_the_harness() -> None:
    """Whoever started this holds the other end of its input, also if it is killed itself."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
