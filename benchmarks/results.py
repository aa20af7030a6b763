"""Figures on disk, so that a table can be put together from several commands: ``benchmarks/.results``."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / ".results"


def keep(kind: str, **figures: Any) -> None:
    """Add one figure of a kind: "search", "speed", "dns", "dataset", "pages", "sockets"."""
    FOLDER.mkdir(exist_ok=True)
    line = json.dumps({"time": round(time.time()), **figures})
    with (FOLDER / f"{kind}.jsonl").open("a") as file:
        file.write(f"{line}\n")


def kept(kind: str, *key: str) -> list[dict[str, Any]]:
    """Return the figures of a kind, the newest where several have the same values under ``key``."""
    path = FOLDER / f"{kind}.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return list({tuple(str(line.get(name)) for name in key): line for line in lines}.values())
