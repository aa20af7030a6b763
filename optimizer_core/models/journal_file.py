"""A journal in a file of JSON lines, for notebooks and scripts: only ever appended to, so a crash costs one line."""

from __future__ import annotations

import json
import threading
from itertools import islice
from pathlib import Path

from optimizer_core.budget import Role, Usage
from optimizer_core.json_values import JsonObject
from optimizer_core.models.journal import Entry, paid_for


class FileJournal:
    """Keeps a run's questions and answers in a file, which is made where there is none.

    Args:
        path: the file; one run at a time writes to it.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        self._entries = dict(read for line in text.split("\n") if (read := _read(line)) is not None)
        # The end of the last line may have been lost with the process that wrote it.
        self._before = "\n" if text and not text.endswith("\n") else ""

    def __len__(self) -> int:
        return len(self._entries)

    def paid(self, since: int) -> dict[Role, Usage]:
        return paid_for(Entry.from_json(saved) for saved in islice(self._entries.values(), since, None))

    async def find(self, key: str) -> Entry | None:
        saved = self._entries.get(key)
        return None if saved is None else Entry.from_json(saved)

    async def add(self, key: str, entry: Entry) -> None:
        saved = entry.to_json()
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(f"{self._before}{json.dumps({'key': key, **saved})}\n")
            self._before = ""
            self._entries[key] = saved


def _read(line: str) -> tuple[str, JsonObject] | None:
    try:
        saved: JsonObject = json.loads(line)
    except ValueError:  # empty, or cut off
        return None
    return saved.pop("key"), saved
