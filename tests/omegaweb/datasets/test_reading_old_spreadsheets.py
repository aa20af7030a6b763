"""Reading old Excel files, and refusing those that would fill the memory."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from omegaweb.datasets.reading.compound_file import ENTRY, HEADER
from omegaweb.datasets.reading.errors import UnreadableFile
from tests.omegaweb.datasets import old_spreadsheets as xls
from tests.omegaweb.datasets.reading import read

HEAD = [xls.text(0, 0, "name"), xls.text(0, 1, "n")]
ROW = [xls.text(1, 0, "Ann"), xls.number(1, 1, 3.0)]


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("gap", [0, 2])
def test_an_old_spreadsheet_is_read(tmp_path: Path, padded: bool, gap: int):
    content = xls.old_workbook([xls.dimensions(2, 2), *HEAD, *ROW], padded=padded, gap=gap if padded else 0)

    table, rows = read(tmp_path, content, "x.xls")

    assert (table.format, table.names) == ("XLS", ["name", "n"])
    assert rows == [["Ann", 3]]


@pytest.mark.parametrize(
    ("far", "message"),
    [
        ([xls.number(65_535, 65_535, 1.0)], "A1 to CRXP65536: 65,536 columns.*up to 500 columns"),
        ([xls.number(1, 600, 1.0)], "up to 500 columns"),
        ([xls.numbers(1, 2, 700)], "up to 500 columns"),
        ([xls.number(65_535, 400, 1.0)], "up to 20,000,000 cells"),
        ([xls.dimensions(2**31, 2)], "says that it has 2,147,483,648 rows"),
        ([xls.record(0x0200, struct.pack("<IIHHH", 5, 1, 0, 2, 0))], "says that it has -4 rows"),
    ],
)
@pytest.mark.parametrize("gap", [0, 1])
def test_sheets_that_are_too_large_are_refused_before_the_file_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, far: list[bytes], message: str, gap: int
):
    monkeypatch.setattr("omegaweb.datasets.reading.spreadsheet._open", lambda path: pytest.fail("it was opened"))
    for sheets in ([[*HEAD, *ROW, *far]], [[*HEAD, *ROW], [*HEAD, *far]]):
        with pytest.raises(UnreadableFile, match=message):
            read(tmp_path, xls.old_workbook(*sheets, gap=gap), "x.xls")


def test_a_file_without_a_workbook_is_called_protected(tmp_path: Path):
    with pytest.raises(UnreadableFile, match="protected by a password"):
        read(tmp_path, xls.compound(b"\0" * 5000, name="EncryptedPackage"), "x.xls")


@pytest.mark.parametrize("at", [30, 48, 68, 76, HEADER + 4 * 3, HEADER + xls.SECTOR + ENTRY + 116])
def test_a_damaged_file_is_refused_and_never_read_forever(tmp_path: Path, at: int):
    whole = xls.old_workbook([*HEAD, *ROW], gap=0)
    for value in (0, 1, 3, 7, 0x00FFFFFF):
        damaged = whole[:at] + struct.pack("<I", value) + whole[at + 4 :]
        try:
            read(tmp_path, damaged, "x.xls")
        except UnreadableFile:
            continue
