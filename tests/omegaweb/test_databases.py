"""Where the site keeps its rows: the address and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from omegaweb.databases import POSTGRES_OPTIONS, database

FOLDER = Path("/data")


def test_without_an_address_it_is_a_file_in_the_data_folder():
    chosen = database("", FOLDER)
    assert (chosen["ENGINE"], chosen["NAME"]) == ("django.db.backends.sqlite3", FOLDER / "omegaweb.sqlite3")
    assert chosen["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_an_address_of_postgresql_is_taken_apart():
    chosen = database("postgres://ann:s%40crt@db.example:5433/omega?sslmode=require", FOLDER)
    parts = [chosen[name] for name in ("ENGINE", "USER", "PASSWORD", "HOST", "PORT", "NAME")]
    assert parts == ["omegaweb.postgres", "ann", "s@crt", "db.example", 5433, "omega"]
    assert chosen["OPTIONS"] == {**POSTGRES_OPTIONS, "sslmode": "require"}


def test_another_file_waits_for_other_writers_as_the_usual_one_does():
    chosen = database("sqlite:////srv/omega.sqlite3", FOLDER)
    assert chosen["NAME"] == "/srv/omega.sqlite3"
    assert chosen["OPTIONS"] == database("", FOLDER)["OPTIONS"]


def test_an_address_of_something_else_says_what_to_write_and_not_the_password():
    with pytest.raises(ValueError, match=r"mysql://db/omega .* postgres://user:password@host") as refused:
        database("mysql://ann:secret@db/omega", FOLDER)
    assert "secret" not in str(refused.value)
