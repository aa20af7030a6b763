"""The files of answers: whatever the disk does, no line is lost and nobody else's file is written."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any, NoReturn

import pytest

from omegaweb.engine.answer_file import AnswerFile, LeftBehind


def lines(path: Path) -> list[Any]:
    return [record["n"] for record in LeftBehind(path=path, run_id=1, fence=1).records()]


def no_more_files(*_: Any, **__: Any) -> NoReturn:
    raise OSError(errno.EMFILE, "Too many open files")


def test_a_full_file_gets_longer_while_there_can_be_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omegaweb.engine.answer_file.FULL", 12)
    file = AnswerFile(tmp_path / "answers", "1-1")
    assert file.append({"n": 1})
    assert file.append({"n": 2})
    with monkeypatch.context() as patched:
        patched.setattr("omegaweb.engine.answer_file.os.open", no_more_files)
        assert file.turn_over() is None
    assert not file.is_full  # it is not tried again for each answer
    assert file.append({"n": 3})
    assert file.is_full

    full = file.turn_over()
    assert full is not None
    assert lines(full) == [1, 2, 3]
    file.close(and_remove=True)
    assert list((tmp_path / "answers").iterdir()) == [full]


def test_where_there_can_be_no_file_a_run_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omegaweb.engine.answer_file._folder", lambda: tmp_path / "answers")
    monkeypatch.setattr("omegaweb.engine.answer_file.os.open", no_more_files)

    assert AnswerFile.of_claim(1, 1) is None


def test_nothing_is_written_behind_a_line_that_stays_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = AnswerFile(tmp_path / "answers", "1-1")
    assert file.append({"n": 1})
    write = os.write
    with monkeypatch.context() as patched:
        patched.setattr("omegaweb.engine.answer_file.os.write", lambda number, line: write(number, line[:3]))
        patched.setattr("omegaweb.engine.answer_file.os.truncate", no_more_files)
        assert not file.append({"n": 2})
    assert not file.append({"n": 3})

    (path,) = (tmp_path / "answers").iterdir()
    assert lines(path) == [1]
    file.close(and_remove=True)


def test_a_file_that_somebody_has_just_taken_in_has_nothing_more_to_say(tmp_path: Path) -> None:
    assert lines(tmp_path / "1-1-0.jsonl") == []
