"""Draws what pages show of a run that came in a file, so that nothing is kept which would be an error page later."""

from __future__ import annotations

from itertools import islice

from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.engine.steering import request_of
from omegaweb.moving.archive import NotImportable
from omegaweb.releases.report import report_of
from omegaweb.releases.seal import seal_of
from omegaweb.runs.charts import figure
from omegaweb.runs.flags import flags_of
from omegaweb.runs.live import REGIONS
from omegaweb.runs.log import lines_of as lines_of_log
from omegaweb.runs.models import Run
from omegaweb.runs.progress import progress_of
from omegaweb.runs.regions import draw
from omegaweb.runs.settings_words import settings_in_words
from omegaweb.spending.lines import lines_of
from omegaweb.spending.report import report

#: Events of the log that are put into words at a time.
EVENTS_AT_ONCE = 500


def show_everything(run: Run, user: User) -> None:
    """Make what the pages of a run, the lists with it, and its versions are drawn from.

    Raises:
        Exception: whatever goes wrong there; the run cannot be shown.
    """
    for region in REGIONS.values():
        draw(region, run, {"tab": region.tab}, user=user)
    _show_log(run)
    progress_of(run, now=timezone.now())
    settings_in_words(run)
    figure(run)
    report(lines_of(Run.objects.filter(pk=run.pk)))
    seal = seal_of(run)
    assert all(opening.figures is None or isinstance(opening.figures, dict) for opening in seal.openings)
    _ = seal.result
    for candidate in run.candidates.filter(flagged__gt=0):
        candidate.run = run
        flags_of(candidate)
    for request in run.steering.all():
        request_of(request)
    for release in run.releases.for_pages():
        report_of(release)


def _show_log(run: Run) -> None:
    """Put the whole log into words; its region draws the first page alone."""
    events = run.events.order_by("sequence").iterator(EVENTS_AT_ONCE)
    while part := list(islice(events, EVENTS_AT_ONCE)):
        try:
            lines_of_log(run, part)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            place = f"events.jsonl, event {part[0].sequence} to {part[-1].sequence}"
            reason = f"{type(error).__name__} {error}"
            raise NotImportable(f"The file cannot be used: {place}: what one of them says is odd: {reason}.") from error
