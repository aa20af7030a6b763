"""What a candidate says: its text, or its difference to another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omegaweb.programs.placeholders import placeholder, unknown_in
from omegaweb.runs.diff_summary import summary_of
from omegaweb.runs.diffs import EXAMPLES, ContentDiff, diff_contents
from omegaweb.runs.models import Candidate
from omegaweb.runs.references import View, name_of, older_ones
from omegaweb.runs.values import Value, shown_values

TEXT = "text"
INLINE, SIDE = "inline", "side"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One trainable variable as a candidate holds it."""

    name: str
    fields: list[Value]
    columns: list[str]  # of the table of examples
    examples: list[list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The region that shows what a candidate says."""

    candidate: Candidate
    views: list[View]
    layout: str
    older: Candidate | None  # what it is compared with; None: the text itself is shown
    swapped: bool  # whether the difference leads from the candidate to the other one
    diff: ContentDiff | None
    variables: list[Variable]
    unknown: list[str]  # placeholders in its text that name no input field
    problem: str  # why the candidate that was asked for is not compared with

    @property
    def several(self) -> bool:
        return len(self.variables) > 1

    @property
    def before_name(self) -> str:
        return _number(self.candidate if self.swapped else self.older)

    @property
    def after_name(self) -> str:
        return _number(self.older if self.swapped else self.candidate)

    @property
    def summary(self) -> str:
        return summary_of(self.diff) if self.diff else ""


def variables_of(content: Mapping[str, Any]) -> list[Variable]:
    """Return the variables of a content, with their examples as a table."""
    return [_variable(name, value) for name, value in content.items()]


def changes_of(candidate: Candidate, choice: Mapping[str, str]) -> Changes:
    """Return what the region "candidate-changes" shows.

    Args:
        candidate: whose content it is.
        choice: a query string: `against` (the number of any candidate) or `show` ("text", "start" or the number of a
            parent), `swap`, and `layout` ("inline" or "side").
    """
    older = older_ones(candidate)
    names = {name: name_of(other) for name, other in older.items()}
    shown, problem = _pinned(candidate, choice.get("against", ""), older)
    if not shown:
        asked = choice.get("show") or next(iter(older), TEXT)
        shown = asked if asked in older else TEXT
    views = [
        View(name=name, label=f"Against {names.get(name, _number(other))}", current=name == shown)
        for name, other in older.items()
    ]
    views.append(View(name=TEXT, label="Full text", current=shown == TEXT))
    reference, swapped = older.get(shown), choice.get("swap") == "1"
    return Changes(
        candidate=candidate,
        views=views,
        layout=SIDE if choice.get("layout") == SIDE else INLINE,
        older=reference,
        swapped=swapped,
        diff=_diff(candidate, reference, swapped=swapped) if reference is not None else None,
        variables=variables_of(candidate.content),
        unknown=unknown_placeholders(candidate),
        problem=problem,
    )


def _diff(candidate: Candidate, reference: Candidate, *, swapped: bool) -> ContentDiff:
    if swapped:
        return diff_contents(candidate.content, reference.content)
    return diff_contents(reference.content, candidate.content)


def _pinned(candidate: Candidate, against: str, older: dict[str, Candidate]) -> tuple[str, str]:
    """Let the candidate that is asked for join the older ones; return its name among them, and what is wrong."""
    if not against:
        return "", ""
    number = against.removeprefix("#")
    known = {each.number: name for name, each in older.items()}
    if number.isdecimal() and int(number) in known:
        return known[int(number)], ""
    if number.isdecimal() and int(number) == candidate.number:
        return "", f"#{candidate.number} is this candidate itself: choose another one."
    found = candidate.run.candidates.filter(number=int(number)).first() if number.isdecimal() else None
    if found is None:
        return "", f"“{against[:20]}” is no candidate of this run: give a number from the list of candidates."
    older[str(found.number)] = found
    return str(found.number), ""


def unknown_placeholders(candidate: Candidate) -> list[str]:
    """Return the placeholders in a candidate's texts that name no input field, as they are written."""
    fields = [field["name"] for field in candidate.run.configuration["program"]["input_fields"]]
    texts = [text for value in candidate.content.values() for text in value.values() if isinstance(text, str)]
    return [placeholder(name) for name in unknown_in("\n".join(texts), fields)]


def _number(candidate: Candidate | None) -> str:
    return "" if candidate is None else "Start" if candidate.number == 0 else f"#{candidate.number}"


def _variable(name: str, value: Mapping[str, Any]) -> Variable:
    examples = value.get(EXAMPLES, [])
    columns = list(dict.fromkeys(column for example in examples for column in _flat(example)))
    return Variable(
        name=name,
        fields=shown_values({field: item for field, item in value.items() if field != EXAMPLES}),
        columns=columns,
        examples=[_cells(example, columns) for example in examples],
    )


def _cells(example: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    texts = {value.name: value.text for value in shown_values(_flat(example))}
    return [texts.get(column, "") for column in columns]


def _flat(example: Mapping[str, Any]) -> dict[str, Any]:
    return {**example.get("inputs", {}), **example.get("outputs", {})}
