"""The audit log of a project as its page shows it: filtered, with links and what has changed."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime

from omegaweb.audit.models import AuditEntry, AuditEntryQuerySet
from omegaweb.datasets.models import Dataset
from omegaweb.programs.models import Program
from omegaweb.projects.models import Project
from omegaweb.releases.models import Release
from omegaweb.reviews.models import Review
from omegaweb.runs.models import Candidate, Run

#: Kinds of things that have a page of their own.
LINKED: dict[str, type[models.Model]] = {
    str(model._meta.verbose_name): model for model in (Dataset, Program, Run, Candidate, Review, Release)
}
LONGEST_VALUE = 2_000
#: Changes up to this length are shown at once, longer ones when somebody opens them.
SHORT = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value before and after; empty where there was none."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An entry as a row of the page."""

    entry: AuditEntry
    url: str  # of the thing, if it is still there
    changes: list[Change]

    @property
    def is_short(self) -> bool:
        """Whether its changes can be shown without being opened."""
        return sum(len(change.name + change.before + change.after) for change in self.changes) <= SHORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the page is narrowed to, and what there is to choose from."""

    person: str
    action: str
    target: str
    people: list[str]
    actions: list[tuple[str, str]]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.person or self.action or self.target)


def filters_of(project: Project, query: Mapping[str, str]) -> Filters:
    """Return the filters that a query string asks for."""
    entries = AuditEntry.objects.in_project(project).order_by()
    people = entries.values_list("actor_name", flat=True).distinct().order_by("actor_name")
    kinds = entries.values_list("action", flat=True).distinct().order_by("action")
    return Filters(
        person=query.get("person", ""),
        action=query.get("action", ""),
        target=query.get("target", "").strip(),
        people=list(people),
        actions=[(kind, AuditEntry(action=kind).action_label) for kind in kinds],
    )


def filtered(project: Project, filters: Filters) -> AuditEntryQuerySet:
    """Return the entries of a project that filters let through, the newest first."""
    entries = AuditEntry.objects.in_project(project)
    if filters.person:
        entries = entries.filter(actor_name=filters.person)
    if filters.action:
        entries = entries.filter(action=filters.action)
    if filters.target:
        entries = entries.filter(target_name__icontains=filters.target)
    return entries


def lines_of(entries: Iterable[AuditEntry]) -> list[Line]:
    """Return entries as rows, in their order; one query for each kind of thing."""
    listed = list(entries)
    urls = _urls(listed)
    return [
        Line(entry=entry, url=urls.get((entry.target_kind, entry.target_id), ""), changes=_changes(entry))
        for entry in listed
    ]


def _urls(entries: list[AuditEntry]) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    for kind, model in LINKED.items():
        wanted = {entry.target_id for entry in entries if entry.target_kind == kind}
        for thing in model._default_manager.filter(pk__in=wanted) if wanted else ():
            found[kind, thing.pk] = thing.get_absolute_url()  # type: ignore[attr-defined]
    return found


def _changes(entry: AuditEntry) -> list[Change]:
    before, after = entry.before or {}, entry.after or {}
    names = dict.fromkeys([*before, *after])
    changes = [
        Change(name=name.replace("_", " "), before=_text(before.get(name)), after=_text(after.get(name)))
        for name in names
    ]
    return [change for change in changes if change.before or change.after]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    moment = _moment(value)
    if moment is not None:
        return formats.date_format(timezone.localtime(moment), "j M Y, H:i:s")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}… (the export has all of it)"


def _moment(value: Any) -> datetime.datetime | None:
    """The moment that a value names, as services write it: with a time zone. Names and other texts are none."""
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:  # looks like one, such as the 31st of February
        return None
    return moment if moment is not None and timezone.is_aware(moment) else None
