"""JSON as columns take it: read back as it was given, also what a model should not have written."""

from __future__ import annotations

import json
import math

import pytest
from django.db import connection

from omegaweb.engine.holding import insert
from omegaweb.engine.json_column import json_column
from omegaweb.runs.models import JournalPart
from tests.factories_runs import make_run

pytestmark = pytest.mark.django_db


def stored(run, value):
    insert(JournalPart, [{"run_id": run.pk, "key": "k", "value": json_column(value)}])
    return JournalPart.objects.get(run=run).value


@pytest.mark.parametrize(
    "value",
    [
        {"b": [1, 2.5, None, True], "a": {"text": 'é "quoted" \\ \u2028 \x01'}},
        [10**30, 1e16, 1e-7, 0.1 + 0.2, 5e-324],
        {"pair": (1, 2)},
        "",
    ],
)
def test_a_value_is_read_back_as_it_was_given(alice, value):
    read = stored(make_run(alice), value)

    assert read == json.loads(json.dumps(value))
    assert json.dumps(read) == json.dumps(value)  # the order of members is what a model reads


@pytest.mark.skipif(connection.vendor != "sqlite", reason="psycopg encodes when it sends")
def test_what_is_no_number_does_not_become_null():
    assert json_column([math.nan]) == "[NaN]"  # which the database refuses


def test_half_of_a_character_is_no_error(alice):
    value = "half \ud83d of a pair"

    assert stored(make_run(alice), value) in (value, value.replace("\ud83d", "\ufffd"))
