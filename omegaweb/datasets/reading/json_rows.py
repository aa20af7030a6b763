"""Reads JSON (an array of objects, or {"rows": [...]}) and JSON Lines."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import ijson

from omegaweb.datasets.reading import chats, encodings, header, json_stream
from omegaweb.datasets.reading.errors import UnreadableFile
from omegaweb.datasets.reading.raw_table import RawTable, ReadingOptions
from omegaweb.datasets.reading.values import Unstorable, clean

NO_ROWS = (
    "No rows were found. Write them as an array [{…}, {…}], or as "
    '{"rows": [{…}, {…}]}, or one object a line (JSON Lines).'
)

Objects = Iterator[tuple[str, Any]]  # ("line 7", the value that stands there)


def read_json(path: Path, options: ReadingOptions) -> RawTable:
    """Open a JSON file that holds an array of objects, or an object with an array "rows".

    Raises:
        UnreadableFile: here or while rows are read, saying where and how to mend it.
    """
    encoding = options.encoding or encodings.detect(path)
    return _read(path, options, "JSON", encoding, lambda file: _array_items(file, encoding))


def read_lines(path: Path, options: ReadingOptions) -> RawTable:
    """Open a file with one JSON object a line.

    Raises:
        UnreadableFile: here or while rows are read, saying where and how to mend it.
    """
    encoding = options.encoding or encodings.detect(path)
    return _read(path, options, "JSON Lines", encoding, lambda file: _lines(file, encoding))


def _read(
    path: Path,
    options: ReadingOptions,
    kind: str,
    encoding: str,
    objects: Callable[[BinaryIO], Objects],
) -> RawTable:
    # Twice: the names of all columns are known only at the end of the file.
    size = max(1, path.stat().st_size)
    with path.open("rb") as first_pass:
        keys, has_chats = _keys(objects(first_pass), options.column_limit)
    if not keys:
        raise UnreadableFile(NO_ROWS)
    names, warnings = header.clean_names(list(keys), options.column_limit)
    warnings += [chats.NOTE] if has_chats else []
    second_pass = path.open("rb")

    def fraction_read() -> float:
        return 1.0 if second_pass.closed else min(1.0, second_pass.tell() / size)

    return RawTable(
        format=kind,
        names=names,
        rows=_rows(objects(second_pass), list(keys), second_pass),
        fraction_read=fraction_read,
        encoding=encoding,
        warnings=warnings,
    )


def _keys(objects: Objects, limit: int) -> tuple[dict[str, None], bool]:
    """Return the names of all columns, and whether any row is a chat."""
    keys: dict[str, None] = {}
    has_chats = False
    for place, value in objects:
        if not isinstance(value, dict):
            raise UnreadableFile(
                f"In {place} stands {_kind(value)}, not an object. Each row must be an object "
                'with the column names as keys, like {"question": "…", "answer": "…"}.'
            )
        has_chats = has_chats or chats.is_chat(value)
        keys.update(dict.fromkeys(chats.unfolded(value)))
        header.check_width(len(keys), limit)
    return keys, has_chats


def _rows(objects: Objects, keys: list[str], file: BinaryIO) -> Iterator[list[Any]]:
    with file:
        for place, whole in objects:
            value, cells = chats.unfolded(whole), []
            for key in keys:
                try:
                    cells.append(clean(value.get(key)))
                except Unstorable as error:
                    raise UnreadableFile(f"In {place}, “{key}” {error}.") from error
            yield cells


def _array_items(file: BinaryIO, encoding: str) -> Objects:
    # ijson reads UTF-8 only.
    source = file if encoding == "utf-8" else _Utf8(file, encoding)
    number = 0
    try:
        for number, value in enumerate(json_stream.rows(source), start=1):
            yield f"row {number}", value
    except ijson.JSONError as error:
        raise UnreadableFile(
            f"After row {number} the file is no longer JSON: {_first_line(error)}. "
            "Check the commas, brackets and quotation marks there."
        ) from error
    except Unstorable as error:
        raise UnreadableFile(f"After row {number}, a value {error}.") from error
    except UnicodeDecodeError as error:
        raise _undecodable(encoding, f"after row {number}") from error


def _lines(file: BinaryIO, encoding: str) -> Objects:
    text = io.TextIOWrapper(file, encoding=encoding)
    number = 0
    try:
        for number, line in enumerate(text, start=1):
            if line.strip():
                yield f"line {number}", json.loads(line, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise _undecodable(encoding, f"near line {number + 1}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(
            f"Line {number} is not JSON: {_first_line(error)}. JSON Lines has one complete object on every line."
        ) from error
    finally:
        # The wrapper would close the file with itself, but the file belongs to the caller.
        if not file.closed:
            text.detach()


class _Utf8:
    """Re-encodes a text file while it is read."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        # Unlike io.TextIOWrapper, it leaves the file open, which belongs to the caller.
        self._text = codecs.getreader(encoding)(file)

    def read(self, size: int) -> bytes:
        return self._text.read(size).encode("utf-8", "replace")


def _undecodable(encoding: str, place: str) -> UnreadableFile:
    return UnreadableFile(
        f"There are bytes that are no letters in the encoding {encoding} ({place}). "
        "Save the file as UTF-8, or choose another encoding under “Reading options”."
    )


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a value JSON knows")


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _kind(value: object) -> str:
    kinds = {list: "a list", str: "a text", bool: "a yes or no", type(None): "null"}
    return kinds.get(type(value), "a number")
