"""CSVLogger: the logs of every epoch as a line of a file."""

from __future__ import annotations

import csv
from pathlib import Path

from optimizer_core.callbacks.base import Callback
from optimizer_core.json_values import JsonObject


class CSVLogger(Callback):
    """Writes the logs of each epoch as a line: ``epoch``, then the log names in order; "NA" where one is missing.

    Args:
        filepath: where to.
        separator: between the columns.
        append: True continues a file that is there.
    """

    def __init__(self, filepath: str | Path, *, separator: str = ",", append: bool = False) -> None:
        self._path, self._separator, self._append = Path(filepath), separator, append
        self._columns: list[str] = []

    def on_train_begin(self) -> None:
        self._columns = []
        if self._append and self._path.exists():
            with self._path.open(encoding="utf-8", newline="") as file:
                self._columns = next(csv.reader(file, delimiter=self._separator), [])
        else:
            self._path.write_text("", encoding="utf-8")

    def on_epoch_end(self, epoch: int, logs: JsonObject) -> None:
        with self._path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=self._separator)
            if not self._columns:
                self._columns = ["epoch", *sorted(logs)]
                writer.writerow(self._columns)
            row = {"epoch": epoch, **logs}
            writer.writerow([row.get(column, "NA") for column in self._columns])
