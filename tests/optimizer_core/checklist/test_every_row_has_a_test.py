"""Every row of the checklist that the seed era has is named by a test here."""

from __future__ import annotations

import re
from pathlib import Path

ROWS = (
    *range(1, 16),  # fit
    *range(20, 28),  # RandomFewShot
    *range(30, 52),  # OMEGA
    64,
    *range(70, 74),  # variables
    *range(80, 87),  # rewards
    *range(90, 94),  # metrics
    *range(100, 106),  # modules
    *range(110, 119),  # models
    *range(120, 125),  # identifiers, files, callbacks
)


def test_every_row_of_the_seed_era_has_a_test():
    named = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        for name in re.findall(r"def test_(\w+)", path.read_text(encoding="utf-8")):
            named |= {int(number) for number in re.findall(r"(?<![a-z0-9])f(\d{3})", name)}
    assert sorted(set(ROWS) - named) == []
