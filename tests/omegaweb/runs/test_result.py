"""The result region: what may be said of a run in the end."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.runs.configuration import ModelChoice, ReviewChoice
from omegaweb.runs.models import Candidate, Run, RunState
from omegaweb.runs.result import Verdict, after_looks, result_from, result_of
from tests.factories_runs import make_candidate, make_review, make_run, make_scores, make_version


def side(candidate: Candidate, mean: float, low: float, high: float) -> dict[str, Any]:
    return {"candidate": candidate.key, "mean": mean, "low": low, "high": high, "n": 4}


def measured(run: Run, verdict: str, difference: tuple[float, float, float], winner: int = 1, **changes: Any) -> Run:
    """A finished run with a start, a winner, and the event that compares them."""
    start = make_candidate(run)
    best = make_candidate(run, number=1, parents=[start]) if winner else start
    mean, low, high = difference
    run.result = {
        "baseline": side(start, 0.5, 0.15, 0.85),
        "winner": side(best, 0.5 + mean, 0.3, 0.95),
        "difference": {"mean": mean, "low": low, "high": high, "n": 4},
        "verdict": verdict,
    }
    run.state = RunState.COMPLETED
    run.best = best
    for name, value in changes.items():
        setattr(run, name, value)
    run.save()
    return run


def region(run: Run) -> str:
    return " ".join(render_to_string("partials/runs/result.html", {"run": run}).split())


def test_an_improvement_leads_to_a_release_for_whoever_may(alice: User, alice_client: Client) -> None:
    run = measured(make_run(alice, state=RunState.COMPLETED), "improved", (0.25, 0.1, 0.4))
    assert run.best is not None
    button = f'href="{reverse("releases:put-up", args=[run.pk, run.best.number])}"'
    page = alice_client.get(run.get_absolute_url() + "?tab=result").content.decode()
    assert button in page
    assert "up for release" not in region(run)  # nobody's region
    Run.objects.update(result={**(run.result or {}), "verdict": "no_reliable_improvement"})
    assert button not in alice_client.get(run.get_absolute_url() + "?tab=result").content.decode()


def test_an_improvement_names_winner_difference_intervals_and_n(alice: User) -> None:
    run = measured(make_run(alice), "improved", (0.25, 0.1, 0.4))
    page = region(run)
    assert "Improved by 0.25" in page
    assert "0.150 to 0.850" in page
    assert "+0.10 to +0.40" in page
    assert 'aria-label="0.25, 95 % interval 0.10 to 0.40"' in page


@pytest.mark.parametrize(
    ("p_value", "looks", "verdict"),
    [(0.03, 1, "improved"), (0.03, 2, "no_reliable_improvement"), (0.02, 2, "improved"), (0.7, 9, "worse")],
)
def test_a_p_value_counts_once_for_each_look_before_anything_is_called_improved(
    p_value: float, looks: int, verdict: str
) -> None:
    said = "worse" if verdict == "worse" else "improved"
    figures = {"verdict": said, "test": {"name": "mcnemar", "p_value": p_value, "better": 9, "worse": 1, "n": 40}}
    assert after_looks(figures, looks) == {**figures, "verdict": verdict}


def test_what_several_looks_found_by_chance_is_no_improvement(alice: User) -> None:
    run = measured(make_run(alice), "improved", (0.25, 0.1, 0.4), cost=1.0)
    test = {"name": "mcnemar", "p_value": 0.03, "better": 9, "worse": 1, "n": 40}
    result = result_from(run, {**(run.result or {}), "test": test}, looks=3)
    assert (result.verdict, result.cost_per_point) == (Verdict.NO_RELIABLE_IMPROVEMENT, None)
    page = render_to_string("partials/runs/result_card.html", {"run": run, "result": result})
    assert "after 3 looks at the test rows the paired test gives p = 0.090, which is not below 0.05" in page
    assert "Improved" not in page


def test_a_p_value_that_is_tiny_after_several_looks_is_not_called_nought(alice: User) -> None:
    run = measured(make_run(alice), "improved", (0.25, 0.1, 0.4))
    test = {"name": "mcnemar", "p_value": 0.0001, "better": 20, "worse": 0, "n": 40}
    page = render_to_string(
        "partials/runs/result_test.html", {"result": result_from(run, {**(run.result or {}), "test": test}, looks=2)}
    )
    assert "once for each look: p &lt; 0.001." in page


def test_no_reliable_improvement_is_a_calm_result_that_says_keep_the_original(alice: User) -> None:
    page = region(measured(make_run(alice), "no_reliable_improvement", (0.05, -0.1, 0.2)))
    assert "No reliable improvement" in page
    assert "Keep the original. On 4 test rows" in page
    assert "verdict-worse" not in page


def test_a_winner_that_is_the_start_is_said_so(alice: User) -> None:
    run = measured(make_run(alice), "no_reliable_improvement", (0.0, 0.0, 0.0), winner=0)
    assert "nothing that was found ranked above it" in region(run)
    assert result_of(run).comparison is None


def test_a_worse_winner_is_said_so_without_a_doubled_sign(alice: User) -> None:
    page = region(measured(make_run(alice), "worse", (-0.2, -0.3, -0.1)))
    assert "Worse by 0.20" in page
    assert "−0.30 to −0.10" in page


def test_fixed_and_broken_rows_are_counted_on_the_test_rows_and_linked(alice: User) -> None:
    run = measured(make_run(alice), "improved", (0.25, 0.1, 0.4))
    start, winner = run.candidates.order_by("number")
    make_scores(start, [0, 0, 1, 1], split="test")
    make_scores(winner, [1, 1, 1, 0], split="test")
    make_scores(winner, [0, 0, 0, 0], split="validation")
    comparison = result_of(run).comparison
    assert comparison is not None
    assert (comparison.fixed, comparison.broken) == (2, 1)
    assert f"{winner.get_absolute_url()}?split=test&amp;beside=start&amp;outcome=fixed" in region(run)


@pytest.mark.parametrize(("cost", "gain", "expected"), [(2.0, 0.25, 0.08), (0.0, 0.25, None), (2.0, -0.2, None)])
def test_cost_per_point_needs_a_gain_and_a_price(alice: User, cost: float, gain: float, expected: float | None) -> None:
    run = measured(make_run(alice), "improved", (gain, gain - 0.1, gain + 0.1), cost=cost)
    assert result_of(run).cost_per_point == (pytest.approx(expected) if expected else None)
    run.unpriced_calls = 1  # their money is in no sum
    assert result_of(run).cost_per_point is None


@pytest.mark.parametrize(("server", "said"), [("http://localhost:8000/v1", "Not reckoned"), ("", "Price unknown")])
def test_the_cost_of_a_model_on_ones_own_server_is_not_reckoned(alice: User, server: str, said: str) -> None:
    models = ModelChoice(task="openai/mine", api_base=server)
    run = measured(make_run(alice, configuration={"models": models}), "improved", (0.2, 0.1, 0.3), unpriced_calls=9)

    assert f'<span class="stat-value">{said}</span>' in region(run)


def test_what_was_free_is_called_so(alice: User) -> None:
    page = region(measured(make_run(alice), "improved", (0.2, 0.1, 0.3), calls=9))
    assert '<span class="stat-value">Free</span>' in page
    assert "it was free" in page


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING, RunState.WAITING, RunState.INTERRUPTED])
def test_before_the_end_the_test_rows_are_sealed(alice: User, state: RunState) -> None:
    run = make_run(alice, state=state)
    assert result_of(run).verdict is Verdict.NOT_YET
    assert "Sealed until the search is over." in region(run)


@pytest.mark.parametrize("state", [RunState.STOPPED, RunState.FAILED])
def test_a_run_that_ended_early_was_not_measured(alice: User, state: RunState) -> None:
    assert "The run ended before the test" in region(make_run(alice, state=state))


def test_without_test_rows_nothing_is_promised(alice: User) -> None:
    run = make_run(alice, version=make_version(alice, splits="ttvv"))
    assert result_of(run).verdict is Verdict.NO_TEST
    assert "No test rows" in region(run)


def test_simulated_models_are_labelled_and_real_ones_are_not(alice: User) -> None:
    simulated = make_run(alice, name="a", configuration={"models": ModelChoice(task="simulated/echo")})
    assert "Simulated models" in region(simulated)
    assert "Simulated" not in region(make_run(alice, name="b"))


def test_a_winner_nobody_approved_is_marked_where_people_are_asked(alice: User) -> None:
    run = measured(make_run(alice, configuration={"review": ReviewChoice(asks="every")}), "improved", (0.25, 0.1, 0.4))
    assert "NOT APPROVED" in region(run)
    make_review(run.candidates.get(number=1), state="approved", reviewer=alice, decided_at=run.created_at)
    assert "Approved by alice" in region(run)
