"""What the launch form holds before anybody has filled it in, and after a button has changed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.shortcuts import get_object_or_404

from omegaweb.accounts.models import User
from omegaweb.datasets.models import Dataset, DatasetVersion
from omegaweb.engine import choices
from omegaweb.engine.run_data import missing_inputs, missing_targets
from omegaweb.programs.models import Program
from omegaweb.projects.access import InProject
from omegaweb.projects.models import Project
from omegaweb.runs.advice.given import asked_changes
from omegaweb.runs.form_values import current_preset, values_of_preset, values_of_run
from omegaweb.runs.models import Run

Found = TypeVar("Found")

#: The preset that the form begins with.
USUAL = "balanced"
#: What the address says of the judge where the picks of the earlier run are to guide it.
TAUGHT = "taught"


def made_from(user: User, asked: Mapping[str, str]) -> InProject | None:
    """Return the run, program or dataset that the address names first: its project is where the new run belongs.

    Raises:
        Http404: it is not there, or not for this person.
    """
    if asked.get("from", "").isdecimal():
        return get_object_or_404(Run.objects.visible_to(user), pk=int(asked["from"]))
    if asked.get("program", "").isdecimal():
        return get_object_or_404(Program.objects.visible_to(user), pk=int(asked["program"]))
    if asked.get("dataset", "").isdecimal():
        return get_object_or_404(Dataset.objects.visible_to(user), pk=int(asked["dataset"]))
    return None


def starting_values(project: Project, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return what the address asks to begin with: an earlier run, or a program, a dataset and a preset.

    Where it leaves a choice of one, that one is chosen.

    Raises:
        Http404: one of them is not there, or in another project.
    """
    if asked.get("from", "").isdecimal():
        run = get_object_or_404(Run.objects.in_project(project), pk=int(asked["from"]))
        again = values_of_run(run)
        again |= asked_changes(asked, again)
        if asked.get("judge") == TAUGHT:
            again |= {"name": f"{run.name}, by picks"[:120], "reward": "judge", "judge_learns": True}
        number = asked.get("candidate", "")
        if not number.isdecimal():
            return again
        candidate = get_object_or_404(run.candidates, number=int(number))
        name = f"{run.name}, from #{candidate.number}"[:120]
        return {**again, "name": name, "start": f"{run.pk}:{candidate.number}"}
    values = preset_values(asked.get("preset", ""))
    if values is None:
        first = choices.OPTIMIZERS[0]
        values = values_of_preset(first.kind, choices.preset_of(first.kind, USUAL))
    program: Program | None
    if asked.get("program", "").isdecimal():
        program = get_object_or_404(Program.objects.in_project(project), pk=int(asked["program"]))
    else:
        program = _only(Program.objects.in_project(project)[:2])
    if program is not None:
        values["program"] = program.pk
    if asked.get("dataset", "").isdecimal():
        dataset = get_object_or_404(Dataset.objects.in_project(project), pk=int(asked["dataset"]))
        version = dataset.latest_version
    else:
        version = only_fitting(program) if program else None
    if version is not None:
        values["version"] = version.pk
    return values


def teacher(project: Project, asked: Mapping[str, str]) -> Run | None:
    """Return the earlier run whose picks the address wants to guide a judge; None where it asks for no such thing."""
    if asked.get("judge") != TAUGHT or not asked.get("from", "").isdecimal():
        return None
    return get_object_or_404(Run.objects.in_project(project), pk=int(asked["from"]))


def preset_values(name: str) -> dict[str, Any] | None:
    """Return the values of a preset called "kind:name"; None where there is none."""
    for card in choices.OPTIMIZERS:
        for preset in card.presets:
            if f"{card.kind}:{preset.name}" == name:
                return values_of_preset(card.kind, preset)
    return None


def values_of_optimizer(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chosen optimizer's own preset, where the form still shows one of another optimizer.

    Sizes and budgets that suit one optimizer suit the other badly; what a person has changed stays as it is.
    """
    for card in choices.OPTIMIZERS:
        shown = current_preset({**values, "optimizer": card.kind})
        if card.kind != values.get("optimizer") and shown:
            return preset_values(f"{values.get('optimizer')}:{shown.partition(':')[2]}") or {}
    return {}


def only_fitting(program: Program) -> DatasetVersion | None:
    """Return the one dataset beside it that has the program's columns; None where there are several, or none."""
    definition = program.definition()
    datasets = Dataset.objects.in_project(program).for_list()
    fitting = [
        version
        for dataset in datasets
        if (version := dataset.latest_version)
        and not missing_inputs(version, definition)
        and not missing_targets(version, definition)
    ]
    return _only(fitting)


def _only(found: Iterable[Found]) -> Found | None:
    listed = list(found)
    return listed[0] if len(listed) == 1 else None
