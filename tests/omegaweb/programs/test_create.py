"""Making a program."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.datasets.models import TableRow
from omegaweb.programs.models import Program
from tests.factories_runs import make_program, make_version
from tests.omegaweb.programs.form_data import program_data, text_of

URL = reverse("programs:create")


def test_a_complete_form_makes_a_program(alice_client: Client, alice: User):
    response = alice_client.post(URL, program_data(seed__TOTAL_FORMS="1", **{"seed-0-text": "Route {{text}}."}))

    program = Program.objects.get()
    assert response.status_code == 302
    assert response["Location"] == program.get_absolute_url()
    assert program.created_by == alice
    assert program.definition() == {
        "name": "Ticket router",
        "description": "Routes tickets",
        "instruction": "Read {{text}} and choose the label.",
        "style": "direct",
        "input_fields": [{"name": "text", "description": "What the customer wrote"}],
        "output_fields": [{"name": "label", "type": "choice", "choices": ["billing", "technical"], "description": ""}],
        "seed_instructions": ["Route {{text}}."],
        "revision": 1,
    }


def test_column_names_that_are_no_identifiers_work(alice_client: Client):
    names = {
        "input-0-name": "Customer message",
        "instruction": "Read {{Customer message}}.",
        "output-0-name": "example",
    }
    response = alice_client.post(URL, program_data(**names))

    assert response.status_code == 302
    assert Program.objects.get().output_fields[0]["name"] == "example"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Give the program a name."),
        ({"instruction": ""}, "Write what the model should do"),
        ({"instruction": "Read {{mail}}."}, "There is no input field “mail”"),
        ({"instruction": "Read {{mail}}."}, "Known: {{text}}."),
        ({"output-TOTAL_FORMS": "0"}, "A program needs at least one output field"),
        ({"input-TOTAL_FORMS": "0", "instruction": "Answer."}, "A program needs at least one input field"),
        ({"output-0-name": "examples"}, "“examples” is taken: it holds a program's few-shot examples"),
        ({"output-0-name": "Thinking"}, "“Thinking” is taken: it holds the reasoning"),
        ({"output-0-name": "a{b"}, "A name cannot hold braces"),
        ({"output-0-name": "Text"}, "There is an input field “Text” already"),
        ({"output-0-choices": ""}, "Write at least two allowed values"),
        ({"output-0-choices": "one\none"}, "Write at least two allowed values"),
        ({"seed-TOTAL_FORMS": "1", "seed-0-text": ""}, "Write the instruction, or remove this row."),
        ({"seed-TOTAL_FORMS": "1", "seed-0-text": "Use {{mail}}"}, "There is no input field “mail”"),
    ],
)
def test_a_mistake_is_explained_and_nothing_is_saved(alice_client: Client, changes: dict[str, str], message: str):
    response = alice_client.post(URL, program_data(**changes))

    assert response.status_code == 422
    assert message in text_of(response)
    assert not Program.objects.exists()


def test_two_outputs_of_one_name_are_refused(alice_client: Client):
    second = {"output-TOTAL_FORMS": "2", "output-1-name": "LABEL", "output-1-type": "text", "output-1-description": ""}
    response = alice_client.post(URL, program_data(**second))

    assert response.status_code == 422
    assert "There is an output field “LABEL” already" in text_of(response)


def test_a_name_is_used_once_by_each_person(alice_client: Client, bob_client: Client, alice: User):
    make_program(alice, name="Ticket router")

    assert alice_client.post(URL, program_data()).status_code == 422
    assert bob_client.post(URL, program_data()).status_code == 302


def test_a_row_is_added_without_saving_or_complaining(alice_client: Client):
    response = alice_client.post(URL, program_data(name="", add_row="output"))

    assert response.status_code == 200
    page = text_of(response)
    assert 'name="output-1-name"' in page
    assert "Give the program a name." not in page
    assert not Program.objects.exists()


def test_a_row_is_removed_and_the_others_keep_their_values(alice_client: Client):
    rows = {"input-TOTAL_FORMS": "3", "input-1-name": "middle", "input-2-name": "last", "remove_row": "input-1"}
    response = alice_client.post(URL, program_data(**rows))

    editor = response.context["editor"]
    assert [form["name"].value() for form in editor.inputs] == ["text", "last"]


def test_a_dataset_fills_the_form(alice_client: Client, alice: User):
    version = make_version(alice)
    response = alice_client.get(URL, {"dataset": version.dataset.pk})

    editor = response.context["editor"]
    assert editor.texts["instruction"].value() == "Read {{text}} and choose the right label."
    assert [form["name"].value() for form in editor.inputs] == ["text"]
    assert editor.outputs.forms[0]["type"].value() == "choice"
    assert editor.outputs.forms[0]["choices"].value() == "billing\ntechnical"


def test_a_column_of_free_text_becomes_a_text_field(alice_client: Client, alice: User):
    version = make_version(alice)
    version.table.columns[1]["distinct"] = 12
    version.table.save()

    response = alice_client.get(URL, {"dataset": version.dataset.pk})

    assert response.context["editor"].outputs.forms[0]["type"].value() == "text"


def test_blank_cells_are_no_allowed_values(alice_client: Client, alice: User):
    version = make_version(alice)
    TableRow.objects.create(table=version.table, position=12, values=["more", None])

    response = alice_client.get(URL, {"dataset": version.dataset.pk})

    assert response.context["editor"].outputs.forms[0]["choices"].value() == "billing\ntechnical"


def test_another_persons_dataset_is_not_found(charlie_client: Client, alice: User):
    version = make_version(alice)

    assert charlie_client.get(URL, {"dataset": version.dataset.pk}).status_code == 404


def test_signed_out_people_are_sent_to_sign_in(client: Client, db: None):
    response = client.post(URL, program_data())

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:sign-in"))
    assert not Program.objects.exists()


def test_what_people_write_is_escaped(alice_client: Client):
    response = alice_client.post(URL, program_data(name="<script>alert(1)</script>", instruction=""))

    assert "<script>alert(1)" not in response.content.decode()


def test_a_dataset_without_a_split_leaves_the_form_empty(alice_client: Client, alice: User):
    version = make_version(alice)
    dataset = version.dataset
    version.delete()
    response = alice_client.get(URL, {"dataset": dataset.pk})

    assert response.context["editor"].texts["instruction"].value() == ""
    assert "Filled in from" not in text_of(response)
