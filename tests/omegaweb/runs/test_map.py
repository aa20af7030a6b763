"""The map of a run: points, stories, the rules, the pin, who may see it, and how it grows."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from omegaweb.engine.nearness import packed, word_vector
from omegaweb.runs.configuration import OptimizerChoice
from omegaweb.runs.models import CandidateState, Placement, Run, RunState
from omegaweb.runs.population_map import map_figure, moved_points, population_map
from omegaweb.runs.sockets.base import LiveConsumer
from tests import event_streams
from tests.factories_runs import make_candidate, make_run
from tests.omegaweb.engine.recording import record, recorded_run
from tests.omegaweb.runs.test_sockets import frames_until, opened, say

pytestmark = pytest.mark.django_db


def place(candidate, x: float = 0.0, y: float = 0.0) -> None:
    Placement.objects.create(candidate=candidate, x=x, y=y, vector=packed(word_vector(candidate.content)))


@pytest.fixture
def run(alice) -> Run:
    """The start was dropped by #1, #2 waits, #3 fell behind, #4 is being scored and has no place yet."""
    run = make_run(alice, configuration={"optimizer": OptimizerChoice(kind="omega")})
    first: dict[str, Any] = {"state": CandidateState.IN_POPULATION, "fate": "not_dominated", "reward": 0.8, "count": 16}
    kept = make_candidate(run, number=1, instruction="Name one team for {{text}}.", **first)
    start = make_candidate(run, state=CandidateState.DROPPED, fate="dominated", fate_by=kept, fate_distance=0.031)
    waits = make_candidate(run, number=2, state=CandidateState.WAITING, parents=(start,))
    behind = make_candidate(run, number=3, state=CandidateState.DROPPED, fate="fell_behind", fate_by=start)
    make_candidate(run, number=4, state=CandidateState.PROPOSED, reward=None, count=0)
    for index, candidate in enumerate((start, kept, waits, behind)):
        place(candidate, index / 10, 0.25)
    return run


def page_of(client, run, **query) -> str:
    response = client.get(run.get_absolute_url(), {"tab": "map", **query})
    assert response.status_code == 200
    return str(response.content.decode())


def figure_in(html: str):
    (found,) = re.findall(r'id="map-figure" type="application/json">(.*?)</script>', html)
    return json.loads(found)


def row(page: str, number: int) -> str:
    return page.split(f'id="map-row-{number}"')[1].split("</tr>")[0]


def test_each_point_has_its_place_size_reward_and_kind(alice_client, run):
    points = {point[0]: point[1:] for point in figure_in(page_of(alice_client, run))["points"]}

    assert points[0] == [0.0, 0.25, 4, 0.5, "dropped", "dominated", 1, "0.03"]
    assert points[1] == [0.1, 0.25, 16, 0.8, "kept", "not_dominated", None, ""]
    assert points[2][4] == "waiting"
    assert 4 not in points


def test_the_stories_are_told_in_words(alice_client, run):
    page = page_of(alice_client, run)

    assert "Dropped: #1 is fitter and 0.03 away" in row(page, 0)
    assert "Kept: nothing fitter within 0.20" in row(page, 1)
    assert "Waiting for review" in row(page, 2)
    assert "it fell behind #0" in row(page, 3)
    assert "not on the map yet" in row(page, 4)


def test_whose_place_the_end_of_a_run_left_open_is_undecided_and_not_dropped(alice, alice_client):
    """A budget that is spent with the start leaves it the best, and nothing was decided about it."""
    run = make_run(alice, state=RunState.COMPLETED)
    start = make_candidate(run, state=CandidateState.DROPPED, fate="run_ended", reward=0.9)
    unscored = make_candidate(run, number=1, state=CandidateState.DROPPED, fate="run_ended", reward=None, count=0)
    place(start)
    place(unscored)

    page = page_of(alice_client, run)

    assert [point[5] for point in figure_in(page)["points"]] == ["undecided", "dropped"]
    assert re.search(r'is-undecided" aria-hidden="true"></span>Undecided <span class="numeric">1</span>', page)
    assert "is-undecided" in row(page, 0)
    assert "Best</span>" in row(page, 0)
    assert re.findall(r'id="map-row-(\d+)"', page) == ["0", "1"]


def test_kept_ones_come_first_and_then_those_that_wait(alice_client, run):
    order = re.findall(r'id="map-row-(\d+)"', page_of(alice_client, run))
    assert order == ["1", "2", "4", "3", "0"]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("dns", "Kept: nothing is fitter"),
        ("dns-rank", "Kept: nothing is fitter"),
        ("ga", "Kept: nothing is fitter"),
    ],
)
def test_under_a_rule_those_who_lost_their_race_or_wait_do_not_compete(alice_client, run, rule, told):
    page = page_of(alice_client, run, rule=rule)

    assert told in row(page, 1)
    assert all("Would not compete" in row(page, number) for number in (2, 3, 4))
    assert "would not compete" not in row(page, 0).lower()


