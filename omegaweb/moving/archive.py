"""The file of a run: a zip of JSON Lines, with a manifest that says how long each member is and its SHA-256.

Members are written and read line by line, so that neither takes more memory than their longest line.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, NoReturn

from omegaweb.moving.upgrades import UPGRADES, Upgrade

FORMAT = "omegaweb-run"
VERSION = 1
MANIFEST = "manifest.json"
MEGABYTE = 1024 * 1024
#: No line that omegaweb writes comes near this; a file made to fill the memory would.
LONGEST_LINE = 128 * MEGABYTE
MOST_OF_A_MANIFEST = MEGABYTE
#: What we write. Of bzip2 and LZMA a chunk is unpacked as a whole, however much that is.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1
#: Half of a character, as models write it, stays what it is; json.loads reads it again.
HALVES = "surrogatepass"

Row = dict[str, Any]


class NotImportable(ValueError):
    """The file cannot be imported; the message says why, and what to do."""


class ArchiveWriter:
    """Makes a file member by member; :meth:`finish` makes it whole.

    What is made has to be taken with :meth:`taken` every now and then, so that a file can be sent while it is made.
    """

    def __init__(self) -> None:
        self._made = _Made()
        self._zip = zipfile.ZipFile(self._made, "w", zipfile.ZIP_DEFLATED)
        self._members: dict[str, dict[str, Any]] = {}

    def taken(self) -> bytes:
        """Return what was made since the last time."""
        made = b"".join(self._made.chunks)
        self._made.chunks.clear()
        return made

    def add(self, member: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[None]:
        """Write a member, a line a row, and yield after each row."""
        digest, length, count = hashlib.sha256(), 0, 0
        with self._zip.open(_path(member), "w", force_zip64=True) as file:
            for row in rows:
                text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
                line = text.encode("utf-8", HALVES) + b"\n"
                file.write(line)
                digest.update(line)
                length, count = length + len(line), count + 1
                yield
        self._members[member] = {"rows": count, "bytes": length, "sha256": digest.hexdigest()}

    def finish(self, about: Mapping[str, Any]) -> None:
        """Write the manifest, which also says what the file is about, and close."""
        manifest = {"format": FORMAT, "version": VERSION, **about, "members": self._members}
        self._zip.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        self._zip.close()


class _Made(io.RawIOBase):
    """Keeps what is written until somebody takes it; it cannot be gone back in, and the zip knows."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.chunks.append(bytes(data))
        return len(data)


class ArchiveReader:
    """Reads a file that was found to be whole when this was made.

    Args:
        file: the file; it must be seekable.
        most_bytes: how long it may be unpacked.

    Raises:
        NotImportable: it is no run, broken, or of a version that came later.
    """

    def __init__(
        self, file: IO[bytes], *, most_bytes: int | None = None, upgrades: Mapping[int, Upgrade] = UPGRADES
    ) -> None:
        self._most_bytes = most_bytes
        self._upgrades = upgrades
        try:
            self._zip = zipfile.ZipFile(file)
            self._check_methods()
            self.manifest = self._read_manifest()
        except (
            zipfile.BadZipFile,
            KeyError,
            ValueError,
            EOFError,
            zlib.error,
            NotImplementedError,
            RecursionError,
        ) as error:
            if isinstance(error, NotImportable):
                raise
            raise NotImportable(
                "This is no run of omegaweb, or not all of it: "
                "take the file again from “Download whole run” or “manage.py export_run”."
            ) from error
        self.version: int = self.manifest["version"]
        self._check()

    def rows(self, member: str) -> Iterator[Row]:
        """Yield the rows of a member as this version writes them; none where an older version had no such member."""
        if member not in self.manifest["members"]:
            return
        with self._open(member) as file:
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), start=1):
                yield self._upgraded(member, _row(line, f"{_path(member)}, line {number}"))

    def _upgraded(self, member: str, row: Row) -> Row:
        for version in range(self.version, VERSION):
            row = self._upgrades[version](member, row)
        return row

    def _open(self, member: str) -> IO[bytes]:
        try:
            return self._zip.open(_path(member))
        except (KeyError, RuntimeError, zipfile.BadZipFile, NotImplementedError) as error:
            raise NotImportable(f"The file is broken: {_path(member)} cannot be read.") from error

    def _check_methods(self) -> None:
        if any(each.compress_type not in METHODS or each.flag_bits & ENCRYPTED for each in self._zip.infolist()):
            raise ValueError("not packed by us")

    def _read_manifest(self) -> dict[str, Any]:
        with self._zip.open(MANIFEST) as file:
            text = file.read(MOST_OF_A_MANIFEST + 1)  # with a limit, because the length that is told may be a lie
        if len(text) > MOST_OF_A_MANIFEST:
            raise ValueError("too long")
        manifest = json.loads(text)
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise ValueError("no manifest of ours")
        version = manifest.get("version")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise ValueError("no version")
        if version > VERSION:
            raise NotImportable(
                f"The file was made by a newer omegaweb (format {version}; this one reads up to {VERSION}). "
                "Bring this site up to date first."
            )
        if not isinstance(manifest.get("members"), dict):
            raise ValueError("no members")
        return manifest

    def _check(self) -> None:
        """Look whether everything is there, byte for byte."""
        whole = sum(_size(said) for said in self.manifest["members"].values())
        if self._most_bytes is not None and whole > self._most_bytes:
            raise NotImportable(
                f"Unpacked, the run takes {whole / MEGABYTE:,.0f} MB; up to {self._most_bytes / MEGABYTE:,.0f} MB can "
                "be uploaded. “manage.py import_run” on the server takes any size."
            )
        for member, said in self.manifest["members"].items():
            digest, left = hashlib.sha256(), _size(said)
            with self._open(member) as file:
                try:
                    while left >= 0 and (chunk := file.read(MEGABYTE)):
                        digest.update(chunk)
                        left -= len(chunk)
                except (zipfile.BadZipFile, zlib.error, EOFError) as error:
                    raise NotImportable(f"The file is broken: {_path(member)} cannot be unpacked.") from error
            if left != 0 or digest.hexdigest() != said.get("sha256"):
                raise NotImportable(
                    f"The file is broken: {_path(member)} is not what its manifest says. Download it again."
                )


def _path(member: str) -> str:
    return f"{member}.jsonl"


def _size(said: Any) -> int:
    size = said.get("bytes") if isinstance(said, dict) else None
    if not isinstance(size, int) or size < 0:
        raise NotImportable("The file is broken: its manifest does not say how long its members are.")
    return size


def _row(line: bytes, where: str) -> Row:
    if len(line) > LONGEST_LINE:
        raise NotImportable(f"{where}: the line is too long.")
    try:
        row = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotImportable(f"{where}: no JSON.") from error
    if not isinstance(row, dict):
        raise NotImportable(f"{where}: no row.")
    return row


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
