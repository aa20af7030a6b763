"""The page of spend adds the runs of one's projects up, and its file says the same."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.runs.models import Event, Run
from omegaweb.spending.amounts import Amount
from omegaweb.spending.lines import lines_of
from omegaweb.spending.report import report
from tests.factories_runs import make_run

OCTOBER, NOVEMBER = datetime(2026, 10, 30, 12, tzinfo=UTC), datetime(2026, 11, 2, 12, tzinfo=UTC)


def used(calls: int, cost: float, unpriced: int = 0) -> dict[str, Any]:
    return {"calls": calls, "tokens": 100 * calls, "cost": cost, "seconds": 1.0, "unpriced_calls": unpriced}


def spender(owner: User, name: str = "Triage", **roles: dict[str, Any]) -> Run:
    """A run that spent this in November."""
    total = sum((Amount.told(said) for said in roles.values()), start=Amount())
    spent: dict[str, Any] = {
        "calls": total.calls,
        "tokens": total.tokens,
        "cost": total.cost,
        "unpriced_calls": total.unpriced_calls,
    }
    return make_run(owner, name=name, started_at=NOVEMBER, seconds_at=NOVEMBER, spend_by_role=roles, **spent)


def rows(client: Client, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/spend/spend.csv{query}").content.decode())))


def test_the_page_adds_up_by_role_project_run_and_month(alice: User, alice_client: Client) -> None:
    spender(alice, "One", task=used(40, 1.5), judge=used(10, 0.25))
    spender(alice, "Two", task=used(7, 0.0, unpriced=7))
    found = report(lines_of(Run.objects.visible_to(alice)))
    assert found.total == Amount(calls=57, tokens=5700, cost=1.75, unpriced_calls=7)
    assert [(row.of, row.amount.calls) for row in found.roles] == [("Answers", 47), ("Judge", 10)]
    assert [row.amount.cost for row in found.runs] == [1.75, 0.0]
    page = alice_client.get("/spend/").content.decode()
    assert "November 2026" in page
    assert "7 of 57 calls have no known price" in page
    assert "$1.75" in page


def test_calls_that_were_cut_off_ask_for_no_price(alice: User, alice_client: Client) -> None:
    spender(alice, "One", task=used(5136, 1.5, unpriced=34), embedding=used(4, 0.0))
    page = alice_client.get("/spend/").content.decode()
    assert "34 of 5,140 calls have no known cost" in page
    assert "They were cut off" in page
    assert "Set the price of a model" not in page
    spender(alice, "Two", judge=used(7, 0.0, unpriced=7))
    assert "Set the price of a model" in alice_client.get("/spend/").content.decode()


def test_a_run_over_the_end_of_a_month_is_divided_as_it_told(alice: User) -> None:
    run = spender(alice, task=used(50, 2.0))
    Run.objects.update(started_at=OCTOBER)
    for sequence, calls, at in ((90, 5, OCTOBER), (91, 20, OCTOBER), (92, 50, NOVEMBER)):
        said = {"calls": calls, "by_role": {"task": used(calls, calls / 25)}, "unpriced_calls": 0}
        Event.objects.create(run=run, sequence=sequence, kind="spend.updated", payload=said, at=at)
    lines = lines_of(Run.objects.all())
    assert [(f"{line.month:%Y-%m}", line.amount.calls) for line in lines] == [("2026-10", 20), ("2026-11", 30)]
    assert [round(line.amount.cost, 6) for line in lines] == [0.8, 1.2]


def test_unpriced_calls_of_an_older_run_stand_for_themselves(alice: User) -> None:
    run = spender(alice, task={"calls": 3, "tokens": 9, "cost": 0.0})
    Run.objects.filter(pk=run.pk).update(unpriced_calls=3)
    found = report(lines_of(Run.objects.all()))
    assert (found.total.calls, found.total.unpriced_calls) == (3, 3)
    assert [row.of for row in found.roles] == ["Answers", "Role not recorded"]


def test_the_file_has_a_line_for_each_run_month_and_role(alice: User, alice_client: Client) -> None:
    spender(alice, "=SUM(A1)", task=used(4, 0.5), embedding=used(2, 0.0, unpriced=2))
    told = rows(alice_client)
    assert [(row["month"], row["role"], row["calls"], row["cost_usd"]) for row in told] == [
        ("2026-11", "task", "4", "0.50000000"),
        ("2026-11", "embedding", "2", "0.00000000"),
    ]
    assert told[0]["run"] == "'=SUM(A1)"
    assert rows(alice_client, "?month=2026-10") == []


def test_nothing_spent_and_a_wrong_month_are_no_errors(alice_client: Client) -> None:
    assert "Nothing spent" in alice_client.get("/spend/").content.decode()
    assert alice_client.get("/spend/?month=soon&project=x").status_code == 200


def test_others_do_not_see_it(alice: User, charlie_client: Client) -> None:
    run = spender(alice, "Secret", task=used(4, 0.5))
    assert "Secret" not in charlie_client.get("/spend/").content.decode()
    assert rows(charlie_client) == []
    assert charlie_client.get(f"/spend/?project={run.project_id}").status_code == 404
    assert Client().get("/spend/spend.csv").status_code == 302


def test_free_calls_do_not_make_unknown_money_nothing(alice: User, alice_client: Client) -> None:
    spender(alice, task=used(4, 0.0, unpriced=4), embedding=used(2, 0.0))
    page = alice_client.get("/spend/").content.decode()
    assert "Unknown" in page
    assert page.count(">unknown<") == 4  # month, role, project and run
    assert page.count("$0.00") == 1  # the embeddings
