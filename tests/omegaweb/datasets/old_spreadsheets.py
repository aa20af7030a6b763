"""Writes small .xls files record by record, so that tests decide what exactly stands in them."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from omegaweb.datasets.reading.compound_file import ENTRY, HEADER, MAGIC, MINI_LIMIT, MINI_SECTOR

SECTOR = 512
FREE, LAST, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
GLOBALS, WORKSHEET = 0x0005, 0x0010


def number(row: int, column: int, value: float) -> bytes:
    """A cell with a number; rows and columns count from 0."""
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def numbers(row: int, first: int, last: int) -> bytes:
    """Cells of one row with the number 1 each, as one record."""
    return record(
        0x00BD,
        struct.pack("<HH", row, first) + struct.pack("<HI", 0, 4 | 2) * (last - first + 1) + struct.pack("<H", last),
    )


def text(row: int, column: int, value: str) -> bytes:
    """A cell with a text."""
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(value), 0) + value.encode("latin-1"))


def dimensions(rows: int, columns: int) -> bytes:
    """What a sheet says about its own size."""
    return record(0x0200, struct.pack("<IIHHH", 0, rows, 0, columns, 0))


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def old_workbook(*sheets: Sequence[bytes], padded: bool = True, gap: int = 0) -> bytes:
    """Return an .xls file whose sheets consist of these records.

    Args:
        padded: to the size at which streams get sectors of their own.
        gap: free sectors between the sectors of the workbook.
    """
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, GLOBALS, 0, 0, 0, 0))
    names = [f"S{n}" for n in range(len(sheets))]
    size_of_entries = sum(len(_entry(0, name)) for name in names)
    at = len(begin) + size_of_entries + len(record(0x000A))
    entries, bodies = b"", b""
    for name, records in zip(names, sheets, strict=True):
        entries += _entry(at + len(bodies), name)
        bodies += (
            record(0x0809, struct.pack("<HHHHII", 0x0600, WORKSHEET, 0, 0, 0, 0)) + b"".join(records) + record(0x000A)
        )
    book = begin + entries + record(0x000A) + bodies
    return compound(book.ljust(MINI_LIMIT if padded else 0, b"\0"), gap=gap)


def compound(book: bytes, *, name: str = "Workbook", gap: int = 0) -> bytes:
    """Return a compound file with one stream."""
    small = len(book) < MINI_LIMIT
    pieces = [book[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(book), SECTOR)]
    step = gap + 1
    first, end = 3, 3 + step * len(pieces)  # after the table, the directory and the table of small streams
    table = [TABLE, LAST, LAST] + [FREE] * (end - first)
    sectors = [b"\0" * SECTOR for _ in range(end)]
    for place, piece in enumerate(pieces):
        at = first + step * place
        table[at], sectors[at] = (at + step if place + 1 < len(pieces) else LAST), piece
    count = -(-len(book) // MINI_SECTOR)
    small_table = [n + 1 for n in range(count - 1)] + [LAST] if small else []
    root_start, root_size = (first, count * MINI_SECTOR) if small else (LAST, 0)
    sectors[0] = struct.pack(f"<{SECTOR // 4}I", *table, *[FREE] * (SECTOR // 4 - len(table)))
    sectors[1] = (
        _directory("Root Entry", 5, root_start, root_size) + _directory(name, 2, 0 if small else first, len(book))
    ).ljust(SECTOR, b"\0")
    sectors[2] = struct.pack(f"<{SECTOR // 4}I", *small_table, *[FREE] * (SECTOR // 4 - len(small_table)))
    lists = [0] + [FREE] * 108
    header = MAGIC + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, MINI_LIMIT, 2, 1, LAST, 0) + struct.pack("<109I", *lists)
    assert len(header) == HEADER
    return header + b"".join(sectors)


def _directory(name: str, kind: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    entry = encoded.ljust(64, b"\0") + struct.pack(
        "<HBBIII", len(encoded) + 2, kind, 1, FREE, 1 if kind == 5 else FREE, FREE
    )
    entry = (
        entry[:68]
        + struct.pack("<III", FREE, FREE, 1 if kind == 5 else FREE)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
    assert len(entry) == ENTRY
    return entry


def _entry(at: int, name: str) -> bytes:
    return record(0x0085, struct.pack("<IBBBB", at, 0, 0, len(name), 0) + name.encode())