def test_the_radius_rule_says_who_is_fitter_and_how_far(alice_client, run):
    twin = make_candidate(run, number=5, instruction="Name one team for {{text}} now.", reward=0.3, count=16)
    place(twin)

    assert re.search(r"Dropped: #1 is fitter and 0\.\d\d away", row(page_of(alice_client, run, rule="dns"), 5))


def test_a_rule_nobody_knows_shows_it_as_it_happened(alice_client, run):
    assert "As the run decided it" in page_of(alice_client, run, rule="<b>")


def test_a_map_by_words_is_drawn_when_somebody_looks_and_says_so(alice_client, alice):
    run = recorded_run(alice, list(event_streams.whole_run()))
    assert not Placement.objects.exists()

    page = page_of(alice_client, run)

    assert "lies by its words and its examples; no model is asked" in page
    assert len(figure_in(page)["points"]) == run.candidates.count() == Placement.objects.count()


def test_a_pin_shows_figures_difference_and_link(alice_client, run):
    page = page_of(alice_client, run, pin="2")
    panel = page.split('id="map-pinned"')[1].split("</aside>")[0]

    assert "Marked: #2" in panel
    assert "Against #0" in panel
    assert run.candidates.get(number=2).get_absolute_url() in panel


@pytest.mark.parametrize("pin", ["77", "x", "-1", ""])
def test_a_mark_on_nobody_marks_nothing(alice_client, run, pin):
    assert "Nothing marked" in page_of(alice_client, run, pin=pin)


def test_a_click_brings_the_panel_alone(alice_client, run):
    url = f"{run.get_absolute_url()}?tab=map&pin=1"
    part = alice_client.get(url, headers={"HX-Target": "map-pinned"}).content.decode()

    assert part.lstrip().startswith("<aside")
    assert "Marked: #1" in part


def test_what_a_model_wrote_is_escaped(alice_client, alice):
    run = make_run(alice)
    make_candidate(run, instruction="<script>alert(1)</script>")
    assert "<script>alert" not in page_of(alice_client, run, pin="0")


def test_an_empty_map_says_so(alice, alice_client):
    page = page_of(alice_client, make_run(alice))
    assert "There is no candidate yet" in page


def test_others_may_not_see_it(run, bob_client, charlie_client):
    for client in (bob_client, charlie_client):
        assert client.get(run.get_absolute_url(), {"tab": "map"}).status_code == 404
    assert Client().get(run.get_absolute_url(), {"tab": "map"}).status_code == 302


@pytest.mark.django_db(transaction=True)
async def test_it_grows_over_the_socket(alice, alice_client, monkeypatch):
    monkeypatch.setattr(LiveConsumer, "seconds_between_frames", 0.0)
    stream = list(event_streams.whole_run())
    run = await sync_to_async(recorded_run)(alice, stream[:6])
    socket = await opened(f"/ws/runs/{run.pk}/?tab=map&pin=0&after=6", alice_client)
    first = await socket.frame()
    assert first["map"]["points"] == []  # the page has them

    await sync_to_async(say)(run, stream[6:12])
    frames = await frames_until(socket, 12)

    assert {point[0] for frame in frames for point in frame["map"]["points"]} == {1, 2}
    assert 'id="map-row-2"' in frames[-1]["regions"]["map-text"]
    await socket.disconnect()


@pytest.mark.parametrize("rule", ["", "ga"])
@pytest.mark.parametrize("cut", [6, 20])
def test_a_page_that_takes_over_what_moved_has_the_points_of_a_new_page(alice, rule, cut):
    stream = list(event_streams.whole_run())
    run = recorded_run(alice, stream[:cut])
    points = {point[0]: point for point in map_figure(run, population_map(run, rule))["points"]}

    record(run, *stream[cut:])

    points |= {point[0]: point for point in moved_points(run, rule, after=cut)["points"]}
    assert sorted(points.values()) == map_figure(run, population_map(run, rule))["points"]


def test_a_page_is_sent_only_what_moved(alice):
    stream = list(event_streams.whole_run())
    run = recorded_run(alice, stream)
    assert moved_points(run, "", after=len(stream)) == {"points": [], "flags": {}}


def test_a_map_without_places_says_when_they_come_or_why_there_are_none(alice_client, run):
    coming, none = "get their place on the map as epoch", "No candidate has a place on the map"
    assert coming not in page_of(alice_client, run)
    Placement.objects.all().delete()
    assert coming in page_of(alice_client, run)
    Run.objects.filter(pk=run.pk).update(state=RunState.COMPLETED)
    page = page_of(alice_client, run)
    assert none in page
    assert coming not in page
