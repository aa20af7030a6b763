"""Notes, pins, bans and variations: what a person asks of a run about its proposer and its candidates."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from omegaweb.engine import assembly
from omegaweb.projects.models import Role
from omegaweb.runs.configuration import OptimizerChoice
from omegaweb.runs.models import Candidate, CandidateState, Run, RunState
from omegaweb.runs.models.requests import Steer, SteeringRequest
from tests.factories_runs import VARIABLE, make_candidate, make_run
from tests.people import join, signed_in

pytestmark = pytest.mark.django_db
OMEGA = OptimizerChoice(kind="omega")
TEXT = "Say which team: {{text}}"


@pytest.fixture(autouse=True)
def _no_threads(monkeypatch):
    monkeypatch.setattr("omegaweb.engine.launcher.launcher.fill", lambda: None)


@pytest.fixture
def run(alice) -> Run:
    return make_run(alice, configuration={"optimizer": OMEGA})


@pytest.fixture
def candidate(run) -> Candidate:
    start = make_candidate(run)
    run.baseline = start
    run.save()
    return make_candidate(run, number=1, instruction=TEXT, parents=[start], state=CandidateState.IN_POPULATION)


def url(candidate: Candidate, name: str) -> str:
    return reverse(f"runs:{name}", args=[candidate.run_id, candidate.number])


def asked(run: Run) -> list[tuple[str, dict[str, object]]]:
    return list(run.steering.values_list("action", "payload"))


def steer_page(client, run):
    return client.get(run.get_absolute_url(), {"tab": "steer"}).content.decode()


def test_a_note_is_taken_and_shown_with_who_when_and_from_which_proposal_on(run, alice_client):
    page = alice_client.post(reverse("runs:note", args=[run.pk]), {"text": "Mind <b>z</b>."}, follow=True)
    assert asked(run) == [(Steer.NOTE, {"text": "Mind <b>z</b>."})]
    shown = page.content.decode()
    assert "Mind &lt;b&gt;z&lt;/b&gt;." in shown
    assert "takes effect before the next proposal is decided" in shown
    run.steering.update(applied_at=run.created_at, applied_after=6)
    assert "counts from proposal 7 on" in steer_page(alice_client, run)


def test_what_is_asked_of_a_paused_run_takes_effect_when_it_goes_on(run, candidate, alice_client):
    Run.objects.update(state="paused", reason="asked")
    alice_client.post(reverse("runs:note", args=[run.pk]), {"text": "Mind z."})
    alice_client.post(url(candidate, "pin"))

    steering = steer_page(alice_client, run)
    assert steering.count("takes effect when the run goes on") == 2
    assert "before the next proposal" not in steering
    assert "Pinned when the run goes on" in alice_client.get(candidate.get_absolute_url()).content.decode()
    assert "Pin asked for" in alice_client.get(run.get_absolute_url(), {"tab": "candidates"}).content.decode()


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001])
def test_an_empty_or_endless_note_is_refused(run, alice_client, text):
    assert alice_client.post(reverse("runs:note", args=[run.pk]), {"text": text}).status_code == 422
    assert asked(run) == []


def test_an_optimizer_without_a_proposer_gets_no_notes(alice, alice_client):
    page = steer_page(alice_client, make_run(alice))
    assert "Tell the proposer" not in page
    assert "nobody to leave a note for" in page


def test_what_had_no_effect_says_why(run, candidate, alice_client):
    SteeringRequest.objects.create(
        run=run,
        action=Steer.PIN,
        payload={"candidate": candidate.key},
        applied_at=run.created_at,
        problem="it has left",
    )
    page = steer_page(alice_client, run)
    assert "No effect" in page
    assert "It has left" in page
    assert f'<a href="{candidate.get_absolute_url()}">#1</a>' in page


def test_a_candidate_is_pinned_and_unpinned(run, candidate, alice_client):
    page = alice_client.post(url(candidate, "pin"), follow=True).content.decode()
    assert "Pinning…" in page
    assert asked(run) == [(Steer.PIN, {"candidate": candidate.key})]
    Candidate.objects.filter(pk=candidate.pk).update(pinned=True)
    assert "Unpin</button>" in alice_client.get(candidate.get_absolute_url()).content.decode()
    assert "#1" in steer_page(alice_client, run)
    alice_client.post(url(candidate, "unpin"))
    assert asked(run)[1] == (Steer.UNPIN, {"candidate": candidate.key})


def test_a_ban_needs_a_reason(run, candidate, alice_client):
    assert "Ban candidate #1?" in alice_client.get(url(candidate, "ban")).content.decode()
    assert alice_client.post(url(candidate, "ban"), {"reason": " "}).status_code == 422
    assert asked(run) == []
    page = alice_client.post(url(candidate, "ban"), {"reason": "It is rude."}, follow=True).content.decode()
    assert asked(run) == [(Steer.BAN, {"candidate": candidate.key, "reason": "It is rude."})]
    assert "Banning…" in page


def test_the_start_is_not_offered_to_be_banned(run, candidate, alice_client):
    start = run.candidates.get(number=0)
    assert url(start, "ban") not in alice_client.get(start.get_absolute_url()).content.decode()


def test_a_variation_is_asked_for_with_the_whole_content(run, candidate, alice_client):
    assert TEXT in alice_client.get(url(candidate, "vary")).content.decode()
    text = f"{TEXT} Be brief."
    sent = {"field-0-instructions": text, "comment": "Shorter answers."}
    alice_client.post(url(candidate, "vary"), sent)
    ((action, payload),) = asked(run)
    assert action == Steer.ADD
    assert payload["content"] == {VARIABLE: {**candidate.content[VARIABLE], "instructions": text}}
    assert (payload["parent"], payload["comment"], payload["approved"]) == (candidate.key, "Shorter answers.", True)


def test_a_variation_that_says_nothing_new_is_refused(run, candidate, alice_client):
    response = alice_client.post(url(candidate, "vary"), {"field-0-instructions": TEXT})
    assert response.status_code == 422
    assert "This says the same as #1" in response.content.decode()
    assert asked(run) == []


def test_a_variation_keeps_its_placeholders_unless_that_is_meant(run, candidate, alice_client):
    response = alice_client.post(url(candidate, "vary"), {"field-0-instructions": "Say it."})
    assert response.status_code == 422
    assert "tick “Add it without them” below" in response.content.decode()
    alice_client.post(url(candidate, "vary"), {"field-0-instructions": "Say it.", "without_placeholders": "on"})
    assert len(asked(run)) == 1


@pytest.mark.parametrize("name", ["pin", "ban", "vary"])
def test_a_run_that_is_over_is_asked_nothing(run, candidate, alice_client, name):
    Run.objects.filter(pk=run.pk).update(state=RunState.COMPLETED)
    sent = {"reason": "x", "field-0-instructions": f"{TEXT} Now."}
    page = alice_client.post(url(candidate, name), sent, follow=True).content.decode()
    assert "Continue it later, or branch a new run" in page
    assert asked(run) == []


@pytest.mark.parametrize("name", ["pin", "unpin", "ban", "vary"])
def test_others_cannot(alice, run, candidate, bob, bob_client, client, name):
    sent = {"reason": "x", "field-0-instructions": f"{TEXT} Now."}
    assert bob_client.post(url(candidate, name), sent).status_code == 404
    join(run.project, bob, Role.REVIEWER)
    assert signed_in(bob).post(url(candidate, name), sent).status_code == 403
    assert client.post(url(candidate, name), sent).status_code == 302
    assert asked(run) == []


def test_a_branch_begins_with_the_candidate(run, candidate, alice_client):
    page = alice_client.get(reverse("runs:launch"), {"from": run.pk, "candidate": 1}).content.decode()
    assert "Begins with candidate" in page
    assert f'value="{run.pk}:1"' in page


def test_a_program_begins_with_the_candidate_a_run_branched_from(run, candidate):
    start = {"run": run.pk, "number": 1, "content": candidate.content}
    program = assembly.build_program(replace(run.choices, start=start))
    assert program.get_state() == candidate.content
    broken = {**start, "content": {VARIABLE: {"instructions": 3, "examples": []}}}
    with pytest.raises(assembly.Unusable, match="candidate #1 of run"):
        assembly.build_program(replace(run.choices, start=broken))


def test_a_branch_from_another_project_is_not_found(alice, bob_client, run, candidate):
    assert bob_client.get(reverse("runs:launch"), {"from": run.pk, "candidate": 1}).status_code == 404


def test_a_row_offers_to_pin_and_ban_and_one_stays_in_the_table(run, candidate, alice_client):
    table = f"{run.get_absolute_url()}?tab=candidates"
    page = alice_client.get(table).content.decode()
    assert f'formaction="{url(candidate, "pin")}"' in page
    assert f'href="{url(candidate, "ban")}"' in page
    answer = alice_client.post(url(candidate, "pin"), {"back": "candidates"})
    assert answer["Location"] == table
    assert "Pinning…" in alice_client.get(table).content.decode()
    assert alice_client.post(url(candidate, "unpin"), {"back": "//evil"})["Location"] == candidate.get_absolute_url()


def test_rows_offer_nothing_to_those_who_may_not_and_nothing_when_it_is_too_late(run, alice, alice_client, bob_client):
    assert bob_client.get(f"{run.get_absolute_url()}?tab=candidates").status_code == 404
    Run.objects.filter(pk=run.pk).update(state=RunState.COMPLETED)
    assert "row-menu" not in alice_client.get(f"{run.get_absolute_url()}?tab=candidates").content.decode()
