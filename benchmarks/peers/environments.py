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
    _run(find_python(*PYTHONS[name]), "-m", "venv", str(folder))
    _run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(pins))
    stamp.write_text(pins.read_text())
    return python


def find_python(*commands: str) -> str:
    """Return the first of these Pythons that is here, on the path or with pyenv.

    Raises:
        NoEnvironment: there is none.
    """
    for command in commands:
        versions = Path.home().glob(f".pyenv/versions/{command.removeprefix('python')}*/bin/python")
        for found in (shutil.which(command), *map(str, versions)):
            if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0:
                return found
    raise NoEnvironment(f"{' or '.join(commands)} is needed, and there is none here")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoEnvironment(f"{' '.join(command)} failed: {done.stderr.strip()[-500:]}")
