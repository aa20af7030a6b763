"""`python -m omegaweb.server`: prepares the data folder and serves the site in one process."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
from pathlib import Path
from typing import IO

import django
import uvicorn


def main() -> None:
    """Migrate, make sure that somebody can sign in, and serve until interrupted."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omegaweb.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from omegaweb.engine import warmup

    lock = _claim(Path(settings.DATA_DIR))
    listener = _listen(settings.HOST, settings.PORT)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("first_account")
    warmup.start()
    uvicorn.Server(server_config()).run(sockets=[listener])
    lock.close()


def server_config() -> uvicorn.Config:
    """Return how the site is served; the server tells its start and end, between which runs are looked after."""
    from django.conf import settings

    return uvicorn.Config(
        "omegaweb.asgi:application",
        lifespan="on",
        log_level="warning",
        proxy_headers=settings.HTTPS,
        ws="websockets-sansio",
        # It would compress every frame anew for each of hundreds of sockets, and keep a window of memory for each.
        ws_per_message_deflate=False,
    )


def _claim(folder: Path) -> IO[str]:
    # Live updates and runs live in the memory of one process; a second one would not see them.
    lock = (folder / "server.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"Another omegaweb already uses {folder}. Stop it, or set OMEGAWEB_DATA_DIR to another folder.")
    return lock


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        sys.exit(
            f"Cannot listen on {host}:{port} ({error.strerror}). "
            f"Stop the program that does, or choose another port: OMEGAWEB_PORT={port + 1} make run"
        )
    return listener


if __name__ == "__main__":
    main()
