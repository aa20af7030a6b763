"""Looks into a file and chooses its reader; the name of the file only breaks ties."""

from __future__ import annotations

import json
from pathlib import Path

from omegaweb.datasets.reading import delimited, encodings, json_rows, spreadsheet
from omegaweb.datasets.reading.errors import UnreadableFile
from omegaweb.datasets.reading.raw_table import RawTable, Reader, ReadingOptions

HEAD_BYTES = 65_536
ZIP = b"PK\x03\x04"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old Excel files, and Excel files with a password
NOT_TABLES = {
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"Rar!": "an archive; unpack it first",
    b"7z\xbc\xaf": "an archive; unpack it first",
    b"PAR1": "a Parquet file; save it as CSV or JSON Lines",
}
JSON_NAMES = {".json", ".jsonl", ".ndjson"}


def open_table(path: Path, filename: str, options: ReadingOptions) -> RawTable:
    """Open the file with the reader that fits what is in it.

    Raises:
        UnreadableFile: if it is empty, or nothing this site can read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip():
        raise UnreadableFile("The file is empty. Upload a file with column names and rows.")
    return choose(path, head, Path(filename).suffix.lower())(path, options)


def choose(path: Path, head: bytes, suffix: str) -> Reader:
    """Return the reader for a file that begins with `head` and is called *`suffix`.

    Raises:
        UnreadableFile: if it is known not to be a table.
    """
    if head.startswith((ZIP, COMPOUND)):
        return spreadsheet.read
    for magic, kind in NOT_TABLES.items():
        if head.startswith(magic):
            raise UnreadableFile(f"This is {kind}, not a table. Upload CSV, TSV, JSON, JSON Lines or XLSX.")
    text = head.decode(encodings.detect(path), "replace").lstrip("\ufeff \t\r\n")
    if _is_object(text.split("\n", 1)[0]) and (suffix != ".json" or "\n" in text.strip()):
        return _lines_or_rows(text)
    if text.startswith(("[{", "[\n", "[\r", "[ ")) or (suffix in JSON_NAMES and text[:1] in "[{"):
        return json_rows.read_json
    return delimited.read


def _lines_or_rows(text: str) -> Reader:
    # {"rows": [...]} on one line is a document of its own, not the first of many lines.
    first, *others = text.strip().splitlines()
    if not others and isinstance(json.loads(first).get("rows"), list):
        return json_rows.read_json
    return json_rows.read_lines


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
