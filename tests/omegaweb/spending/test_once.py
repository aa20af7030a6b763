"""Money is counted once: sealed tests beside their runs, and imported runs only with what they spent here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.runs.models import Event, Run, RunState
from omegaweb.spending.amounts import Amount
from omegaweb.spending.lines import lines_of
from omegaweb.spending.report import report
from optimizer_core.events import SpendUpdated, event_to_json
from tests.factories_runs import make_candidate
from tests.omegaweb.moving.test_round_trip import moved
from tests.omegaweb.spending.test_spend import NOVEMBER, rows, spender, used


def total_of(owner: User) -> Amount:
    return report(lines_of(Run.objects.visible_to(owner))).total


def add_test(run: Run, **changes: Any) -> None:
    candidate = make_candidate(run)
    spent: dict[str, Any] = {"calls": 8, "tokens": 900, "cost": 0.5, "unpriced_calls": 1}
    run.openings.create(
        number=1, candidate=candidate, state="done", opened_at=NOVEMBER, finished_at=NOVEMBER, **spent, **changes
    )


def test_what_a_sealed_test_took_is_counted_beside_its_run(alice: User, alice_client: Client) -> None:
    add_test(spender(alice, task=used(40, 1.5)))

    assert total_of(alice) == Amount(calls=48, tokens=4900, cost=2.0, unpriced_calls=1)
    assert "Tests before a release" in alice_client.get("/spend/").content.decode()
    assert [(row["role"], row["cost_usd"], row["month"]) for row in rows(alice_client)] == [
        ("task", "1.50000000", "2026-11"),
        ("sealed_test", "0.50000000", "2026-11"),
    ]


def test_a_runs_own_look_is_among_its_calls_already(alice: User) -> None:
    add_test(spender(alice, task=used(40, 1.5)), by_run=True)

    assert total_of(alice).calls == 40


def test_an_imported_run_counts_only_with_what_it_spent_here(alice: User, bob: User) -> None:
    run = spender(alice, task=used(40, 1.5), judge=used(4, 0.1, unpriced=2))
    add_test(run)
    Run.objects.filter(pk=run.pk).update(state=RunState.STOPPED, finished_at=NOVEMBER)
    run.refresh_from_db()

    copy = moved(run, bob)

    assert total_of(bob) == Amount()
    assert total_of(alice).calls == 52

    later = timezone.now() + timedelta(minutes=1)
    spent = {"task": used(45, 1.75), "judge": used(4, 0.1, unpriced=2)}
    Run.objects.filter(pk=copy.pk).update(calls=49, spend_by_role=spent, unpriced_calls=2, seconds_at=later)

    assert total_of(bob) == Amount(calls=5, tokens=500, cost=0.25)


def test_an_imported_run_that_crossed_a_month_is_not_counted_for_that_month(alice: User, bob: User) -> None:
    run = spender(alice, task=used(50, 2.0))
    said = event_to_json(
        SpendUpdated(calls=20, tokens=2000, cost=0.8, seconds=1.0, by_role={"task": used(20, 0.8)}, left={})
    )
    before = NOVEMBER - timedelta(days=40)
    Event.objects.create(run=run, sequence=2, kind="spend.updated", payload=said, at=before)
    Run.objects.filter(pk=run.pk).update(state=RunState.STOPPED, last_sequence=2, started_at=before)
    run.refresh_from_db()

    moved(run, bob)

    assert total_of(bob) == Amount()


def test_a_role_from_a_file_is_no_formula(alice: User, alice_client: Client) -> None:
    spender(alice, "Triage", **{"=HYPERLINK(1)": used(1, 0.0)})

    assert [row["role"] for row in rows(alice_client)] == ["'=HYPERLINK(1)"]
