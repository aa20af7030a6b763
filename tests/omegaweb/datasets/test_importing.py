"""From a file to rows: complete, or not at all."""

from __future__ import annotations

import threading
import time

import pytest
from pytest_django import Settings

from omegaweb.accounts.models import User
from omegaweb.datasets import importing
from omegaweb.datasets.models import Dataset, Table, TableRow
from tests import factories


def table_of(owner: User, content: str | bytes | None = None, filename: str = "tickets.csv") -> Table:
    table = factories.dataset(owner, content, filename).latest_table
    assert table is not None
    return table


def test_all_rows_arrive_in_order(alice: User):
    table = table_of(alice, factories.tickets(1700))

    positions = list(TableRow.objects.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1700))
    assert (table.state, table.row_count, table.progress) == ("ready", 1700, 100)


def test_columns_are_described(alice: User):
    table = table_of(alice, "id,zip,ok,text\n1,01234,yes,\n2,10115,no,hi\n")

    assert [column["type"] for column in table.columns] == ["whole number", "text", "yes or no", "text"]
    assert table.columns[3]["blank"] == 1
    assert table.columns[1]["examples"] == ["01234", "10115"]


def test_mixed_types_are_text_and_nested_ones_structures(alice: User):
    table = table_of(alice, '[{"a": 1, "b": {"x": 1}}, {"a": "one", "b": "y"}]', "x.json")

    assert [column["type"] for column in table.columns] == ["text", "structure"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n", "column names but no rows"),
        (factories.tickets(1700) + "1,2,3,4\n", "header's 3: row 1702"),
    ],
)
def test_when_something_is_wrong_no_row_stays(alice: User, content: str, message: str):
    table = table_of(alice, content)

    assert table.state == Table.State.FAILED
    assert message in table.error
    assert table.row_count == 0
    assert not TableRow.objects.exists()


@pytest.mark.parametrize("filename", ["tickets.xlsx", "Tickets.XLS"])
def test_a_text_that_is_named_like_an_excel_file_is_called_none(alice: User, filename: str):
    assert "This is no Excel file" in table_of(alice, "this is not an Excel file\n", filename).error
    assert table_of(alice, "a;b\n1;2\n", filename).row_count == 1  # what can be read is read


def test_too_many_rows_are_refused(alice: User, settings: Settings):
    settings.TABLE_ROW_LIMIT = 100

    table = table_of(alice, factories.tickets(101))

    assert "more than 100 rows" in table.error
    assert not TableRow.objects.exists()


def test_reading_twice_gives_the_rows_once(alice: User):
    table = table_of(alice)

    importing.read_now(table.pk)

    assert TableRow.objects.count() == 60


@pytest.mark.django_db(transaction=True)
def test_the_thread_reads_and_ends(alice: User):
    table = table_of(alice)
    Table.objects.update(state=Table.State.READING)

    importing.start(table.pk)
    importing.start(table.pk)
    join(table)

    table.refresh_from_db()
    assert table.is_ready
    assert TableRow.objects.count() == 60


@pytest.mark.django_db(transaction=True)
def test_a_defect_of_ours_is_told_and_logged(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    table = table_of(alice)
    monkeypatch.setattr(importing, "open_table", lambda *arguments: 1 / 0)

    importing.start(table.pk)
    join(table)

    table.refresh_from_db()
    assert table.state == Table.State.FAILED
    assert "Something went wrong on this server" in table.error
    assert "ZeroDivisionError" in caplog.text
    assert not TableRow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_dataset_deleted_while_it_is_read_does_not_come_back(alice: User, caplog: pytest.LogCaptureFixture):
    table = table_of(alice, factories.tickets(3000))
    Table.objects.update(state=Table.State.READING)

    importing.start(table.pk)
    Dataset.objects.all().delete()
    join(table)

    assert not Table.objects.exists()
    assert not TableRow.objects.exists()


def join(table: Table) -> None:
    """Wait until the thread that reads the table has ended."""
    for thread in threading.enumerate():
        if thread.name == f"table-{table.pk}":
            thread.join(timeout=20)
            assert not thread.is_alive()
    deadline = time.monotonic() + 5
    while table.pk in importing._reading:
        assert time.monotonic() < deadline
