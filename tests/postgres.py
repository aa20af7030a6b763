"""A PostgreSQL that is thrown away: ``python -m tests.postgres COMMAND…`` runs a command with a cluster of its own.

The command finds it in OMEGAWEB_DATABASE_URL. Nothing listens on the network, and nothing is left behind.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROGRAMS = ("initdb", "pg_ctl", "postgres")
#: What holds a test's rows for seconds need not survive a power cut.
SETTINGS = {
    "listen_addresses": "''",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}
#: Names sort as their bytes do, on every machine.
ENCODING = ("-E", "UTF8", "--locale=C")
#: Whom it runs as where root starts it, which it refuses to run as.
UNPRIVILEGED = ("postgres", "nobody")
MISSING = """\
PostgreSQL is not installed. Install it, then try again:
  Debian, Ubuntu   sudo apt-get install postgresql
  Fedora           sudo dnf install postgresql-server
  macOS            brew install postgresql
Without it the tests run on SQLite: make test
"""


class NoPostgres(Exception):
    """PostgreSQL's programs are nowhere to be found, or it did not start."""


def programs() -> Path:
    """Return the folder of PostgreSQL's programs: on the path, as pg_config says, or where Debian has them.

    Raises:
        NoPostgres: it is not installed.
    """
    folders = [Path(found).resolve().parent for name in PROGRAMS if (found := shutil.which(name))]
    if config := shutil.which("pg_config"):
        folders.append(Path(subprocess.check_output([config, "--bindir"], text=True).strip()))
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    for folder in folders:
        if all((folder / name).exists() for name in PROGRAMS):
            return folder
    raise NoPostgres(MISSING)


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster in a folder that is thrown away, and yield the address of its database.

    Raises:
        NoPostgres: it is not installed, or did not start.
    """
    binaries = programs()
    with tempfile.TemporaryDirectory(prefix="omegaweb-postgres-") as name:
        folder, log = Path(name), Path(name) / "log.txt"
        server: dict[str, Any] = {"cwd": folder, **_unprivileged(folder)}
        data = ["-D", str(folder / "data")]
        _run([str(binaries / "initdb"), *data, "-U", "omegaweb", "-A", "trust", "--no-sync", *ENCODING], **server)
        chosen = " ".join(f"-c {key}={value}" for key, value in SETTINGS.items())
        start = [str(binaries / "pg_ctl"), *data, "-l", str(log), "-w"]
        _run([*start, "-o", f"-k {folder} {chosen}", "start"], **server)
        try:
            yield f"postgres://omegaweb@/postgres?host={folder}"
        finally:
            _run([str(binaries / "pg_ctl"), *data, "-m", "immediate", "-w", "stop"], **server)


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Who runs the server, if root may not; the folder becomes theirs."""
    if os.geteuid() != 0:
        return {}
    known = {account.pw_name: account for account in pwd.getpwall()}
    account = next((known[name] for name in UNPRIVILEGED if name in known), None)
    if account is None:
        raise NoPostgres(f"PostgreSQL does not run as root, and there is no user called {' or '.join(UNPRIVILEGED)}.")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _run(command: list[str], **options: Any) -> None:
    # Into a file: the server would keep a pipe open for as long as it lives.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False, **options)
        if done.returncode:
            said.seek(0)
            raise NoPostgres(f"{command[0]} failed:\n{said.read().decode(errors='replace')}")


def main(command: list[str]) -> int:
    """Run a command with a cluster, and return how it ended."""
    with cluster() as address:
        process = subprocess.Popen(command, env={**os.environ, "OMEGAWEB_DATABASE_URL": address})
        # Who stops this stops the command, and the cluster after it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        return process.wait()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except NoPostgres as problem:
        sys.exit(str(problem))
