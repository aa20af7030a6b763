"""Reading Excel files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from omegaweb.datasets.reading import spreadsheet
from omegaweb.datasets.reading.errors import UnreadableFile
from tests.omegaweb.datasets.reading import read
from tests.omegaweb.datasets.spreadsheets import MAIN, formula, workbook


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


@pytest.mark.parametrize(
    ("above", "merged", "names_in"),
    [
        ([["Export of Q3"], []], "", 3),
        ([["Export of Q3"]], "A1:B1", 2),
        ([[], ["Export of Q3"], [], ["Tickets only"], []], "", 6),
    ],
)
def test_a_title_above_the_table_is_left_out_and_said(
    tmp_path: Path, above: list[list[str]], merged: str, names_in: int
):
    content = workbook({"Data": [*above, ["text", "team"], ["a", "oak"], ["b", "pine"]]}, merged=merged)

    table, rows = read(tmp_path, content, "x.xlsx")

    assert table.names == ["text", "team"]
    assert rows == [["a", "oak"], ["b", "pine"]]
    assert "holds only “Export of Q3”, so it was taken for a title and left out." in table.warnings[0]
    assert f"those of row {names_in}." in table.warnings[-1]


def test_a_single_name_is_no_title(tmp_path: Path):
    """The other column lacks its name; taking the first row of data for names would lose that row."""
    table, rows = read(tmp_path, workbook({"Data": [["text", None], ["a", "oak"], ["b", "pine"]]}), "x.xlsx")

    assert table.names == ["text", "column 2"]
    assert rows == [["a", "oak"], ["b", "pine"]]


def test_a_sheet_of_one_column_has_no_title(tmp_path: Path):
    table, rows = read(tmp_path, workbook({"Data": [["text"], [], ["a"], ["b"]]}), "x.xlsx")

    assert (table.names, rows) == (["text"], [["a"], ["b"]])


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


def with_sheet(data: str, padding: str = "", head: str = "") -> bytes:
    """Return a workbook whose only sheet has this XML as its data."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook({"Data": []}))) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode()
            if name.endswith("sheet1.xml"):
                content = content.replace("<sheetData>", f'<dimension ref="A1"/>{padding}<sheetData>{data}')
                content = content.replace("<worksheet", f"{head}<worksheet", 1)
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
@pytest.mark.parametrize("padding", ["", " " * 1_000_000])
def test_cells_far_apart_are_refused_before_the_sheet_is_opened(tmp_path: Path, far: str, message: str, padding: str):
    with pytest.raises(UnreadableFile, match=message):
        read(tmp_path, with_sheet(A1 + far, padding), "x.xlsx")


@pytest.mark.parametrize(
    "far",
    [
        """<row r="2"><c s=' r="B2"' r="XFD2"><v>1</v></c></row>""",
        """<row r="2"><c
            r="XFD2"><!-- <c r="B2"> --><v>1</v></c></row>""",
        f"""<x:row xmlns:x="{MAIN}" r="2"><x:c r="XFD2"><x:v>1</x:v></x:c></x:row>""",
        """<row xmlns:y="urn:y" r="2"><c y:r="B2" r="XFD2"><v>1</v></c></row>""",
        """<row r="2"><c r="&#88;FD2"><v>1</v></c></row>""",
        """<row r="2"><c r="XFD2"><is><t>1</t></is></c></row>""",
    ],
)
def test_a_cell_far_away_is_found_however_it_is_written(tmp_path: Path, far: str):
    with pytest.raises(UnreadableFile, match="A1 to XFD2"):
        read(tmp_path, with_sheet(A1 + far), "x.xlsx")


def test_a_sheet_with_entities_of_its_own_is_refused(tmp_path: Path):
    content = with_sheet(A1, head='<!DOCTYPE worksheet [<!ENTITY far "XFD2">]>')

    with pytest.raises(UnreadableFile, match="declares a document type"):
        read(tmp_path, content, "x.xlsx")


@pytest.mark.parametrize("name", ["content.xml", "xl/workbook.bin"])
def test_other_spreadsheets_are_not_opened(tmp_path: Path, name: str):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, "<x/>")

    with pytest.raises(UnreadableFile, match="Save this one as"):
        read(tmp_path, target.getvalue(), "x.ods")


def test_far_cells_that_only_have_a_style_do_not_count(tmp_path: Path):
    far = '<row r="1048576" s="1"><c r="XFD1048576" s="1"/></row>'

    _, rows = read(tmp_path, with_sheet(A1 + TWO + far), "x.xlsx")

    assert rows == [[2]]
