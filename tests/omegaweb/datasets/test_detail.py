"""The page of a dataset."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from tests import factories


def test_it_shows_rows_and_a_guess_of_the_columns(alice_client: Client, alice: User):
    dataset = factories.dataset(alice)

    response = alice_client.get(dataset.get_absolute_url())

    page = response.content.decode()
    roles = {row["column"]["name"]: row["field"].value() for row in response.context["form"].column_rows()}
    assert roles == {"id": "ignore", "ticket": "input", "label": "target"}
    assert "ticket number 3" in page
    assert "1–10 of 60 rows" in page


def test_it_says_which_row_of_the_file_a_row_is_unless_the_file_has_no_header(alice_client: Client, alice: User):
    sheet = factories.dataset(alice)
    lines = factories.dataset(alice, '{"ticket": "a", "label": "b"}\n{"ticket": "c", "label": "d"}\n', "lines.jsonl")

    told = "row 1 here is usually row 2 of the file"
    assert told in alice_client.get(sheet.get_absolute_url()).content.decode()
    assert told not in alice_client.get(lines.get_absolute_url()).content.decode()


def test_it_turns_pages_without_javascript_and_with_it(alice_client: Client, alice: User):
    url = f"{factories.dataset(alice).get_absolute_url()}?page=6"

    whole = alice_client.get(url).content.decode()
    part = alice_client.get(url, headers={"HX-Request": "true"}).content.decode()

    assert "ticket number 59" in whole
    assert "<html" in whole
    assert "ticket number 59" in part
    assert "<html" not in part


def test_it_shows_the_split_and_its_weaknesses(alice_client: Client, alice: User):
    version = factories.version(alice)

    page = alice_client.get(version.dataset.get_absolute_url()).content.decode()

    assert "billing: 10 train, 5 validation, 5 test" in page
    assert "Only 15 rows for test" in page
    assert f"{reverse('programs:create')}?dataset={version.dataset.pk}" in page


def test_a_file_that_could_not_be_read_says_why_and_what_to_do(alice_client: Client, alice: User):
    dataset = factories.dataset(alice, "a,b\n1,2,3\n")

    page = alice_client.get(dataset.get_absolute_url()).content.decode()

    assert "More cells than the header&#x27;s 2: row 2." in page
    assert "None of its rows were kept." in page
    assert reverse("datasets:read-again", args=[dataset.pk]) in page


def test_what_stands_in_cells_is_text_not_markup(alice_client: Client, alice: User):
    dataset = factories.dataset(alice, "a,b\n<script>alert(1)</script>,<b>x</b>\n")

    page = alice_client.get(dataset.get_absolute_url()).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_structures_blanks_and_unusual_names_are_shown(alice_client: Client, alice: User):
    dataset = factories.dataset(alice, '[{"example": {"a": [1, "é"]}, "b": null}]', "x.json")

    page = alice_client.get(dataset.get_absolute_url()).content.decode()

    assert "{&quot;a&quot;: [1, &quot;é&quot;]}" in page
    assert "blank" in page


def test_others_cannot(charlie_client: Client, alice: User):
    assert charlie_client.get(factories.dataset(alice).get_absolute_url()).status_code == 404


def test_signed_out_people_are_sent_to_sign_in(client: Client, alice: User):
    response = client.get(factories.dataset(alice).get_absolute_url())

    assert response["Location"].startswith(reverse("accounts:sign-in"))
