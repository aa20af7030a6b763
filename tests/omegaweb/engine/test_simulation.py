"""Simulated runs: of the size that was asked for, and like any other run for the pages."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.engine.replay import rebuild
from omegaweb.engine.simulation.writing import make_run
from omegaweb.runs.models import CandidateState, Run, RunState, SampleScore

SIZES = {"candidates": 12, "evaluations": 300, "rows": 80}


def scores_of(run: Run) -> list[tuple[object, ...]]:
    scores = SampleScore.objects.filter(candidate__run=run).order_by("candidate__number", "split", "index")
    return list(scores.values_list("candidate__number", "split", "index", "reward", "error"))


def test_it_has_exactly_the_candidates_and_evaluations_that_were_asked_for(alice: User) -> None:
    run = make_run(owner=alice, **SIZES)
    assert run.candidates.count() == 12
    assert len(scores_of(run)) == 300
    assert run.name == "Simulated: 12 candidates, 300 evaluations"
    assert run.state == RunState.COMPLETED
    assert run.candidates.filter(state=CandidateState.IN_POPULATION).exists()
    assert run.result is not None


def test_the_same_seed_gives_the_same_run(alice: User, bob: User) -> None:
    assert scores_of(make_run(owner=alice, **SIZES)) == scores_of(make_run(owner=bob, **SIZES))


def test_its_log_rebuilds_its_rows(alice: User) -> None:
    run = make_run(owner=alice, **SIZES)
    before = scores_of(run)
    rebuild(run.pk)
    assert scores_of(run) == before


def test_its_pages_can_be_opened(alice: User, alice_client: Client) -> None:
    run = make_run(owner=alice, **SIZES)
    for tab in ("overview", "candidates", "log", "settings", "result"):
        assert alice_client.get(f"{run.get_absolute_url()}?tab={tab}").status_code == 200


def test_the_command_gives_the_run_to_the_account_that_is_named(alice: User, bob: User) -> None:
    out = StringIO()
    call_command("make_large_run", candidates=3, evaluations=100, rows=80, owner="bob", stdout=out)
    run = Run.objects.get()
    assert run.created_by == bob
    assert run.get_absolute_url() in out.getvalue()


def test_sizes_that_do_not_fit_together_are_refused_with_the_way_out(alice: User) -> None:
    with pytest.raises(CommandError, match="change --evaluations or --rows"):
        call_command("make_large_run", candidates=3, evaluations=10_000, rows=80)
    assert not Run.objects.exists()


def test_an_unknown_owner_is_named(alice: User) -> None:
    with pytest.raises(CommandError, match="no account 'dora'"):
        call_command("make_large_run", owner="dora")
