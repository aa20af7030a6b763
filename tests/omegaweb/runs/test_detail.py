"""The page of a run: its regions, states and tabs."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

from omegaweb.projects.models import Role
from omegaweb.runs.configuration import BudgetChoice, OptimizerChoice
from omegaweb.runs.live import TABS
from omegaweb.runs.models import CandidateState, Run, RunState
from omegaweb.runs.notices import REVIEWS_OPEN
from optimizer_core import events
from tests import event_streams
from tests.event_streams import BASELINE
from tests.factories import project_of
from tests.factories_runs import make_candidate, make_run, make_scores
from tests.omegaweb.engine.recording import empty_run, record, recorded_run
from tests.people import join, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(alice):
    return recorded_run(alice, event_streams.whole_run())


def page_of(client, run, **query) -> str:
    response = client.get(run.get_absolute_url(), query)
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_header_shows_what_was_spent(alice_client, run):
    page = page_of(alice_client, run)

    assert "266" in page  # calls
    assert "21,280" in page  # tokens
    assert "Free" in page
    assert "on this computer" in page
    assert "Answering" in page


def test_a_price_that_is_not_known_is_not_called_free(alice_client, run):
    Run.objects.filter(pk=run.pk).update(unpriced_calls=3, cost=0.5)

    page = page_of(alice_client, run)
    prices = reverse("spending:prices", args=[run.project_id])
    assert f'<a href="{prices}">price unknown</a> for 3 calls' in page


def test_the_budget_shows_what_is_left(alice, alice_client):
    said: list[events.Event] = [event_streams.started(), event_streams.spent(40, left={"calls": 60})]
    run = recorded_run(alice, said, configuration={"budget": BudgetChoice(calls=100)})

    page = page_of(alice_client, run)
    assert "Calls left" in page
    assert "40 % used" in page


def test_the_scores_show_n_and_interval(alice_client, run):
    page = page_of(alice_client, run)

    assert f"n = 16, 95 % {run.baseline.low:.2f}–{run.baseline.high:.2f}" in page
    assert f"{run.best.reward:.2f}" in page
    assert "Improved" in page
    found = run.result["difference"]
    assert f"difference +{found['low']:.2f} to +{found['high']:.2f}, n = {found['n']}" in page


def test_no_difference_is_not_written_like_a_margin(alice_client, run):
    same = {"mean": 0.0, "low": 0.0, "high": 0.0, "n": 3}
    result = {**run.result, "difference": same, "verdict": "no_reliable_improvement"}
    Run.objects.filter(pk=run.pk).update(result=result)

    for page in (page_of(alice_client, run), alice_client.get(reverse("runs:list")).content.decode()):
        assert "no difference" in page
        assert "±" not in page


def test_the_curve_comes_as_data_and_as_words(alice_client, run):
    page = page_of(alice_client, run)

    (embedded,) = re.findall(r'id="curve-figure" type="application/json">(.*?)</script>', page)
    figure = json.loads(embedded)
    drawn = {trace["series"]: len(trace["points"]) for trace in figure["traces"]}
    assert drawn == {"batch": 10, "minibatch": 10, "behind": 0, "validation": 3, "best": drawn["best"], "baseline": 1}
    assert figure["sequence"] == run.last_sequence
    assert "10 candidate scores so far" in page
    assert "The curve as a table" in page


def test_the_population_shows_rank_lineage_and_why(alice_client, run):
    page = page_of(alice_client, run)

    best = run.candidates.get(rank=1)
    assert best.get_absolute_url() in page
    assert best.parents.get().get_absolute_url() in page
    assert "Kept because nothing is fitter" in page


def test_a_candidate_that_waits_is_marked_and_linked(alice, alice_client):
    said = list(event_streams.whole_run(finish=False))
    run = recorded_run(alice, said)
    waiting = run.candidates.get(number=2)
    record(run, events.ReviewRequested(candidate=waiting.key, reward=0.5, count=4))

    page = page_of(alice_client, run)
    assert "1 candidate waits for review" in page
    assert waiting.review.get_absolute_url() in page


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_can_be_opened_in_every_state(alice, alice_client, tab):
    for state in RunState:
        page_of(alice_client, empty_run(alice, name=f"{tab} {state}", state=state), tab=tab)


def test_an_unknown_tab_is_the_first(alice_client, run):
    assert 'id="curve"' in page_of(alice_client, run, tab="nonsense")


def test_candidates_can_be_filtered_and_ordered(alice_client, run):
    page = page_of(alice_client, run, tab="candidates", state="dropped", order="best")

    shown = [int(number) for number in re.findall(r'<tr id="candidate-(\d+)"', page)]
    dropped = run.candidates.filter(state="dropped").order_by("-reward", "number")
    assert shown == list(dropped.values_list("number", flat=True))


def test_the_log_leaves_out_the_spend_unless_it_is_asked_for(alice_client, run):
    assert "Spent so far" not in page_of(alice_client, run, tab="log")
    assert "Spent so far" in page_of(alice_client, run, tab="log", kind="spend")
    assert "Spent so far" in page_of(alice_client, run, tab="log", kind="all", page="2")


def test_the_settings_are_in_words(alice_client, run):
    page = page_of(alice_client, run, tab="settings")

    assert "4 epochs, batches of 8 shuffled" in page
    assert "local/smollm2-135m, temperature 0" in page
    assert "Exact match" in page


def test_the_settings_of_an_optimizer_go_by_the_words_of_the_launch_form(alice, alice_client):
    chosen = OptimizerChoice(kind="omega", parameters={"algorithm": "dns", "reasoning_effort": None, "old_one": 3})
    run = make_run(alice, configuration={"optimizer": chosen})

    page = page_of(alice_client, run, tab="settings")
    assert "<dt>Competition</dt><dd>Dominated novelty: different or better</dd>" in page
    assert "<dt>Reasoning effort</dt><dd>As the model does by itself</dd>" in page
    assert "<dt>Old one</dt><dd>3</dd>" in page
    assert "<dt>Embedding model</dt><dd>local/wordllama</dd>" in page


def test_models_that_a_run_does_not_use_are_no_settings(alice, alice_client):
    run = make_run(alice, configuration={"optimizer": OptimizerChoice(kind="random_few_shot")})

    page = page_of(alice_client, run, tab="settings")
    assert "<dt>Optimizer</dt><dd>RandomFewShot</dd>" in page
    assert "Embedding model" not in page


def test_warnings_are_shown_once(alice, alice_client):
    warning = events.WarningRaised(code="slow", message="The model is <slow>")
    run = recorded_run(alice, [event_streams.started(), warning, warning])

    assert page_of(alice_client, run).count("The model is &lt;slow&gt;") == 1


def test_what_a_model_wrote_is_escaped_everywhere(alice, alice_client):
    evil = "<img src=x onerror=alert(1)>"
    run = recorded_run(
        alice,
        [
            event_streams.started(),
            event_streams.baseline_proposed(),
            events.ProposalFailed(operator="mutation", variable="generator", reason=evil),
            events.ReviewRequested(candidate=BASELINE, reward=0.5, count=1),
            events.ReviewDecided(candidate=BASELINE, verdict="approved", reviewer=evil, comment=evil),
        ],
    )

    for tab in TABS:
        assert evil not in page_of(alice_client, run, tab=tab, kind="all")


def test_a_region_can_be_fetched_alone(alice_client, run):
    response = alice_client.get(run.get_absolute_url(), headers={"HX-Target": "run-population"})

    assert response.content.decode().lstrip().startswith("<section")


def test_the_best_stands_in_the_table_also_where_the_run_ended_before_its_place_was_decided(alice, alice_client):
    run = make_run(alice, state=RunState.STOPPED)
    best = make_candidate(run, number=4, state=CandidateState.DROPPED, fate="run_ended", reward=0.9)
    make_candidate(run, number=5, state=CandidateState.DROPPED, fate="run_ended", reward=0.8)
    Run.objects.update(best=best)

    page = page_of(alice_client, run)
    assert 'id="candidate-4"' in page
    assert "nothing was decided about its place" in page
    assert 'id="candidate-5"' not in page


def test_the_population_says_of_when_its_ranks_are(alice_client, run):
    words = "The rank is that of the last competition"
    assert words in page_of(alice_client, run)
    run.candidates.all().delete()
    assert words not in page_of(alice_client, run)


def test_it_takes_few_queries_however_many_candidates(alice_client, alice, django_assert_max_num_queries):
    run = recorded_run(alice, event_streams.whole_run(epochs=3, batches=30))

    with django_assert_max_num_queries(27):
        page_of(alice_client, run)


def test_what_is_offered_for_each_candidate_of_a_running_run_takes_no_query_each(
    alice_client, alice, django_assert_max_num_queries
):
    run = recorded_run(alice, [*event_streams.whole_run(epochs=3, batches=30)][:-3], claimed_by="a test")
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)

    with django_assert_max_num_queries(40):
        page = page_of(alice_client, run)

    assert page.count("Ban…") > 5


@pytest.mark.parametrize("name", ["detail", "stop"])
def test_others_get_not_found(run, bob_client, charlie_client, name):
    for client in (bob_client, charlie_client):
        assert client.get(reverse(f"runs:{name}", args=[run.pk])).status_code == 404


def test_signed_out_it_asks_to_sign_in(run, client):
    response = client.get(run.get_absolute_url())

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:sign-in"))


@pytest.mark.parametrize(("state", "is_over"), [(RunState.RUNNING, False), (RunState.COMPLETED, True)])
def test_a_run_that_is_over_says_so_where_the_live_badge_reads_it(alice_client, alice, state, is_over):
    run = make_run(alice, name="Moves", state=state)

    assert ("data-over" in page_of(alice_client, run)) is is_over


def test_the_warning_of_open_reviews_goes_when_none_is_open(alice_client, alice):
    warning = events.WarningRaised(code=events.WAITING_FOR_REVIEW, message="The search is over; 57 candidates wait.")
    run = recorded_run(alice, [event_streams.started(), warning])

    assert events.WAITING_FOR_REVIEW == REVIEWS_OPEN
    assert "57 candidates" not in page_of(alice_client, run)


def test_the_gain_is_of_the_rows_that_both_answered(alice_client, alice):
    run = make_run(alice)
    start = make_candidate(run, reward=0.5, count=2)
    best = make_candidate(run, number=1, reward=0.75, count=4, parents=(start,))
    make_scores(start, [0.0, 1.0])
    make_scores(best, [1.0, 1.0, 1.0, 0.0])
    Run.objects.filter(pk=run.pk).update(best=best)

    page = page_of(alice_client, run)
    assert "+0.50" in page
    assert "gain on the 2 rows that both answered" in page


def test_a_reward_is_rounded_alike_on_all_pages(alice_client, alice):
    run = make_run(alice)
    start = make_candidate(run, reward=0.975, count=40)

    for page in (page_of(alice_client, run), alice_client.get(start.get_absolute_url()).content.decode()):
        assert "0.98" in page
        assert "0.97" not in page


def test_a_sealed_result_leads_whoever_may_to_putting_up_the_best(alice_client, bob, alice):
    run = make_run(alice, state=RunState.COMPLETED, configuration={"test_at_end": False})
    start, best = make_candidate(run), make_candidate(run, number=1, instruction="Sort: {{text}}")
    join(project_of(alice), bob, Role.VIEWER)
    Run.objects.filter(pk=run.pk).update(baseline=start, best=best)

    address = f"{run.get_absolute_url()}?tab=result"
    assert "Put #1 up for release" in alice_client.get(address).content.decode()
    assert "Put #1 up for release" not in signed_in(bob).get(address).content.decode()
