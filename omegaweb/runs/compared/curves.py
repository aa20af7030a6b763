"""The best so far of each run that is compared, as one chart draws it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from omegaweb.runs.charts import curve_after, point_json
from omegaweb.runs.compared.choice import Chosen
from omegaweb.runs.models import Series

#: Lines beyond this are dashed, so that a colour is not all that tells them apart.
SOLID = 4


def compared_figure(chosen: Sequence[Chosen]) -> dict[str, Any]:
    """Return the lines with their styles and all points so far."""
    return {"traces": [{**_style(each), "points": line_of(each), "spent": spent_of(each)} for each in chosen]}


def line_of(chosen: Chosen) -> list[list[Any]]:
    """Return the points of a run's best so far."""
    found = curve_after(chosen.run, 0, until=chosen.run.last_sequence, only=Series.BEST)
    return [point_json(point) for point in found.get(Series.BEST, [])]


def spent_of(chosen: Chosen) -> list[Any]:
    """Return where a run stands on the axes now: its best so far holds until there."""
    run = chosen.run
    return [run.calls, round(run.working_seconds, 1), run.tokens, round(run.cost, 6)]


def _style(chosen: Chosen) -> dict[str, Any]:
    dash = {} if chosen.place <= SOLID else {"dash": "dash"}
    return {
        "run": chosen.run.pk,
        "name": f"{chosen.letter} {chosen.run.name}",
        "letter": chosen.letter,  # what hovering shows: Plotly would read marks in a name that a person gave
        "color": f"--run-{chosen.place}",
        "line": {"width": 2.25, "shape": "hv", **dash},
    }
