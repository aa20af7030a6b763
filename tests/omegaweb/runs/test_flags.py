"""What was striking about a candidate before it was scored: on its page, in tables, on the map, in its review, live."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from omegaweb.engine.launcher import start
from omegaweb.engine.recorder import Writer
from omegaweb.engine.replay import rebuild
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.runs.form_values import values_of_run
from omegaweb.runs.forms import LaunchForm
from omegaweb.runs.models import Candidate, CandidateState, Run, RunState
from omegaweb.runs.sockets.base import LiveConsumer
from optimizer_core import events
from tests.event_streams import BASELINE, baseline_proposed, key_of, proposed, scored, started
from tests.factories_runs import make_program, make_run, make_version
from tests.omegaweb.engine.recording import candidate, record, recorded_run
from tests.omegaweb.engine.scripted_runs import Script, finished, is_proposal, queued_run, until
from tests.omegaweb.engine.scripted_runs import script as script
from tests.omegaweb.runs.launch_data import launch_data
from tests.sockets import Socket

TEXT = "Sort it. <b>My cup is broken</b>, for example."
ROW = events.CandidateFlagged(
    candidate=key_of(TEXT),
    flag="training_text_copied",
    text="Words of training row 4 stand in the text.",
    evidence={"variable": "generator", "sample": "train-3", "found": ["my cup is BROKEN"]},
)
NEAR = events.CandidateFlagged(
    candidate=key_of(TEXT),
    flag="near_duplicate",
    text="Nearly the same as a candidate that is known.",
    evidence={"candidate": BASELINE, "distance": 0.01},
    then="ask",
)


@pytest.fixture
def run(alice) -> Run:
    """The baseline is scored; one candidate is proposed, flagged, and waits unscored."""
    return recorded_run(
        alice,
        [
            started(),
            baseline_proposed(),
            scored(BASELINE, [0.0, 1.0]),
            proposed(TEXT),
            ROW,
            NEAR,
            events.ReviewRequested(candidate=key_of(TEXT), reward=0.0, count=0),
        ],
    )


@pytest.mark.django_db
def test_its_page_says_what_and_where_with_the_words_marked(alice_client, run):
    page = alice_client.get(candidate(run, TEXT).get_absolute_url()).content.decode()
    assert "2 warnings" in page
    assert "Sort it. &lt;b&gt;<mark>My cup is broken</mark>&lt;/b&gt;, for example." in page
    assert f'It is like <a href="{candidate_url(run, 0)}">#0</a>.' in page
    assert "It was flagged, so it waits for a review before anything is spent on it." in page


def candidate_url(run, number):
    return run.candidates.get(number=number).get_absolute_url()


@pytest.mark.django_db
def test_a_candidate_without_warnings_has_no_such_part(alice_client, run):
    page = alice_client.get(candidate_url(run, 0)).content.decode()
    assert "Seen before it was scored" not in page


@pytest.mark.django_db
def test_what_is_gone_is_shown_in_the_parent(alice_client, run):
    child = "Sort it."
    lost = events.CandidateFlagged(
        candidate=key_of(child),
        flag="placeholder_lost",
        text="The placeholder {name} is gone.",
        evidence={"variable": "generator", "lost": ["for example"]},
        then="drop",
    )
    gone = events.CandidateDropped(
        candidate=key_of(child), reason="flagged", by=key_of(TEXT), better=0, worse=0, count=0
    )
    run = record(run, proposed(child, parents=(key_of(TEXT),)), lost, gone)
    page = alice_client.get(candidate(run, child).get_absolute_url()).content.decode()
    assert "<del>for example</del>" in page
    assert "Not scored: it was flagged, and this run drops what is flagged." in page


@pytest.mark.django_db
def test_tables_map_and_overview_tell_and_count_and_can_be_narrowed(alice_client, run):
    url = run.get_absolute_url()
    overview = alice_client.get(url).content.decode()
    assert "1 of 1 flagged" in overview
    flagged = alice_client.get(f"{url}?tab=candidates&state=flagged").content.decode()
    assert 'id="candidate-1"' in flagged
    assert 'id="candidate-0"' not in flagged
    assert "2 warnings" in alice_client.get(f"{url}?tab=map").content.decode()
    assert "was flagged" in alice_client.get(f"{url}?tab=log").content.decode()


@pytest.mark.django_db
def test_the_review_asks_whether_it_may_be_scored_and_shows_the_warnings(alice_client, run):
    review = Review.objects.get(run=run)
    page = alice_client.get(review.get_absolute_url()).content.decode()
    assert "May it be scored?" in page
    assert "<mark>My cup is broken</mark>" in page
    assert "2 warnings" in alice_client.get("/reviews/").content.decode()


@pytest.mark.django_db
def test_others_see_nothing_of_it(bob_client, client, run):
    url = candidate(run, TEXT).get_absolute_url()
    assert bob_client.get(url).status_code == 404
    assert client.get(url).status_code == 302


@pytest.mark.django_db
def test_approved_unscored_it_is_being_scored_and_replaying_gives_the_same(run):
    run = record(run, events.ReviewDecided(candidate=key_of(TEXT), verdict="approved", reviewer="alice"))
    assert candidate(run, TEXT).state == CandidateState.PROPOSED
    before = Candidate.objects.values("flags", "flagged", "state").get(run=run, number=1)
    rebuild(run.pk)
    assert Candidate.objects.values("flags", "flagged", "state").get(run=run, number=1) == before


@pytest.mark.django_db(transaction=True)
async def test_a_flag_appears_on_an_open_page(alice, alice_client, monkeypatch):
    monkeypatch.setattr(LiveConsumer, "seconds_between_frames", 0.0)
    run = await sync_to_async(recorded_run)(alice, [started(), baseline_proposed(), proposed(TEXT)])
    socket = Socket(f"/ws/runs/{run.pk}/candidates/1/?after={run.last_sequence}", alice_client)
    assert await socket.connect() is None
    assert "Seen before it was scored" not in str((await socket.frame())["regions"])
    await sync_to_async(say)(run, ROW)
    assert "Seen before it was scored" in str((await socket.frame())["regions"])


def say(run, *said):
    writer = Writer()
    for event in said:
        writer.write(run.pk, event)
    assert writer.close(run.pk) is None


@pytest.mark.django_db(transaction=True)
def test_a_run_that_asks_about_nothing_else_holds_what_is_flagged_until_somebody_says_yes(alice, script, monkeypatch):
    answer = Script.__call__

    def talk(self, request):
        said = answer(self, request)
        return {**said, "instructions": f"{said['instructions']} {'Think. ' * 900}"} if is_proposal(request) else said

    monkeypatch.setattr(Script, "__call__", talk)
    run = queued_run(alice, epochs=1)
    Run.objects.filter(pk=run.pk).update(configuration={**run.configuration, "on_warning": "ask"})
    start(run.pk)
    until(lambda: Run.objects.get(pk=run.pk).state == RunState.WAITING)
    held = Review.objects.filter(run=run).pending()
    assert held.count() == run.candidates.filter(flagged=1, reward=None).count() > 0
    held.update(state=ReviewState.APPROVED, reviewer=alice, decided_at=timezone.now())
    run = finished(run)
    assert run.state == RunState.COMPLETED
    assert not run.candidates.filter(flagged=1, reward=None).exists()


@pytest.mark.django_db
def test_the_launch_form_offers_the_choice_and_the_settings_say_it(alice_client, alice):
    version, program = make_version(alice), make_program(alice)
    sent = launch_data(version, program, on_warning="drop")
    assert LaunchForm(sent, project=program.project).is_valid()
    form = LaunchForm(launch_data(version, program), project=program.project)
    assert form.is_valid()
    assert form.configuration().on_warning == "score"
    run = make_run(alice, configuration={"on_warning": "drop"})
    assert (
        "Drop it: nothing more is spent on it"
        in alice_client.get(f"{run.get_absolute_url()}?tab=settings").content.decode()
    )
    assert values_of_run(run)["on_warning"] == "drop"
    assert 'name="on_warning"' in alice_client.get("/runs/launch/").content.decode()
