"""Taking a candidate away: prompt, variables, program, Python file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.engine.assembly import build_module
from omegaweb.engine.export import KINDS
from omegaweb.releases.models import OpeningState, SealOpening
from omegaweb.runs.configuration import ModelChoice, ReviewChoice
from omegaweb.runs.models import Candidate
from optimizer_core.program import Program
from tests.factories_runs import START, VARIABLE, make_candidate, make_program, make_review, make_run
from tests.fakes.openai_server import OpenAIServer

NASTY = 'Sort {{text}} "well",\n\'\'\' not \\badly\\ """ — 漢字 {0} %s'
EXAMPLES = [('It\'s "broken"', "technical"), ("Refund?\nNow!", "billing")]


@pytest.fixture
def candidate(alice: User) -> Candidate:
    run = make_run(alice, name="Triage: try / 1 “x”")
    start = make_candidate(run)
    return make_candidate(run, number=1, instruction=NASTY, examples=EXAMPLES, parents=[start])


def address(candidate: Candidate, kind: str) -> str:
    return reverse("runs:export", args=[candidate.run_id, candidate.number, kind])


def exported(client: Client, candidate: Candidate, kind: str) -> str:
    response = client.get(address(candidate, kind))
    assert response.status_code == 200
    return response.content.decode()


def sent_by_the_program(candidate: Candidate, row: dict[str, Any]) -> list[dict[str, Any]]:
    module = build_module(candidate.run.configuration["program"])
    return list(module.messages(row, candidate.content[VARIABLE]))


def names_in(source: str) -> dict[str, Any]:
    found: dict[str, Any] = {"__name__": "snippet"}
    exec(compile(source, "snippet.py", "exec"), found)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_files_are_downloads_with_safe_names(alice_client: Client, candidate: Candidate, kind: str) -> None:
    response = alice_client.get(address(candidate, kind))
    name = response["Content-Disposition"]
    assert name.startswith('attachment; filename="triage-try-1-x-candidate-1.')
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_name_without_letters_becomes_the_number_of_the_run(alice_client: Client, alice: User) -> None:
    candidate = make_candidate(make_run(alice, name="../../漢字\r\nX-Evil: 1"))
    name = alice_client.get(address(candidate, "prompt"))["Content-Disposition"]
    assert "/" not in name
    assert "\n" not in name
    only_signs = make_candidate(make_run(alice, name="漢字"))
    assert (
        f"run-{only_signs.run_id}-candidate-0.txt"
        in alice_client.get(address(only_signs, "prompt"))["Content-Disposition"]
    )


def test_the_prompt_is_the_whole_conversation_with_placeholders(alice_client: Client, candidate: Candidate) -> None:
    text = exported(alice_client, candidate, "prompt")
    for message in sent_by_the_program(candidate, {"text": "{{text}}"}):
        assert message["content"] in text
    assert text.rstrip().endswith('{"text": "{{text}}"}')


def test_the_variables_are_the_content(alice_client: Client, candidate: Candidate) -> None:
    assert json.loads(exported(alice_client, candidate, "variables"))["variables"] == candidate.content


def test_the_program_is_loaded_by_the_library(alice_client: Client, candidate: Candidate, tmp_path: Path) -> None:
    path = tmp_path / "program.json"
    path.write_text(exported(alice_client, candidate, "program"), encoding="utf-8")
    program = Program.load(path)
    assert program.get_state() == candidate.content
    assert program.optimizer is not None
    assert program.reward is not None


@pytest.mark.parametrize("style", ["direct", "step_by_step"])
def test_the_python_file_sends_the_messages_of_the_program(alice: User, alice_client: Client, style: str) -> None:
    run = make_run(alice, program=make_program(alice, style=style))
    candidate = make_candidate(run, number=1, instruction=NASTY, examples=EXAMPLES)
    row = {"text": 'new "row"\nwith \\ lines'}
    found = names_in(exported(alice_client, candidate, "python"))
    assert found["messages"](row) == sent_by_the_program(candidate, row)
    schema = found["RESPONSE_FORMAT"]["response_format"]["json_schema"]["schema"]
    assert ("thinking" in schema["properties"]) == (style == "step_by_step")


