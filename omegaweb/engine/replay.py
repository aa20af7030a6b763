"""Rebuilds the rows that pages read from the log alone."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from omegaweb.engine.projection import Projection
from omegaweb.reviews.models import Vote
from omegaweb.reviews.pick_models import PairwisePick
from omegaweb.runs.models import Measurement, Run
from optimizer_core.events import event_from_json

#: Columns of a run that its events fill, with what they hold before the first.
EMPTY: dict[str, Any] = {
    "last_sequence": 0,
    "epochs": None,
    "batches": 0,
    "epoch": 0,
    "batches_done": 0,
    "calls": 0,
    "tokens": 0,
    "cost": 0.0,
    "unpriced_calls": 0,
    "seconds": 0.0,
    "waited": 0.0,
    "seconds_at": None,
    "waiting_since": None,
    "spend_by_role": {},
    "left": {},
    "replayed": 0,
    "troubles": {},
    "baseline": None,
    "best": None,
    "result": None,
}


@transaction.atomic
def rebuild(run_id: int) -> None:
    """Throw the read-model rows of a run away and make them again from its events.

    What people decided in reviews or put up for release is theirs and is put back. Nobody may be recording the run
    meanwhile.
    """
    run = Run.objects.select_for_update().get(pk=run_id)
    decided = {review.candidate.key: review for review in run.reviews.select_related("candidate")}
    votes = list(Vote.objects.filter(review__run=run))
    picks = list(PairwisePick.objects.filter(review__run=run))
    lifecycle = {"state": run.state, "reason": run.reason, "message": run.message}
    put_up = [*_keys(run.openings.all()), *_keys(run.releases.all())]
    Measurement.objects.filter(run=run).delete()
    run.candidates.all().delete()
    for name, value in EMPTY.items():
        setattr(run, name, value)
    run.save()
    projection = Projection(run)
    for row in run.events.order_by("sequence").iterator():
        projection.apply(event_from_json(row.kind, row.payload), sequence=row.sequence, at=row.at)
    projection.save()
    for review in run.reviews.select_related("candidate"):
        theirs = decided[review.candidate.key]
        theirs.candidate = review.candidate
        review.delete()
        theirs.save(force_insert=True)
    for row, key in put_up:
        row.candidate = run.candidates.get(key=key)
        row.save(update_fields=["candidate"])
    Vote.objects.bulk_create(votes)
    PairwisePick.objects.bulk_create(picks)
    Run.objects.filter(pk=run_id).update(**lifecycle)


def _keys(rows: QuerySet[Any]) -> list[tuple[Any, str]]:
    """Return rows that name a candidate, with its key."""
    return [(row, row.candidate.key) for row in rows.exclude(candidate=None).select_related("candidate")]


def can_be_replayed(kind: str, payload: dict[str, Any]) -> bool:
    """Tell whether this version understands an event, which another one may have written."""
    try:
        event_from_json(kind, payload)
    except (KeyError, TypeError, ValueError, AttributeError):
        return False
    return True
