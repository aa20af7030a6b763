"""A data folder with large runs, the site in a process of its own, and a client that is signed in."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import httpx

_ROOT = Path(__file__).resolve().parents[2]
#: Where the folder is kept between two commands: making eight runs takes minutes.
FOLDER = Path(__file__).resolve().parents[1] / ".site"
#: Lets people be asked about the newest five hundred candidates of the newest run.
LET_WAIT = """
from django.utils import timezone
from omegaweb.reviews.models import Review
from omegaweb.runs.models import Run
run = Run.objects.latest("pk")
newest = run.candidates.order_by("-number")[:500]
Review.objects.bulk_create(Review(run=run, candidate=each, requested_at=timezone.now()) for each in newest)
"""
STARTS_WITHIN = 180.0  # seconds
RESTING = 0.05  # seconds of processor time in a second
TICKS = os.sysconf("SC_CLK_TCK")  # of processor time in a second


class Site:
    """The site, as long as this context.

    Args:
        folder: its data folder.
        module: what serves it.
    """

    def __init__(self, folder: Path, *, module: str = "omegaweb.server") -> None:
        self._folder = folder
        self._module = module
        self.address = f"http://127.0.0.1:{_free_port()}"

    def __enter__(self) -> Site:
        self._folder.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", self._module],
            env=_environment(self._folder, OMEGAWEB_PORT=self.address.rpartition(":")[2]),
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        end = time.monotonic() + STARTS_WITHIN
        while self.process.poll() is None and time.monotonic() < end:
            try:
                httpx.get(f"{self.address}/accounts/sign-in/", timeout=5)
            except httpx.TransportError:
                time.sleep(0.2)
            else:
                return self
        self.process.kill()
        raise SystemExit("the site did not start")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def signed_in(self) -> httpx.Client:
        """Return a client in which the first account is signed in."""
        account = json.loads((self._folder / "first-sign-in.txt").read_text())
        client = httpx.Client(base_url=self.address, timeout=600, headers={"Accept-Encoding": "gzip"})
        page = client.get("/accounts/sign-in/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        done = client.post("/accounts/sign-in/", data={**account, "csrfmiddlewaretoken": token[1]})
        assert done.status_code == httpx.codes.FOUND, "the first account could not sign in"
        return client

    def settle(self) -> None:
        """Wait until it computes nothing more: after a start it loads the library of the models beside all else."""
        before = -1.0
        while self.cpu_seconds() - before > RESTING:
            before = self.cpu_seconds()
            time.sleep(1)

    def cpu_seconds(self) -> float:
        """Return how long the site has been computing, which a busy machine does not change as it changes the clock."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / TICKS


def prepare(folder: Path, *, runs: int, candidates: int, evaluations: int) -> None:
    """Make sure that the folder holds so many runs of this size."""
    folder.mkdir(parents=True, exist_ok=True)
    manage(folder, "migrate", "-v0")
    manage(folder, "first_account")
    # A mark for each, so that a command that was cut off goes on where it was.
    for number in range(runs):
        mark = folder / f"run-{candidates}-{evaluations}-{number}"
        if not mark.exists():
            sizes = (f"--candidates={candidates}", f"--evaluations={evaluations}", f"--seed={number}")
            print(f"making run {number + 1} of {runs}", flush=True)
            manage(folder, "make_large_run", *sizes)
            mark.touch()
    mark = folder / "reviews-wait"
    if not mark.exists():
        manage(folder, "shell", "-v0", "-c", LET_WAIT)
        mark.touch()


def manage(folder: Path, *words: str) -> None:
    """Run a management command."""
    command = [sys.executable, "manage.py", *words]
    subprocess.run(command, check=True, cwd=_ROOT, env=_environment(folder), stdout=subprocess.DEVNULL)


def _environment(folder: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "OMEGAWEB_DATA_DIR": str(folder.resolve()), **more}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
