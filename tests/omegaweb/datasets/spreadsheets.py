"""Writes small Excel files cell by cell, so that tests decide what exactly stands in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

Cell = str | int | float | bool | None


class Formula(str):
    """A formula; `value` is what the spreadsheet program computed, or None if it never did."""

    value: float | None = None


def formula(text: str, value: float | None) -> Formula:
    """Return a formula cell."""
    cell = Formula(text)
    cell.value = value
    return cell


def workbook(sheets: Mapping[str, Sequence[Sequence[Cell]]], *, merged: str = "") -> bytes:
    """Return an .xlsx file with these sheets; `merged` names cells of each that are one, like "A1:C1"."""
    names = list(sheets)
    numbered = list(enumerate(names, start=1))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{BOOK_TYPE}"/></Types>',
        "_rels/.rels": _relations([("r1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        + "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="s{n}"/>' for n, name in numbered)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            [(f"s{n}", "worksheet", f"worksheets/sheet{n}.xml") for n, _ in numbered]
        ),
    }
    for n, name in numbered:
        parts[f"xl/worksheets/sheet{n}.xml"] = _sheet(sheets[name], merged)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path, content in parts.items():
            archive.writestr(path, '<?xml version="1.0"?>' + content)
    return target.getvalue()


def _relations(entries: Sequence[tuple[str, str, str]]) -> str:
    body = "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{to}"/>' for i, kind, to in entries)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{body}</Relationships>'


def _sheet(rows: Sequence[Sequence[Cell]], merged: str) -> str:
    body = ""
    for number, row in enumerate(rows, start=1):
        cells = "".join(_cell(f"{chr(65 + column)}{number}", value) for column, value in enumerate(row))
        body += f'<row r="{number}">{cells}</row>'
    wide = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>{wide}</worksheet>'


def _cell(place: str, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Formula):
        computed = "" if value.value is None else f"<v>{value.value}</v>"
        return f'<c r="{place}"><f>{escape(value)}</f>{computed}</c>'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'
