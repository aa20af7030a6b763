"""Draws what pages show of a run that came in a file, so that nothing is kept which would be an error page later."""

from __future__ import annotations

from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.engine.steering import request_of
from omegaweb.releases.report import report_of
from omegaweb.releases.seal import seal_of
from omegaweb.runs.charts import figure
from omegaweb.runs.flags import flags_of
from omegaweb.runs.live import REGIONS
from omegaweb.runs.models import Run
from omegaweb.runs.progress import progress_of
from omegaweb.runs.regions import draw
from omegaweb.runs.settings_words import settings_in_words
from omegaweb.spending.lines import lines_of
from omegaweb.spending.report import report


def show_everything(run: Run, user: User) -> None:
    """Make what the pages of a run, the lists with it, and its versions are drawn from.

    Raises:
        Exception: whatever goes wrong there; the run cannot be shown.
    """
    for region in REGIONS.values():
        draw(region, run, {"tab": region.tab}, user=user)
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
