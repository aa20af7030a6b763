"""Finds out which letters the bytes of a text file mean."""

from __future__ import annotations

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from omegaweb.datasets.reading.errors import UnreadableFile

CHUNK_BYTES = 1 << 20
SAMPLE_BYTES = 200_000
# With this many letters outside ASCII, and this share of all letters, the text is not in a
# Western European language; with fewer, guessing among alphabets is a lottery.
FOREIGN_LETTERS = 12
FOREIGN_SHARE = 0.4

# UTF-32 first: its little-endian mark begins with the one of UTF-16.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FOREIGN = (
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1255",
    "cp1256",
    "cp932",
    "gb18030",
    "big5",
    "euc_jp",
    "euc_kr",
)
WESTERN = "cp1252"
# What the upload form offers, in the order of how common they are.
OFFERED = (
    ("utf-8", "UTF-8"),
    ("cp1252", "Western European (Windows-1252)"),
    ("cp1250", "Central European (Windows-1250)"),
    ("cp1251", "Cyrillic (Windows-1251)"),
    ("cp1253", "Greek (Windows-1253)"),
    ("cp932", "Japanese (Shift JIS)"),
    ("gb18030", "Chinese (GB 18030)"),
    ("big5", "Chinese (Big5)"),
    ("euc_kr", "Korean (EUC-KR)"),
    ("utf-16", "UTF-16"),
)


def detect(path: Path) -> str:
    """Return the name of the encoding of a text file.

    Raises:
        UnreadableFile: if the bytes are no text in any known encoding.
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    for mark, name in BYTE_ORDER_MARKS:
        if sample.startswith(mark):
            return name
    if b"\0" in sample:
        return _utf16_without_mark(sample)
    first_bad = _first_byte_that_is_not_utf8(path)
    if first_bad is None:
        return "utf-8"
    return _guess(_around(path, first_bad))


def _utf16_without_mark(sample: bytes) -> str:
    # In UTF-16 every second byte of plain English is NUL; which one tells the order.
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) / half > 0.3 and sample[::2].count(0) / half < 0.05:
        return "utf-16-le"
    if sample[::2].count(0) / half > 0.3 and sample[1::2].count(0) / half < 0.05:
        return "utf-16-be"
    share = sample.count(0) / len(sample)
    if share < 0.01 and _is_utf8(sample):
        return "utf-8"
    raise UnreadableFile(
        "This is not a text file: it is full of NUL bytes. Upload CSV, TSV, JSON, JSON Lines "
        "or XLSX; from a spreadsheet program, save as “CSV UTF-8”."
    )


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _first_byte_that_is_not_utf8(path: Path) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    position = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK_BYTES)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return max(0, position + error.start - 4)
            if not chunk:
                return None
            position += len(chunk)


def _around(path: Path, position: int) -> bytes:
    # From a little before the first foreign byte; whole lines, so that no letter is cut.
    with path.open("rb") as file:
        file.seek(max(0, position - SAMPLE_BYTES // 4))
        sample = file.read(SAMPLE_BYTES)
    end = sample.rfind(b"\n")
    return sample[: end + 1] if end > position else sample


def _guess(sample: bytes) -> str:
    letters = sum(byte > 127 or chr(byte).isalpha() for byte in sample)
    foreign = sum(byte > 127 for byte in sample)
    if foreign >= FOREIGN_LETTERS and foreign / letters > FOREIGN_SHARE:
        match = from_bytes(sample, cp_isolation=list(FOREIGN)).best()
        if match is not None:
            return match.encoding
    if _decodes(sample, WESTERN):
        return WESTERN
    match = from_bytes(sample).best()
    if match is None:
        raise UnreadableFile(
            "The letters in this file are in no encoding known here. Save it as UTF-8 (in a "
            "spreadsheet program: “CSV UTF-8”), or choose the encoding under “Reading options”."
        )
    return match.encoding


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
