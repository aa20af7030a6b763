"""The report: one HTML file for people without an account, which says what was measured and who approved."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.releases.models import OpeningState, Release, SealOpening
from omegaweb.runs.models import Run, RunState
from tests.factories_runs import make_candidate, make_program, make_release, make_run, make_scores

HOSTILE = "<script>alert(1)</script>"


def side(key: str, mean: float) -> dict[str, Any]:
    return {"candidate": key, "mean": mean, "low": mean - 0.2, "high": mean + 0.1, "n": 4}


@pytest.fixture
def release(alice: User) -> Release:
    """Tested at the second look: one row fixed, one broken."""
    program = make_program(alice, name=HOSTILE, description=HOSTILE)
    run = make_run(alice, program=program, name=HOSTILE, state=RunState.COMPLETED, calls=120, cost=2.0)
    start = make_candidate(run)
    candidate = make_candidate(run, number=1, instruction=f"Sort {HOSTILE}: {{{{text}}}}", examples=[(HOSTILE, "x")])
    make_scores(start, [0.0, 1.0, 1.0, 0.0], split="test")
    make_scores(candidate, [1.0, 0.0, 1.0, 1.0], split="test")
    figures = {
        "baseline": side(start.key, 0.5),
        "winner": side(candidate.key, 0.75),
        "difference": {"mean": 0.25, "low": -0.1, "high": 0.6, "n": 4},
        "verdict": "no_reliable_improvement",
        "test": {"name": "mcnemar", "p_value": 0.4, "better": 2, "worse": 1, "n": 4},
    }
    opening = SealOpening.objects.create(
        run=run, number=2, candidate=candidate, rows=4, state=OpeningState.DONE, figures=figures
    )
    return make_release(candidate, opening=opening, notes=HOSTILE)


def report(client: Client, release: Release) -> str:
    response = client.get(f"/releases/{release.pk}/report/")
    assert response["Content-Disposition"] == (
        f'attachment; filename="scriptalert1script-version-{release.number}-report.html"'
    )
    return response.content.decode()


def test_it_says_what_a_stakeholder_asks(release: Release, alice_client: Client):
    data = {"verdict": "approved", "comment": f"Fine {HOSTILE}"}
    alice_client.post(f"/releases/{release.pk}/decide/", data)
    page = " ".join(report(alice_client, release).split())
    for words in (
        "Approved by alice on",
        "No reliable improvement",
        "McNemar’s exact test: p = 0.400; better on 2, worse on 1 of n = 4 rows",
        "2 rows bad before and good now, 1 good before and bad now",
        "This was number 2.",
        "multiplied by the number of looks: p = 0.800",
        "120 calls",
        "<span>Added</span>",
        "Exact match, from 0",
        "ticket 8",  # the first test row, which was fixed
        "gap of the test to it +0.25",
    ):
        assert words in page


def test_the_files_of_a_version_say_what_its_test_said(release: Release, alice_client: Client):
    alice_client.post(f"/releases/{release.pk}/decide/", {"verdict": "approved", "comment": "It is shorter."})
    release.refresh_from_db()
    assert len(release.files) == 4
    for file in release.files.values():
        assert "against the start +0.25 (−0.10 to +0.60): No reliable improvement." in file["text"]


def test_it_stands_alone_and_everything_in_it_is_escaped(release: Release, alice_client: Client):
    alice_client.post(f"/releases/{release.pk}/decide/", {"verdict": "approved", "comment": HOSTILE})
    page = report(alice_client, release)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"""(src|href)\s*=|url\(|@import|https?://""", page.replace("<style>", ""))
    assert "{%" not in page
    assert "{#" not in page


def test_one_that_nobody_approved_says_so(release: Release, alice_client: Client):
    assert "Not approved yet" in report(alice_client, release)
    alice_client.post(f"/releases/{release.pk}/decide/", {"verdict": "declined", "comment": "Too long"})
    assert "Declined: this version is not to be used" in report(alice_client, release)


def test_its_figures_are_those_it_was_approved_with(release: Release, alice_client: Client):
    alice_client.post(f"/releases/{release.pk}/decide/", {"verdict": "approved", "comment": "It is shorter."})
    Run.objects.update(calls=999, name="Renamed")
    SealOpening.objects.update(figures=None)
    page = report(alice_client, release)
    assert "120 calls" in page
    assert "p = 0.400" in page
    assert "Renamed" not in page


def test_one_that_was_never_tested_says_so(release: Release, alice_client: Client):
    release.opening = None
    release.save()
    assert "Not tested on rows that it has never met" in report(alice_client, release)


def test_the_release_page_shows_the_same_card(release: Release, alice_client: Client):
    page = alice_client.get(release.get_absolute_url()).content.decode()
    assert "McNemar’s exact test" in page
    assert "This was look number 2" in page
    assert "outcome=fixed" in page
    assert "<script>alert" not in page


def approved_report(client: Client, release: Release) -> str:
    data = {"verdict": "approved", "comment": "It is shorter."}
    assert client.post(f"/releases/{release.pk}/decide/", data).status_code == 302
    return " ".join(report(client, release).split())


def test_a_first_look_says_whether_other_runs_had_looked_at_the_rows(
    release: Release, alice: User, alice_client: Client
):
    SealOpening.objects.update(number=1)
    run = release.run
    other = make_run(alice, version=run.dataset_version, program=run.program, name="Before")
    SealOpening.objects.create(run=other, number=1, state=OpeningState.DONE)

    page = approved_report(alice_client, release)

    assert "The first one of this run. Other runs had looked at the same rows 1 time by then" in page
    assert "nobody had seen" not in page


def test_a_look_that_was_the_first_of_all_says_so(release: Release, alice_client: Client):
    SealOpening.objects.update(number=1)
    page = approved_report(alice_client, release)
    assert "The first one of this run. No other run had looked at these rows." in page


def test_money_that_is_not_all_of_it_is_called_so(release: Release, alice_client: Client):
    Run.objects.filter(pk=release.run_id).update(unpriced_calls=30)
    page = approved_report(alice_client, release)
    assert "$2.00, without the money of 30 calls that have no known price" in page
    assert "for each point" not in page
