"""docs/events.md says what the code says."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from omegaweb.runs.live import REGIONS
from omegaweb.runs.log import FILTERS, QUIET, TONES
from optimizer_core import events
from optimizer_core.events import KINDS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "events.md"


def test_every_kind_is_described_with_all_its_fields():
    rows = re.findall(r"^\| `([a-z.]+)` \| ([^|]+) \|", PAGE.read_text(), flags=re.MULTILINE)
    described = {kind: [name.strip() for name in names.split(",")] for kind, names in rows}

    assert described == {kind: [field.name for field in fields(event)] for kind, event in KINDS.items()}


def test_every_kind_can_be_had_from_the_package():
    assert {event.__name__ for event in KINDS.values()} <= set(events.__all__)


def test_the_pages_know_no_other_kinds():
    known = set(QUIET) | set(TONES)
    known |= {kind for _, kinds in FILTERS.values() for kind in kinds}
    known |= {kind for region in REGIONS.values() for kind in region.kinds or ()}

    assert known <= set(KINDS)


def test_every_kind_can_be_found_in_the_log_by_a_filter():
    assert {kind for _, kinds in FILTERS.values() for kind in kinds} == set(KINDS)
