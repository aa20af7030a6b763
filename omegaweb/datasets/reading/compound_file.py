"""Finds a stream in a compound file, the small file system that an .xls is (Microsoft's [MS-CFB])."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Iterator

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Streams below this size are kept in pieces of 64 bytes inside another stream.
MINI_LIMIT = 4096
MINI_SECTOR = 64
ENTRY = 128  # bytes of a directory entry
HEADER = 512
_HEADER_LISTS = 109  # sectors of the allocation table that the header itself names
_LAST_SECTOR = 0xFFFFFFFA  # numbers from here on are marks


class NotCompound(ValueError):
    """The bytes are no whole compound file."""


class CompoundFile:
    """The streams of a compound file.

    Args:
        data: the whole file.

    Raises:
        NotCompound: it is none, or damaged.
    """

    def __init__(self, data: bytes) -> None:
        if data[:8] != MAGIC or len(data) < HEADER:
            raise NotCompound("it does not begin like one")
        self._data = data
        shift, directory, small, more = (
            struct.unpack_from("<H", data, 30)[0],
            *(struct.unpack_from("<I", data, at)[0] for at in (48, 60, 68)),
        )
        if shift not in (9, 12):
            raise NotCompound(f"its sectors have 2^{shift} bytes")
        self._size = 1 << shift
        self._table = _numbers(b"".join(self._sector(number) for number in self._lists(more)))
        self._entries = _chain(directory, self._table, self._sector)
        self._small_table = _numbers(_chain(small, self._table, self._sector))

    def stream(self, name: str) -> bytes | None:
        """Return what a stream holds; None where there is no such stream.

        Raises:
            NotCompound: it is damaged.
        """
        found = next((entry for entry in self._directory() if entry[0] == name), None)
        if found is None:
            return None
        _, start, size = found
        if size >= MINI_LIMIT:
            return _chain(start, self._table, self._sector)[:size]
        _, start_of_small, _ = next(self._directory())
        small = _chain(start_of_small, self._table, self._sector)
        pieces = _chain(start, self._small_table, lambda n: small[n * MINI_SECTOR : (n + 1) * MINI_SECTOR])
        return pieces[:size]

    def _directory(self) -> Iterator[tuple[str, int, int]]:
        """Name, first sector and size of every entry; the first is the root, whose sectors hold the small streams."""
        for at in range(0, len(self._entries) - ENTRY + 1, ENTRY):
            entry = self._entries[at : at + ENTRY]
            name = entry[:64].decode("utf-16-le", "replace").split("\0", 1)[0]
            start, size = struct.unpack_from("<II", entry, 116)
            yield name, start, size

    def _lists(self, more: int) -> Iterator[int]:
        """The sectors that the allocation table consists of."""
        numbers = struct.unpack_from(f"<{_HEADER_LISTS}I", self._data, 76)
        seen = 0
        while True:
            yield from (number for number in numbers if number < _LAST_SECTOR)
            if more >= _LAST_SECTOR:
                return
            seen += 1
            if seen > len(self._data) // self._size:
                raise NotCompound("its allocation table goes round in a circle")
            *numbers_there, more = _numbers(self._sector(more))
            numbers = tuple(numbers_there)

    def _sector(self, number: int) -> bytes:
        start = max(HEADER, self._size) + number * self._size
        sector = self._data[start : start + self._size]
        if not sector:
            raise NotCompound(f"sector {number} lies behind its end")
        return sector.ljust(self._size, b"\0")


def _chain(number: int, table: array[int], read: Callable[[int], bytes]) -> bytes:
    """Join the sectors that the table strings together."""
    pieces: list[bytes] = []
    while number < _LAST_SECTOR:
        if number >= len(table) or len(pieces) > len(table):
            raise NotCompound("a chain of sectors is broken")
        pieces.append(read(number))
        number = table[number]
    return b"".join(pieces)


def _numbers(data: bytes) -> array[int]:
    return array("I", struct.unpack(f"<{len(data) // 4}I", data))
