"""Where candidates come from, steps passed over."""

from __future__ import annotations

import pytest

from omegaweb.projects.models import Role
from omegaweb.runs.lineage import lineage_of, lineages
from omegaweb.runs.models import Candidate, CandidateState
from tests.factories_runs import make_candidate, make_run
from tests.people import join

pytestmark = pytest.mark.django_db

FLAG = {"flag": "length_grown", "text": "Twice as long.", "then": "score", "evidence": {}}


@pytest.fixture
def family(alice):
    """#1 won; #2 and #3 are steps between it and #4."""
    run = make_run(alice)
    start = make_candidate(run)
    first = make_candidate(run, number=1, parents=(start,))
    one = make_candidate(run, number=2, state=CandidateState.STEP, parents=(first,))
    two = make_candidate(run, number=3, state=CandidateState.STEP, parents=(one,))
    raced = make_candidate(run, number=4, parents=(two, start))
    return {"start": start, "first": first, "steps": [one, two], "raced": raced}


def test_steps_are_passed_over_to_what_was_compared(family):
    found = lineage_of(family["raced"])

    assert found.origins == [family["start"], family["first"]]
    assert found.steps == family["steps"]


def test_a_step_comes_from_where_its_rewrite_began(family):
    found = lineage_of(family["steps"][1])

    assert (found.origins, found.steps) == ([family["first"]], family["steps"][:1])


def test_the_start_comes_from_nowhere(family):
    found = lineage_of(family["start"])

    assert (found.origins, found.steps) == ([], [])


def test_the_queries_do_not_grow_with_the_table(family, django_assert_num_queries):
    with django_assert_num_queries(2):  # the candidates, and one step back
        lineages([family["raced"], family["steps"][0], family["first"]])


def test_the_page_names_the_parent_and_links_the_steps(family, alice_client):
    page = alice_client.get(family["raced"].get_absolute_url()).content.decode()

    for one in (family["first"], *family["steps"]):
        assert one.get_absolute_url() in page
    assert "Steps" in page


def test_the_table_links_the_parent_and_the_steps(family, alice_client):
    run = family["raced"].run
    page = alice_client.get(run.get_absolute_url(), {"tab": "candidates"}).content.decode()

    row = page.split(f'id="candidate-{family["raced"].number}"')[1].split("</tr>")[0]
    for one in (family["first"], *family["steps"]):
        assert one.get_absolute_url() in row


def test_many_steps_are_counted_and_lead_to_the_page_that_lists_them(family, alice_client):
    raced = family["raced"]
    last = family["steps"][-1]
    for number in (11, 12):
        last = make_candidate(raced.run, number=number, state=CandidateState.STEP, parents=[last])
    raced.parents.set([last])
    page = alice_client.get(raced.run.get_absolute_url(), {"tab": "candidates"}).content.decode()

    row = page.split(f'id="candidate-{raced.number}"')[1].split("</tr>")[0]
    assert f'href="{raced.get_absolute_url()}#origin-title">4 steps</a>' in row
    assert last.get_absolute_url() not in row
    candidate = alice_client.get(raced.get_absolute_url()).content.decode()
    assert 'id="origin-title"' in candidate
    assert "That was the last of 5 steps." in candidate


def test_what_a_step_is_compared_with_is_where_its_rewrite_began(family, alice_client):
    page = alice_client.get(family["steps"][1].get_absolute_url()).content.decode()

    assert f"Against parent #{family['first'].number}" in page
    assert f"Against parent #{family['steps'][0].number}" not in page


@pytest.mark.parametrize(
    "change",
    [{"pinned": True}, {"reward": 0.123}, {"state": CandidateState.DROPPED}, {"flagged": 1, "flags": [FLAG]}],
    ids=lambda change: next(iter(change)),
)
def test_a_row_that_was_drawn_before_is_drawn_anew_when_its_candidate_has_changed(family, alice_client, change):
    address = family["raced"].run.get_absolute_url()
    before = [_row(alice_client, address) for _ in range(2)]

    Candidate.objects.filter(pk=family["raced"].pk).update(**change)

    assert before[0] == before[1]
    assert _row(alice_client, address) != before[0]


def test_people_are_offered_what_they_may_do_whoever_looked_first(family, alice_client, bob, bob_client):
    run = family["raced"].run
    join(run.project, bob, Role.VIEWER)

    for client, is_offered in ((bob_client, False), (alice_client, True), (bob_client, False)):
        assert ("Ban…" in _row(client, run.get_absolute_url())) == is_offered


def _row(client, address):
    page = client.get(address, {"tab": "candidates"}).content.decode()
    return page[page.index('id="candidate-4"') :].partition("</tr>")[0]
