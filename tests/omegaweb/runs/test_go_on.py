"""The page that lets a run that is over go on, with more budget."""

from __future__ import annotations

from typing import Any

import pytest

from omegaweb.audit.models import AuditEntry
from omegaweb.engine import launcher
from omegaweb.releases.models import SealOpening
from omegaweb.runs.configuration import BudgetChoice, TrainingChoice
from omegaweb.runs.models import Run, RunState
from omegaweb.runs.models.requests import Steer
from tests.factories_runs import make_candidate, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def started(monkeypatch) -> list[int]:
    """The runs that were started; none really is."""
    runs: list[int] = []
    monkeypatch.setattr(launcher, "start", runs.append)
    return runs


def over(alice, *, checkpoint: bool = True, budget: BudgetChoice | None = None, **changes: Any) -> Run:
    configuration = {"budget": budget or BudgetChoice(calls=100), "training": TrainingChoice(epochs=4)}
    values = {"state": RunState.COMPLETED, "reason": "budget_spent", "left": {"calls": 0}, **changes}
    run = make_run(alice, configuration=configuration, **values)
    make_candidate(run)
    if checkpoint:
        run.checkpoints.create(part="", state={})
    return run


def page(client, run: Run, **data: str) -> str:
    address = f"/runs/{run.pk}/go-on/"
    response = client.post(address, data, follow=True) if data else client.get(address)
    return str(response.content.decode())


def test_more_calls_queue_the_run_again_and_the_log_of_the_project_says_who_did(alice, alice_client, started):
    run = over(alice)
    assert f"/runs/{run.pk}/go-on/" in alice_client.get(f"/runs/{run.pk}/?tab=result").content.decode()

    assert "goes on from its last checkpoint" in page(alice_client, run, calls="50", epochs="2")

    run.refresh_from_db()
    assert (run.state, run.reason, started) == (RunState.QUEUED, "", [run.pk])
    assert run.choices.training.epochs == 6
    assert run.steering.get().payload == {"calls": 150}
    assert run.steering.get().action == Steer.EXTEND
    entry = AuditEntry.objects.get(action="run.continued")
    assert entry.before
    assert entry.before["reason"] == "budget_spent"
    assert entry.after
    assert entry.after["limits"] == {"calls": 150}


@pytest.mark.parametrize(
    ("reason", "data", "said"),
    [
        ("budget_spent", {"calls": ""}, "Say how much more it may use"),
        ("budget_spent", {"epochs": "3"}, "Say how much more it may use"),
        ("epochs_done", {"calls": "50"}, "Say how many more it shall do"),
        ("stop_requested", {"epochs": "1"}, "Nothing of it is left"),
    ],
)
def test_what_would_change_nothing_is_refused_with_what_is_missing(alice, alice_client, started, reason, data, said):
    run = over(alice, reason=reason)
    assert said in page(alice_client, run, **data)
    assert started == []


@pytest.mark.parametrize(("limit", "field"), [("tokens", "tokens"), ("cost", "cost"), ("minutes", "seconds")])
def test_any_kind_of_budget_can_be_extended(alice, alice_client, limit, field):
    run = over(alice, budget=BudgetChoice(**{limit: 2}), left={field: 0})
    page(alice_client, run, **{field: "3"})
    assert run.steering.get().payload == {field: 300 if limit == "minutes" else 5}


def field_of(html: str, name: str) -> str:
    return html.split(f'for="id_{name}"')[1].split("</div>")[0]


def test_the_only_limit_of_a_run_whose_budget_is_spent_is_needed(alice, alice_client):
    shown = alice_client.get(f"/runs/{over(alice).pk}/go-on/").content.decode()

    assert "optional" not in field_of(shown, "calls")
    assert " required" in field_of(shown, "calls")
    assert "optional" in field_of(shown, "epochs")


def test_of_several_limits_one_is_needed(alice, alice_client):
    run = over(alice, budget=BudgetChoice(calls=100, tokens=5000), left={"calls": 10, "tokens": 10})
    shown = alice_client.get(f"/runs/{run.pk}/go-on/").content.decode()

    assert "at least one" in field_of(shown, "calls")
    assert "at least one" in field_of(shown, "tokens")


def test_a_limit_of_which_nothing_is_left_is_needed_whatever_ended_the_run(alice, alice_client):
    run = over(alice, reason="epochs_done", left={"calls": 0})
    assert " required" in field_of(alice_client.get(f"/runs/{run.pk}/go-on/").content.decode(), "calls")


def test_a_stopped_run_needs_no_more_of_anything(alice, alice_client, started):
    run = over(alice, state=RunState.STOPPED, reason="stop_requested", left={"calls": 40})
    page(alice_client, run, calls="")
    assert started == [run.pk]


def test_why_it_cannot_go_on_is_said_with_a_way_out(alice, alice_client):
    run = over(alice, checkpoint=False)
    said = page(alice_client, run)
    assert "It kept no checkpoint to go on from" in said
    assert "Branch a new run from #0" in said
    run.checkpoints.create(part="", state={})
    SealOpening.objects.create(run=run, number=1, candidate=run.best)
    assert "is being tested" in page(alice_client, run)


def test_a_search_that_found_nothing_new_is_not_repeated(alice, alice_client):
    run = over(alice, reason="epochs_done")
    run.configuration["training"]["epochs"] = None
    run.save(update_fields=["configuration"])
    assert "brought nothing new any more" in page(alice_client, run, calls="50")


def test_a_run_under_way_is_refused(alice, alice_client, started):
    assert "This run is not over" in page(alice_client, over(alice, state=RunState.RUNNING), calls="50")
    assert started == []


def test_the_second_tab_hears_that_the_run_has_moved_on(alice, alice_client, started):
    run = over(alice)
    page(alice_client, run, calls="50")
    assert "This run is not over" in page(alice_client, run, calls="50")
    assert started == [run.pk]


def test_others_cannot(alice, bob_client, client, started):
    run = over(alice)
    assert bob_client.post(f"/runs/{run.pk}/go-on/", {"calls": "50"}).status_code == 404
    assert client.post(f"/runs/{run.pk}/go-on/", {"calls": "50"}).status_code == 302
    assert started == []
