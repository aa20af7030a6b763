"""What a version gives to runs, and that it never changes once used."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from omegaweb.accounts.models import User
from omegaweb.datasets import advice, services
from omegaweb.datasets.models import Dataset
from tests import factories


def test_each_row_stands_on_one_side_with_its_inputs_and_targets(alice: User):
    version = factories.version(alice)

    found = {split: list(version.rows(split)) for split in ("train", "validation", "test")}

    assert {split: len(rows) for split, rows in found.items()} == version.split_sizes()
    positions = sorted(position for rows in found.values() for position, _, _ in rows)
    assert positions == list(range(60))
    position, inputs, targets = found["test"][0]
    assert inputs == {"ticket": f"ticket number {position}"}
    assert targets == {"label": factories.LABELS[position % 3]}


def test_an_unknown_split_is_refused(alice: User):
    with pytest.raises(ValueError, match="split 'exam' is none of train, validation, test"):
        list(factories.version(alice).rows("exam"))


def test_a_used_version_never_changes(alice: User):
    version = factories.version(alice)
    version.mark_used()
    used_at = version.used_at

    version.seed = 99
    with pytest.raises(ValidationError, match="is in use and never changes"):
        version.save()

    version.refresh_from_db()
    version.mark_used()
    assert (version.seed, version.used_at) == (0, used_at)


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        (["ticket"], ["lable"], r"columns \['lable'\] are not in"),
        (["ticket", "label"], ["label"], r"columns \['label'\] are input and target"),
        ([], ["label"], "at least one input column"),
    ],
)
def test_impossible_columns_are_refused(alice: User, inputs: list[str], targets: list[str], message: str):
    with pytest.raises(ValueError, match=message):
        factories.version(alice, input_columns=inputs, target_columns=targets)


def test_rows_with_equal_inputs_stand_on_one_side_whatever_their_white_space(alice: User):
    content = "ticket,label\n" + "hello,bug\n hello ,bug\n" * 10 + "other,praise\n" * 3
    version = factories.version(alice, content)

    assert len(set(version.splits[:20])) == 1
    assert version.counts["duplicates"] == 21


def test_people_see_only_their_own(alice: User, bob: User):
    own = factories.dataset(alice)

    assert list(Dataset.objects.visible_to(alice)) == [own]
    assert not Dataset.objects.visible_to(bob).exists()


def test_weak_splits_are_told(alice: User):
    content = "ticket,label\n" + "same,bug\nsame,praise\n" + "".join(f"t{n},bug\n" for n in range(8))

    told = " ".join(advice.cautions(factories.version(alice, content)))

    assert "for test: with so few, a score is uncertain by about" in told
    assert "1 input appears with different targets" in told


def test_labels_that_differ_only_in_capitals_are_told(alice: User):
    rows = "".join(f"t{number},{'Bug' if number % 2 else 'bug'}\n" for number in range(40))
    told = " ".join(advice.cautions(factories.version(alice, f"ticket,label\n{rows}")))

    assert "“bug” and “Bug” differ only in capitals" in told or "“Bug” and “bug” differ only in capitals" in told


def test_versions_of_a_strong_split_need_no_caution(alice: User):
    assert advice.cautions(factories.version(alice, factories.tickets(300))) == []


def test_the_latest_version_has_the_highest_number(alice: User):
    first = factories.version(alice)
    first.mark_used()
    table = first.table
    second = services.save_version(
        dataset=first.dataset, user=alice, table=table, input_columns=["ticket"], target_columns=["label"], seed=5
    )

    dataset = Dataset.objects.get()
    assert dataset.latest_version == second
    assert dataset.latest_table == table
