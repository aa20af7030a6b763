"""Spend as a CSV file: one line a run, month and role."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from omegaweb.spending.lines import Line

COLUMNS = (
    *("month", "project_id", "project", "run_id", "run", "state", "role"),
    *("calls", "tokens", "cost_usd", "calls_without_price"),
)
#: A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(lines: Iterable[Line]) -> str:
    """Return the whole file, with a head."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for line in lines:
        run, amount = line.run, line.amount
        writer.writerow(
            (
                *(f"{line.month:%Y-%m}", run.project_id, _cell(run.project.name), run.pk, _cell(run.name), run.state),
                *(
                    _cell(line.role) or "unknown",
                    amount.calls,
                    amount.tokens,
                    f"{amount.cost:.8f}",
                    amount.unpriced_calls,
                ),
            )
        )
    return text.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
