"""The page that compares runs, in a browser."""

from __future__ import annotations

from django.urls import reverse
from playwright.sync_api import Page

from omegaweb.accounts.models import User
from omegaweb.runs.models import Run
from tests import event_streams
from tests.omegaweb.engine.recording import recorded_run

LEFT_OUT = "element => element.scrollWidth - element.clientWidth"


def test_the_figures_fit_into_a_laptop_with_all_their_columns(alice_page: Page, alice: User):
    names = ("Router · OMEGA", "Router · RandomFewShot")
    runs = [recorded_run(alice, event_streams.whole_run(seed=seed), name=name) for seed, name in enumerate(names, 1)]
    figures = {"mean": 0.0, "low": -0.23, "high": 0.23, "n": 11}
    for run in runs:
        result = {**(run.result or {}), "difference": figures, "verdict": "no_reliable_improvement"}
        Run.objects.filter(pk=run.pk).update(result=result, tokens=1_226_297, cost=0.4185, unpriced_calls=1200)
    page = alice_page
    page.goto(f"{reverse('runs:compare')}?run={runs[0].pk}&run={runs[1].pk}")

    assert page.locator("#compare-figures .table-scroll").evaluate(LEFT_OUT) == 0
