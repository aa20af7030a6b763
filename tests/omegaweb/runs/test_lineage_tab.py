"""The tab "Lineage" of a run: the tree, its outline in words, who may see it, and how it grows."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from omegaweb.runs import family as families
from omegaweb.runs.models import CandidateState, Run
from omegaweb.runs.sockets.base import LiveConsumer
from tests import event_streams
from tests.factories_runs import make_candidate, make_run
from tests.omegaweb.engine.recording import recorded_run
from tests.omegaweb.runs.test_sockets import frames_until, opened, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(alice) -> Run:
    """#1 is the best, made by a person from the start; #2 fell behind it."""
    run = make_run(alice)
    start = make_candidate(run)
    one = make_candidate(run, number=1, parents=(start,), operator="edit", reward=0.75)
    make_candidate(run, number=2, parents=(one,), state=CandidateState.DROPPED, fate="fell_behind")
    run.best = one
    run.save()
    return run


def page_of(client, run, **query) -> str:
    response = client.get(run.get_absolute_url(), {"tab": "lineage", **query})
    assert response.status_code == 200
    return str(response.content.decode())


def test_each_candidate_is_a_link_that_says_everything(alice_client, run):
    page = page_of(alice_client, run)

    sentence = "#1: edit of #0, made by a person, reward 0.75, n 4, in the population, the best so far"
    assert page.count(sentence) == 3  # label, title, outline
    assert f'href="{run.candidates.get(number=1).get_absolute_url()}"' in page
    assert 'class="tree-node is-kept on-path is-best is-human"' in page


def test_what_took_many_steps_says_so_within_its_box(alice_client, run):
    step = make_candidate(run, number=3, parents=(run.best,), state=CandidateState.STEP)
    make_candidate(run, number=4, parents=(step,), operator="few_shot")
    page = page_of(alice_client, run)

    assert ">2 steps · n 4</text>" in page
    assert "#4: new examples of #1 in 2 steps, reward 0.50" in page


def test_the_outline_tells_generations(alice_client, run):
    outline = page_of(alice_client, run).split('id="tree-outline"')[1]
    assert "The start" in outline
    assert "Generation 2" in outline


def test_what_is_folded_can_be_unfolded_and_folded_again(alice_client, run, monkeypatch):
    monkeypatch.setattr(families, "SHOWN_WHOLE", 1)
    page = page_of(alice_client, run)
    assert "and 1 that fell behind" in page
    assert 'id="node-2"' not in page

    page = page_of(alice_client, run, open="1")
    assert 'id="node-2"' in page
    assert "Fold #1 again" in page


def test_it_links_where_the_sentences_of_the_best_come_from(alice_client, run):
    assert f"/runs/{run.pk}/candidates/1/blame/" in page_of(alice_client, run)


def test_an_empty_one_says_so(alice, alice_client):
    assert "There is no candidate yet" in page_of(alice_client, make_run(alice))


def test_others_may_not_see_it(run, bob_client, charlie_client):
    for client in (bob_client, charlie_client):
        assert client.get(run.get_absolute_url(), {"tab": "lineage"}).status_code == 404
    assert Client().get(run.get_absolute_url(), {"tab": "lineage"}).status_code == 302


@pytest.mark.django_db(transaction=True)
async def test_it_grows_over_the_socket(alice, alice_client, monkeypatch):
    monkeypatch.setattr(LiveConsumer, "seconds_between_frames", 0.0)
    stream = list(event_streams.whole_run())
    run = await sync_to_async(recorded_run)(alice, stream[:6])
    socket = await opened(f"/ws/runs/{run.pk}/?tab=lineage&after=6", alice_client)
    assert 'id="node-1"' not in (await socket.frame())["regions"]["run-lineage"]

    await sync_to_async(say)(run, stream[6:12])
    frames = await frames_until(socket, 12)

    assert any('id="node-1"' in frame["regions"].get("run-lineage", "") for frame in frames)
    await socket.disconnect()
