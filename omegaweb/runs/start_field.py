"""Where a new run begins: with a candidate of an earlier one, kept in the launch form as "run:number"."""

from __future__ import annotations

from typing import Any

from django import forms

from omegaweb.projects.models import Project
from omegaweb.runs.models import Candidate


class StartField(forms.CharField):
    """Takes "run:number" and gives what the configuration keeps of that candidate; nothing where it is empty."""

    project: Project

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def clean(self, value: Any) -> dict[str, Any]:
        named = super().clean(value)
        if not named:
            return {}
        candidate = candidate_named(named, self.project)
        if candidate is None:
            raise forms.ValidationError("The candidate this run should begin with is not there any more.")
        return start_with(candidate)


def start_with(candidate: Candidate) -> dict[str, Any]:
    """Return what a configuration keeps of the candidate that a run begins with."""
    return {"run": candidate.run_id, "number": candidate.number, "content": candidate.content}


def candidate_named(name: str, project: Project) -> Candidate | None:
    """Return a candidate of a project by "run:number"."""
    run, _, number = name.partition(":")
    if not (run.isdecimal() and number.isdecimal()):
        return None
    found = Candidate.objects.filter(run_id=int(run), run__project=project, number=int(number))
    return found.select_related("run").first()
