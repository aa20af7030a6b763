"""Whether a search is over while its run goes on. No event says so; the order of those that follow tells it."""

from __future__ import annotations

from omegaweb.json_members import member
from omegaweb.runs.models import Run
from omegaweb.runs.models.requests import Steer

_TURNS = ("run.started", "epoch.started", "batch.finished", "epoch.finished", "population.updated")


def search_is_over(run: Run) -> bool:
    """Tell whether a run is validating its best or testing the winner.

    Where the search ends with an epoch, and nobody asked for it, that shows once the first validation is done.
    """
    if not run.is_under_way:
        return False
    begun = run.events.filter(kind="run.started").order_by("-sequence").values_list("sequence", flat=True).first() or 0
    steered = run.events.filter(kind="steering.applied", sequence__gt=begun)
    if steered.annotate(action=member("payload__action")).filter(action=Steer.FINISH).exists():
        return True
    turns = list(run.events.filter(kind__in=_TURNS).order_by("-sequence").values_list("kind", "sequence")[:2])
    if not turns:
        return False
    (last, at), (before, _) = turns[0], turns[-1]
    if last == "population.updated" and before != "run.started":  # the end of an epoch follows at once, or never
        return True
    closed = last in ("epoch.finished", "population.updated")
    return closed and run.events.filter(kind="validation.finished", sequence__gt=at).exists()
