"""Answers that may not be rows yet, one line each in a file beside the database: a line takes a tenth of a row's time.

A line is there for good once it is written: it outlives the process, as a row of a SQLite database does, and whoever
goes on with the run turns what is left behind into rows first. One process at a time works on a run and its claim has a
file of its own, so nobody writes into another's. Only where the database is a file do all its servers see these, too.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from omegaweb.engine.database_file import database_file
from omegaweb.engine.json_column import json_bytes

logger = logging.getLogger(__name__)

#: A line: a JSON object.
Record: TypeAlias = dict[str, Any]

#: Bytes after which a file is full: whoever takes it in holds all of it in memory.
FULL = 4_000_000
#: What the files are called: the run, its fence, and a number.
_NAME = re.compile(r"(\d+)-(\d+)-\d+\.jsonl")


class AnswerFile:
    """The file that one claim writes, and then the next; for the thread that carries the run out.

    Args:
        folder: where they lie; it is made.
        claim: what they are called, before the number of each.

    Raises:
        OSError: there can be none, for the disk is full or the folder somebody else's.
    """

    def __init__(self, folder: Path, claim: str) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder, self._claim, self._number = folder, claim, 0
        self._path, self._file = self._begin()
        self._size = self._beyond = 0  # bytes, and how many it has beyond those that fill it
        self._is_whole = True  # no line is broken: none can be read behind one that is

    @classmethod
    def of_claim(cls, run_id: int, fence: int | None) -> AnswerFile | None:
        """Return a new file, where there can be one and the run is claimed."""
        folder = _folder()
        if folder is None or fence is None:
            return None
        try:
            return cls(folder, f"{run_id}-{fence}")
        except OSError as error:
            logger.warning("run %s has no file of answers, so each waits for its row: %s", run_id, error)
            return None

    @property
    def is_full(self) -> bool:
        return self._size >= FULL + self._beyond

    def turn_over(self) -> Path | None:
        """Begin the next file, and return the one before, to be removed once all of it are rows; None if that fails."""
        full, file = self._path, self._file
        self._number += 1
        try:
            self._path, self._file = self._begin()
        except OSError as error:  # no room on the disk, or too many open files
            logger.warning("%s gets longer, for there can be no other yet: %s", full, error)
            self._beyond += FULL
            return None
        os.close(file)
        self._size, self._beyond, self._is_whole = 0, 0, True
        return full

    def append(self, record: Record) -> bool:
        """Write a line, and return whether it is there: what is written in part is taken back."""
        line = json_bytes(record) + b"\n"
        if not self._is_whole:
            return False
        try:
            written = os.write(self._file, line)
            if written < len(line):
                self._is_whole = False
                os.truncate(self._file, self._size)
                self._is_whole = True
                return False
        except OSError as error:
            logger.warning("%s takes no answer: %s", self._path, error)
            return False
        self._size += written
        return True

    def close(self, *, and_remove: bool) -> None:
        """Let go of the file; it is to be removed once all of it are rows."""
        os.close(self._file)
        if and_remove:
            self._path.unlink(missing_ok=True)

    def _begin(self) -> tuple[Path, int]:
        path = self._folder / f"{self._claim}-{self._number}.jsonl"
        return path, os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """A file that a claim has left, or still writes."""

    path: Path
    run_id: int
    fence: int

    def records(self) -> Iterator[Record]:
        """Yield its lines, up to one that a power cut or a full disk has broken; none where all of them are rows."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:  # somebody else has just taken it in
            return
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                logger.warning("%s ends in the middle of an answer, which will be asked for again", self.path)
                return


def left_behind(run_id: int | None = None) -> list[LeftBehind]:
    """Return the files that are there, of one run or of all."""
    folder = _folder()
    if folder is None:
        return []
    found = []
    for path in sorted(folder.glob(f"{run_id or '*'}-*.jsonl")):
        if name := _NAME.fullmatch(path.name):  # else somebody has put it there
            found.append(LeftBehind(path=path, run_id=int(name[1]), fence=int(name[2])))
    return found


def _folder() -> Path | None:
    """Return where the files lie; None where the database is none itself."""
    name = database_file()
    return None if name is None else Path(f"{name}-answers")
