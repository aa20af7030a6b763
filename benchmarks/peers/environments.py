"""Builds an environment for each peer, once, from the package registry: ``benchmarks/.environments/NAME``."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_HERE = Path(__file__).resolve().parent
FOLDER = _HERE.parent / ".environments"
#: Pins file → the Pythons that can hold it, the best first.
PYTHONS = {
    "gepa": ("python3.11", "python3.12"),
    "dspy": ("python3.11", "python3.12"),
    "synalinks": ("python3.12", "python3.13"),
}


class NoEnvironment(Exception):
    """A peer's environment could not be built; the message says why."""


def environment(name: str) -> Path:
    """Return the Python of a peer's environment; builds it where it is missing or its pins have changed.

    Raises:
        NoEnvironment: there is no fitting Python, or the installation failed.
    """
    pins = _HERE / f"{name}.txt"
    folder = FOLDER / name
    python, stamp = folder / "bin/python", folder / "pins.txt"
    if stamp.exists() and stamp.read_text() == pins.read_text():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    _run(find_python(name), "-m", "venv", str(folder))
    _run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(pins))
    stamp.write_text(pins.read_text())
    return python


def find_python(name: str) -> str:
    """Return a Python that can hold the peer.

    Raises:
        NoEnvironment: there is none.
    """
    for command in PYTHONS[name]:
        for found in (shutil.which(command), *map(str, Path.home().glob(f".pyenv/versions/{command[6:]}*/bin/python"))):
            if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0:
                return found
    raise NoEnvironment(f"{name} needs {' or '.join(PYTHONS[name])}, and there is none here")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoEnvironment(f"{' '.join(command)} failed: {done.stderr.strip()[-500:]}")
