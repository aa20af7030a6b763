"""Runs from before the search could be chosen."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps

from omegaweb.accounts.models import User
from omegaweb.runs.models import Run
from tests.factories_runs import make_run

migration = import_module("omegaweb.runs.migrations.0007_plain_search")


def test_a_run_without_a_named_search_is_plain_and_others_keep_theirs(alice: User):
    old, racing, few_shot = (make_run(alice, name=name) for name in ("old", "racing", "few-shot"))
    for run, optimizer in (
        (old, {"kind": "omega", "parameters": {"population_size": 5}}),
        (racing, {"kind": "omega", "parameters": {"search": "racing"}}),
        (few_shot, {"kind": "random_few_shot", "parameters": {}}),
    ):
        run.configuration["optimizer"] = optimizer
        run.save()

    migration.name_the_search(apps, None)

    assert Run.objects.get(pk=old.pk).choices.optimizer.parameters == {"population_size": 5, "search": "plain"}
    assert not Run.objects.get(pk=old.pk).choices.optimizer.races
    assert Run.objects.get(pk=racing.pk).choices.optimizer.races
    assert Run.objects.get(pk=few_shot.pk).choices.optimizer.parameters == {}
