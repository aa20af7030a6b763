"""The prices that a project has set, for what is asked and estimated on its behalf."""

from __future__ import annotations

from contextlib import AbstractContextManager

from omegaweb.projects.access import InProject
from omegaweb.spending.models import ModelPrice
from optimizer_core.models.prices import OwnPrice, own_prices

MILLION = 1_000_000


def prices_of(thing: InProject) -> AbstractContextManager[None]:
    """Let the prices of a thing's project count from within, as they are now."""
    rows = ModelPrice.objects.filter(project_id=thing.project_id)
    return own_prices(
        {row.model: OwnPrice(read=float(row.read) / MILLION, written=float(row.written) / MILLION) for row in rows}
    )
