"""Finds formulas whose value was never computed, which a reader of values sees as blank cells."""

from __future__ import annotations

import posixpath
import zipfile
from pathlib import Path
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
NAMED_CELLS = 8


def warn_of_uncomputed(path: Path, sheet: str) -> list[str]:
    """Return a warning that names the cells, or nothing."""
    cells = _uncomputed(path, sheet) if zipfile.is_zipfile(path) else []
    if not cells:
        return []
    more = len(cells) - NAMED_CELLS
    named = ", ".join(cells[:NAMED_CELLS]) + (f" and {more:,} more" if more > 0 else "")
    return [
        f"Formulas without a computed value were read as blank: {named}. "
        "Open the file in a spreadsheet program, save it, and upload it again."
    ]


def _uncomputed(path: Path, sheet: str) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        part = part_of(archive, sheet)
        if part is None:
            return []
        found = []
        with archive.open(part) as file:
            for _, element in ElementTree.iterparse(file):
                if element.tag == f"{MAIN}c":
                    value = element.find(f"{MAIN}v")
                    if element.find(f"{MAIN}f") is not None and (value is None or not value.text):
                        found.append(element.get("r", "?"))
                elif element.tag == f"{MAIN}row":
                    element.clear()  # keeps memory flat on long sheets
        return found


def part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the part of the archive that holds the sheet, or nothing if that is unclear."""
    book = _parse(archive, "xl/workbook.xml")
    relations = _parse(archive, "xl/_rels/workbook.xml.rels")
    if book is None or relations is None:
        return None
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for entry in book.iter(f"{MAIN}sheet"):
        target = targets.get(entry.get(RELATION))
        if entry.get("name") == sheet and target:
            part = posixpath.join("xl", target).lstrip("/")
            return part if part in archive.namelist() else None
    return None


def _parse(archive: zipfile.ZipFile, name: str) -> ElementTree.Element | None:
    if name not in archive.namelist():
        return None
    return ElementTree.fromstring(archive.read(name))
