"""Trying a program on one row."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.engine.trial import Trial, TrialError
from omegaweb.programs import views
from omegaweb.programs.models import Program
from tests.factories_runs import make_program, make_version
from tests.omegaweb.programs.form_data import text_of


@pytest.fixture
def program(alice: User) -> Program:
    return make_program(alice)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collects what the engine is asked, and lets it answer “billing”."""
    calls: list[Any] = []

    def try_program(definition: Any, inputs: Any, models: Any) -> Trial:
        calls.append((definition, inputs, models))
        return Trial(messages=({"role": "user", "content": "the prompt"},), output={"label": "billing"}, seconds=0.5)

    monkeypatch.setattr(views, "try_program", try_program)
    return calls


def url(program: Program) -> str:
    return reverse("programs:try", args=[program.pk])


def test_a_row_typed_by_hand_is_asked_and_answered(alice_client: Client, program: Program, asked: list[Any]):
    response = alice_client.post(url(program), {"input-0": "charged twice", "model": "local/smollm2-135m"})
    page = text_of(response)

    assert asked[0][1] == {"text": "charged twice"}
    assert asked[0][2].task == "local/smollm2-135m"
    assert "billing" in page
    assert "the prompt" in page


def test_an_htmx_answer_is_only_the_box(alice_client: Client, program: Program, asked: list[Any]):
    data = {"input-0": "hello", "model": "local/smollm2-135m"}
    page = text_of(alice_client.post(url(program), data, headers={"HX-Request": "true"}))

    assert page.lstrip().startswith("<section")


def test_an_error_shows_the_way_out(alice_client: Client, program: Program, monkeypatch: pytest.MonkeyPatch):
    error = TrialError(title="No answer", message="connection refused", way_out="Start the server.")
    monkeypatch.setattr(views, "try_program", lambda *_: Trial(error=error))
    page = text_of(alice_client.post(url(program), {"input-0": "hello", "model": "ollama/x"}))

    assert "connection refused" in page
    assert "Start the server." in page


def test_a_shortened_prompt_is_said_beside_the_answer(
    alice_client: Client, program: Program, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(views, "try_program", lambda *_: Trial(output={"label": "billing"}, warning="Left out: much."))
    page = text_of(alice_client.post(url(program), {"input-0": "charged twice", "model": "local/smollm2-135m"}))

    assert "<strong>Shortened</strong><p>Left out: much.</p>" in page


def test_a_training_row_of_a_dataset_fills_the_box(alice_client: Client, program: Program, alice: User):
    version = make_version(alice)
    response = alice_client.get(url(program), {"dataset": str(version.dataset.pk), "row": "2"})

    assert response.context["trial_form"]["input-0"].value() == "ticket 1"
    assert response.context["trial_form"].expected == {"label": "technical"}


def test_what_the_table_says_stands_only_beside_the_answer_to_its_own_row(
    alice_client: Client, program: Program, asked: list[Any], alice: User
):
    address = f"{url(program)}?dataset={make_version(alice).dataset.pk}&row=2"
    filled, typed = (
        text_of(alice_client.post(address, {"input-0": text, "model": "local/smollm2-135m"}))
        for text in ("ticket 1\r\n", "charged twice")
    )

    assert "label in the table" in filled
    assert "technical" in filled
    assert "in the table" not in typed


def test_an_empty_value_and_a_missing_key_are_explained(
    alice_client: Client, program: Program, asked: list[Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    response = alice_client.post(url(program), {"input-0": "", "model": "openai/gpt-4o-mini"})

    assert response.status_code == 422
    assert "OPENAI_API_KEY" in text_of(response)
    assert "Write a value" in text_of(response)
    assert not asked


def test_others_cannot(charlie_client: Client, program: Program, asked: list[Any]):
    assert charlie_client.post(url(program), {"input-0": "x", "model": "local/smollm2-135m"}).status_code == 404
    assert not asked


def test_signed_out_people_cannot(client: Client, program: Program, asked: list[Any]):
    client.post(url(program), {"input-0": "x", "model": "local/smollm2-135m"})

    assert not asked
