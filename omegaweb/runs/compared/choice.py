"""Which runs a page compares: the address names them, in the order of their letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404

from omegaweb.accounts.models import User
from omegaweb.runs.live import detail_run
from omegaweb.runs.models import Run, RunQuerySet

#: More lines than this nobody tells apart.
MOST = 8
LETTERS = "ABCDEFGH"
#: Of the newest runs that can be added.
OFFERED = 100
DIGITS = 9  # of the largest number that is looked up


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A run of the comparison, and what it goes by there."""

    letter: str
    run: Run
    rest: str  # the query string of the comparison without it

    @property
    def place(self) -> int:
        """Its number from 1: the token of its colour."""
        return LETTERS.index(self.letter) + 1


def asked_numbers(values: Sequence[str]) -> list[int]:
    """Return the numbers of runs in an address, each once; what is none is left out."""
    numbers = [int(value) for value in values if value.isdecimal() and len(value) <= DIGITS]
    return list(dict.fromkeys(numbers))


def chosen_runs(user: User, numbers: Sequence[int]) -> list[Chosen]:
    """Return the runs of these numbers, as many as fit.

    Raises:
        Http404: one is not there, or not for this person.
    """
    kept = list(numbers)[:MOST]
    found = {run.pk: run for run in detail_run(Run.objects.visible_to(user)).filter(pk__in=kept)}
    if len(found) < len(kept):
        raise Http404("one of these runs is not there, or not for you")
    return [
        Chosen(
            letter=letter,
            run=found[number],
            rest=urlencode([("run", other) for other in kept if other != number]),
        )
        for letter, number in zip(LETTERS, kept, strict=False)
    ]


def offered_runs(runs: RunQuerySet, chosen: Sequence[Chosen]) -> RunQuerySet:
    """Return the newest runs that can be added."""
    return runs.exclude(pk__in=[each.run.pk for each in chosen]).only("pk", "name", "project_id")[:OFFERED]
