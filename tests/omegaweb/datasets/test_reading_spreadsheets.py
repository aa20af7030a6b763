"""Reading Excel files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from omegaweb.datasets.reading import extent, spreadsheet
from omegaweb.datasets.reading.errors import UnreadableFile
from tests.omegaweb.datasets.reading import read
from tests.omegaweb.datasets.spreadsheets import formula, workbook


def test_values_keep_their_types(tmp_path: Path):
    content = workbook({"Data": [["text", "n", "x", "ok"], ["hi", 3, 3.5, True]]})

    table, rows = read(tmp_path, content, "x.xlsx")

    assert (table.format, table.names, table.warnings) == ("XLSX", ["text", "n", "x", "ok"], [])
    assert rows == [["hi", 3, 3.5, True]]


def test_the_first_sheet_with_something_in_it_is_read_and_named(tmp_path: Path):
    content = workbook({"Notes": [], "Tickets": [["a"], ["x"]], "Old": [["b"], ["y"]]})

    table, rows = read(tmp_path, content, "x.xlsx")

    assert rows == [["x"]]
    assert "The sheet “Tickets” was read; the file has 2 more." in table.warnings[0]


def test_blank_rows_around_the_table_are_skipped(tmp_path: Path):
    content = workbook({"Data": [[], [], [None, "a", "b"], [None, 1, 2], [], [None, 3, None]]})

    table, rows = read(tmp_path, content, "x.xlsx")

    assert table.names == ["a", "b"]
    assert rows == [[1, 2], [3, ""]]


def test_formulas_give_their_values(tmp_path: Path):
    content = workbook({"Data": [["n", "double"], [3, formula("A2*2", 6)]]})

    table, rows = read(tmp_path, content, "x.xlsx")

    assert rows == [[3, 6]]
    assert table.warnings == []


def test_formulas_that_were_never_computed_are_named(tmp_path: Path):
    content = workbook({"Data": [["n", "double"], [3, formula("A2*2", None)], [4, formula("A3*2", 8)]]})

    table, rows = read(tmp_path, content, "x.xlsx")

    assert rows == [[3, ""], [4, 8]]
    assert "Formulas without a computed value were read as blank: B2." in table.warnings[0]


def test_the_name_of_the_file_does_not_matter(tmp_path: Path):
    _, rows = read(tmp_path, workbook({"Data": [["a"], ["x"]]}), "x.csv")

    assert rows == [["x"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04" + b"junk" * 50, "damaged or no Excel file"),
        (workbook({"Data": [["a"], ["x"]]})[:-60], "damaged or no Excel file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "protected by a password"),
        (workbook({"Data": []}), "none of its sheets has a filled cell"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, content: bytes, message: str):
    with pytest.raises(UnreadableFile, match=message):
        read(tmp_path, content, "x.xlsx")


def test_a_file_that_unpacks_to_too_much_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(spreadsheet, "UNPACKED_LIMIT", 100)

    with pytest.raises(UnreadableFile, match="Save the sheet as CSV"):
        read(tmp_path, workbook({"Data": [["a"], ["x"]]}), "x.xlsx")


def with_sheet(data: str, padding: str = "") -> bytes:
    """Return a workbook whose only sheet has this XML as its data."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook({"Data": []}))) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode()
            if name.endswith("sheet1.xml"):
                content = content.replace("<sheetData>", f'<dimension ref="A1"/>{padding}<sheetData>{data}')
            new.writestr(name, content)
    return target.getvalue()


A1 = '<row r="1"><c r="A1" t="str"><v>a</v></c></row>'
TWO = '<row r="2"><c r="A2"><v>2</v></c></row>'


@pytest.mark.parametrize(
    ("far", "message"),
    [
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "A1 to XFD1048576: 16,384 columns"),
        ('<row r="2"><c s="1" r=\'XFD2\'><v>1</v></c></row>', "up to 500 columns"),
        ('<row r="1048576"><c><v>1</v></c></row>', "A1 to A1048576.*up to 1,000,000 rows"),
        ('<row r="900000"><c r="CV900000"><v>1</v></c></row>', "up to 20,000,000 cells"),
    ],
)
@pytest.mark.parametrize("padding", ["", " " * (extent.CHUNK_BYTES - 600)])
def test_cells_far_apart_are_refused_before_the_sheet_is_opened(tmp_path: Path, far: str, message: str, padding: str):
    with pytest.raises(UnreadableFile, match=message):
        read(tmp_path, with_sheet(A1 + far, padding), "x.xlsx")


def test_a_cell_is_seen_wherever_a_chunk_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    content = with_sheet(A1 + '<row r="2"><c r="XFD2"><v>1</v></c></row>')
    for size in range(1, 60):
        monkeypatch.setattr(extent, "CHUNK_BYTES", size)
        with pytest.raises(UnreadableFile, match="A1 to XFD2"):
            read(tmp_path, content, "x.xlsx")


def test_far_cells_that_only_have_a_style_do_not_count(tmp_path: Path):
    far = '<row r="1048576" s="1"><c r="XFD1048576" s="1"/></row>'

    _, rows = read(tmp_path, with_sheet(A1 + TWO + far), "x.xlsx")

    assert rows == [[2]]
