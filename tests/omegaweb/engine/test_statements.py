"""Rows written without Django's queries."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from omegaweb.engine.statements import VALUES, add, update
from omegaweb.runs.models import JournalPart
from tests.factories_runs import make_run

pytestmark = pytest.mark.django_db


def parts(run, keys):
    return [{"run_id": run.pk, "key": key, "value": connection.ops.adapt_json_value(key, None)} for key in keys]


def test_more_rows_than_a_statement_takes_are_added_and_known_by_their_numbers(alice):
    run, many = make_run(alice), [str(number) for number in range(VALUES)]

    numbers = add(JournalPart, parts(run, many), name="key")

    assert numbers == dict(JournalPart.objects.values_list("key", "pk"))
    assert list(numbers) == many


def test_a_row_that_is_there_already_is_an_error(alice):
    run = make_run(alice)
    add(JournalPart, parts(run, "a"), name="key")

    with pytest.raises(IntegrityError), transaction.atomic():
        add(JournalPart, parts(run, "ba"), name="key")


def test_only_what_is_given_changes_and_only_in_the_rows_given(alice):
    run = make_run(alice)
    numbers = add(JournalPart, parts(run, "abc"), name="key")
    value = connection.ops.adapt_json_value("new", None)

    update(JournalPart, [{"value": value, "id": numbers["a"]}, {"value": value, "id": numbers["c"]}])

    assert dict(JournalPart.objects.values_list("key", "value")) == {"a": "new", "b": "b", "c": "new"}


def test_no_rows_are_no_statement(alice, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert add(JournalPart, [], name="key") == {}
        update(JournalPart, [])
