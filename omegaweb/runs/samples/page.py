"""What the region around the grid of samples × candidates shows: what is chosen, and what could be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omegaweb.runs.comparison import SPLITS
from omegaweb.runs.models import Run
from omegaweb.runs.samples.choice import COLUMNS, ORDERS, ROWS, GridChoice
from omegaweb.runs.samples.table import table_of


def grid_page(run: Run, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the region is drawn from; the rows themselves only where they are asked for as a table."""
    sizes = run.dataset_version.split_sizes()
    table = table_of(run, query) if query.get("table") == "1" else None
    counts = table.counts if table is not None else {}
    return {
        "choice": GridChoice.of(query, sizes),
        "splits": {split: sizes[split] for split in SPLITS if sizes[split]},
        "row_filters": [(name, label, counts.get(name, "")) for name, label in ROWS.items()],
        "orders": ORDERS,
        "column_sets": COLUMNS,
        "table": table,
    }
