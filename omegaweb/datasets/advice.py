"""What a person should know before trusting a split."""

from __future__ import annotations

from omegaweb.datasets.models import DatasetVersion
from omegaweb.datasets.splitting import HONEST_ROWS
from omegaweb.enumeration import some_of

FEWEST_TRAINING_ROWS = 8
#: So many groups of labels that differ only in capitals are named.
MOST_ALIKE = 3


def cautions(version: DatasetVersion) -> list[str]:
    """Return what weakens the numbers a run on this version will show."""
    sizes = version.split_sizes()
    found = [
        f"Only {_rows(sizes[split])} for {split}: with so few, a score is uncertain by about "
        f"±{margin(sizes[split])} points. Aim at {HONEST_ROWS} or more."
        for split in ("validation", "test")
        if sizes[split] < HONEST_ROWS
    ]
    if sizes["train"] < FEWEST_TRAINING_ROWS:
        found.append(f"Only {_rows(sizes['train'])} for training: too few to choose examples from.")
    if conflicts := version.counts.get("conflicts", 0):
        appear = "1 input appears" if conflicts == 1 else f"{conflicts:,} inputs appear"
        found.append(
            f"{appear} with different targets: no program can be right on all of these rows. "
            "Perhaps another input column tells them apart."
        )
    labels = version.label_distribution.get("labels", [])
    absent = [entry["label"] for entry in labels if not entry["train"] or not entry["test"]]
    if absent:
        named = some_of([f"“{label}”" for label in absent])
        found.append(f"Too rare to be on every side: {named}.")
    return found + [
        f"{' and '.join(f'“{label}”' for label in alike)} differ only in capitals: if they mean the same, write them "
        "alike in the file, or models are offered both."
        for alike in _alike([entry["label"] for entry in labels])[:MOST_ALIKE]
    ]


def _alike(labels: list[str]) -> list[list[str]]:
    """Return the labels that are one without their capitals."""
    spellings: dict[str, list[str]] = {}
    for label in labels:
        spellings.setdefault(label.casefold(), []).append(label)
    return [found for found in spellings.values() if len(found) > 1]


def margin(rows: int) -> int:
    """Return half the width of the 95 % interval of a share, in points, at its widest."""
    return 100 if rows == 0 else min(100, round(98 / rows**0.5))


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
