"""The notices above the tabs of a run."""

from __future__ import annotations

from omegaweb.accounts.models import User
from omegaweb.runs.live import REGIONS
from omegaweb.runs.models import Run
from optimizer_core import events
from tests.event_streams import baseline_proposed, started
from tests.omegaweb.engine.recording import recorded_run


def warnings(run: Run) -> list[str]:
    context = REGIONS["run-notices"].context(run, {})
    shown: list[str] = context["warnings"]
    return shown


def spent(share: int, limit: str = "calls") -> events.WarningRaised:
    return events.WarningRaised(code=f"budget_{share}_{limit}", message=f"{share} % of the {limit} are spent.")


def test_of_one_limit_the_newest_warning_stands(alice: User) -> None:
    run = recorded_run(alice, [started(), baseline_proposed(), spent(50), spent(50, "tokens"), spent(80)])
    assert warnings(run) == ["80 % of the calls are spent.", "50 % of the tokens are spent."]


def test_a_warning_about_a_limit_that_was_extended_is_gone(alice: User) -> None:
    extended = events.SteeringApplied(
        request="1", action="extend", author="alice", fields={"budget": {"calls": 2_000}}, proposal=1
    )
    other = events.WarningRaised(code="test_incomplete", message="The budget did not pay the test.")
    run = recorded_run(alice, [started(), baseline_proposed(), spent(80), other, extended, spent(50, "tokens")])
    assert warnings(run) == ["50 % of the tokens are spent.", "The budget did not pay the test."]


def test_a_run_that_was_continued_does_not_repeat_what_its_earlier_end_warned_of(alice: User) -> None:
    lacking = events.WarningRaised(code="test_incomplete", message="The budget did not pay the test.")
    other = events.WarningRaised(code="competition_failed", message="Distances could not be measured.")
    first: list[events.Event] = [started(), baseline_proposed(), spent(95), lacking, other]
    ended = events.RunFinished(status="completed", reason="budget_spent")
    run = recorded_run(alice, [*first, ended, started(resumed=True), spent(50, "tokens")])
    assert warnings(run) == ["50 % of the tokens are spent.", "Distances could not be measured."]


def test_an_ended_run_says_no_more_how_near_its_limit_was(alice: User) -> None:
    other = events.WarningRaised(code="test_incomplete", message="The budget did not pay the test.")
    ended = events.RunFinished(status="completed", reason="budget_spent")
    run = recorded_run(alice, [started(), baseline_proposed(), spent(95), other, ended])
    assert warnings(run) == ["The budget did not pay the test."]
