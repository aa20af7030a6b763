"""The ready-made example."""

from __future__ import annotations

from omegaweb.accounts.models import User
from omegaweb.datasets.models import Dataset
from omegaweb.engine import assembly
from omegaweb.engine.choices import card_of, preset_of
from omegaweb.engine.example import create_example
from omegaweb.programs.models import Program
from tests.factories import project_of


def test_it_makes_a_dataset_with_three_honest_splits_and_a_fitting_program(alice: User):
    made = create_example(project=project_of(alice), user=alice)
    version = made.dataset.latest_version

    assert version is not None
    assert min(version.split_sizes().values()) >= 30
    data = assembly.load_data(version, made.program.definition())
    assert len(data.test) == version.split_sizes()["test"]


def test_a_second_click_finds_the_first_one(alice: User):
    first, second = (
        create_example(project=project_of(alice), user=alice),
        create_example(project=project_of(alice), user=alice),
    )

    assert first.dataset == second.dataset
    assert first.program == second.program
    assert (Dataset.objects.count(), Program.objects.count()) == (1, 1)


def test_everybody_gets_their_own(alice: User, bob: User):
    assert (
        create_example(project=project_of(alice), user=alice).dataset
        != create_example(project=project_of(bob), user=bob).dataset
    )


def test_its_preset_exists(alice: User):
    kind, _, name = create_example(project=project_of(alice), user=alice).preset.partition(":")

    assert preset_of(kind, name) in card_of(kind).presets
