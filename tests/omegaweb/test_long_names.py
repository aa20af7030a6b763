"""Names of 120 letters without a space: no page grows wider than the window, and figures stay in sight."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from tests import event_streams
from tests.omegaweb.engine.recording import recorded_run

NAME = "x" * 120
TOO_WIDE = "Math.max(0, document.documentElement.scrollWidth - innerWidth)"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_long_name_pushes_nothing_out_of_sight(alice_page: Page, alice: User, width: int):
    run = recorded_run(alice, event_streams.whole_run())
    for named in (run, run.program, run.dataset_version.dataset):
        type(named).objects.update(name=NAME)
    run.refresh_from_db()
    changes = {"before": {"state": "running"}, "after": {"state": "stopped"}}
    record(project=run.project, actor=alice, action=Action.RUN_STOPPED, target=run, **changes)
    page = alice_page
    page.set_viewport_size({"width": width, "height": 900})
    compare = f"{reverse('runs:compare')}?run={run.pk}"
    audit = reverse("audit:log", args=[run.project_id])

    for address in ("/", reverse("runs:list"), run.program.get_absolute_url(), run.get_absolute_url(), compare, audit):
        page.goto(address)
        assert page.evaluate(TOO_WIDE) == 0, address

    for address in ("/", reverse("runs:list")):
        page.goto(address)
        expect(page.get_by_text("Improved +0.40")).to_be_in_viewport(ratio=1)
    if width == 1440:
        page.goto(audit)
        expect(page.get_by_text("stopped", exact=True)).to_be_in_viewport(ratio=1)
        page.goto(compare)
        assert page.locator("#compare-figures .table-scroll").evaluate("e => e.scrollWidth - e.clientWidth") == 0