def test_the_python_file_runs_with_litellm_alone(alice: User, alice_client: Client, tmp_path: Path) -> None:
    with OpenAIServer(lambda body: 'Here: {"label": "billing"}') as server:
        models = ModelChoice(task="openai/tiny", api_base=server.url, task_temperature=0.25)
        candidate = make_candidate(make_run(alice, configuration={"models": models}), number=1, instruction=NASTY)
        path = tmp_path / "answer.py"
        path.write_text(exported(alice_client, candidate, "python"), encoding="utf-8")
        row = {"text": "Where is my refund?"}
        environment = {**os.environ, "OPENAI_API_KEY": "none", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        done = subprocess.run(
            [sys.executable, "-I", str(path), json.dumps(row)],
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {"label": "billing"}
        asked = server.counts.bodies[0]
    assert asked["messages"] == sent_by_the_program(candidate, row)
    assert asked["temperature"] == 0.25
    assert asked["response_format"]["type"] == "json_schema"


def test_a_built_in_model_is_replaced_and_the_file_says_so(alice_client: Client, candidate: Candidate) -> None:
    source = exported(alice_client, candidate, "python")
    assert "local/smollm2-135m, which lives inside omegaweb" in source
    assert names_in(source)["MODEL"] == "openai/gpt-4o-mini"
    assert "import omegaweb" not in source
    assert "import optimizer_core" not in source


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("asks", "state", "missing"),
    [
        ("nobody", None, False),
        ("every", None, True),
        ("every", "pending", True),
        ("every", "rejected", True),
        ("every", "withdrawn", True),
        ("every", "edited", True),
        ("every", "approved", False),
    ],
)
def test_what_nobody_approved_says_so(alice: User, alice_client, kind: str, asks: str, state, missing) -> None:
    candidate = make_candidate(make_run(alice, configuration={"review": ReviewChoice(asks=asks)}), number=1)
    if state is not None:
        make_review(candidate, state=state, reviewer=alice, decided_at=START)
    text = exported(alice_client, candidate, kind)
    assert ("NOT APPROVED" in text) == missing
    assert ("Approved by alice on 2026-11-25." in text) == (state == "approved")


def test_an_edit_is_approved_by_whoever_made_it(alice: User, alice_client: Client) -> None:
    run = make_run(alice, configuration={"review": ReviewChoice(asks="every")})
    proposal = make_candidate(run, number=1, instruction="Sort")
    edit = make_candidate(run, number=2, instruction="Sort well", operator="edit", parents=[proposal])
    make_review(proposal, state="edited", reviewer=alice, decided_at=START, edited_content=edit.content)
    assert "Edited and approved by alice" in exported(alice_client, edit, "prompt")
    assert "NOT APPROVED" in exported(alice_client, proposal, "prompt")


def make_look(candidate: Candidate, number: int = 1) -> SealOpening:
    """A look at the test rows that found no reliable difference between a candidate and the start."""
    figures = {
        "baseline": {"candidate": f"{0:012x}", "mean": 0.6375, "low": 0.4, "high": 0.8, "n": 11},
        "winner": {"candidate": candidate.key, "mean": 0.825, "low": 0.52, "high": 0.95, "n": 11},
        "difference": {"mean": 0.1875, "low": -0.15, "high": 0.62, "n": 11},
        "verdict": "no_reliable_improvement",
        "test": {"name": "mcnemar", "p_value": 0.4, "better": 3, "worse": 1, "n": 11},
    }
    return SealOpening.objects.create(
        run=candidate.run, number=number, candidate=candidate, state=OpeningState.DONE, figures=figures
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_tested_is_told_with_its_verdict(alice_client: Client, candidate: Candidate, kind: str) -> None:
    Candidate.objects.filter(pk=candidate.pk).update(reward=17 / 40, count=40)
    opening = make_look(candidate)
    text = exported(alice_client, candidate, kind)
    assert "Reward on validation rows: 0.43 (n = 40, 95 % interval 0.15 to 0.85)." in text  # as on pages
    assert (
        "Reward on sealed test rows: 0.83 (n = 11, 95 % interval 0.52 to 0.95), "
        "against the start +0.19 (−0.15 to +0.62): No reliable improvement."
    ) in text
    assert "look number" not in text
    assert list(SealOpening.objects.all()) == [opening]


def test_a_further_look_says_so(alice_client: Client, candidate: Candidate) -> None:
    make_look(make_candidate(candidate.run, number=2))
    make_look(candidate, number=2)
    assert "This was look number 2 at the test rows" in exported(alice_client, candidate, "prompt")


def test_the_figures_of_a_test_belong_to_the_two_it_compared(alice_client: Client, candidate: Candidate) -> None:
    make_look(candidate)
    other = exported(alice_client, make_candidate(candidate.run, number=2), "prompt")
    assert "Not tested on sealed rows" in other
    assert "0.83" not in other
    start = exported(alice_client, candidate.run.candidates.get(number=0), "prompt")
    assert "Reward on sealed test rows: 0.64 (n = 11, 95 % interval 0.40 to 0.80).\n" in start
    assert "improvement" not in start


def test_a_look_that_goes_on_has_no_figures_yet(alice_client: Client, candidate: Candidate) -> None:
    SealOpening.objects.create(run=candidate.run, number=1, candidate=candidate)
    assert "Not tested on sealed rows" in exported(alice_client, candidate, "prompt")


def test_half_a_surrogate_pair_is_no_reason_to_fail(alice: User, alice_client: Client) -> None:
    candidate = make_candidate(make_run(alice), instruction="cut \ud83d")
    for kind in KINDS:
        assert "cut" in exported(alice_client, candidate, kind)
    assert alice_client.get(candidate.get_absolute_url()).status_code == 200


def test_an_unknown_kind_is_not_found(alice_client: Client, candidate: Candidate) -> None:
    assert alice_client.get(address(candidate, "exe")).status_code == 404


def test_others_cannot_export(bob_client: Client, charlie_client: Client, candidate: Candidate) -> None:
    for client in (bob_client, charlie_client):
        for kind in KINDS:
            assert client.get(address(candidate, kind)).status_code == 404


def test_signed_out_people_are_sent_to_sign_in(client: Client, candidate: Candidate) -> None:
    assert client.get(address(candidate, "prompt"))["Location"].startswith(reverse("accounts:sign-in"))
