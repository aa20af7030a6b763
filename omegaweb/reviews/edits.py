"""Whether an edited content can stand in for the proposal it was made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from omegaweb.reviews.models import Review
from omegaweb.runs.diffs import EXAMPLES
from omegaweb.runs.models import Run


class InvalidEdit(ValueError):
    """The edited content cannot be used; `problems` says why, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


def check_edit(review: Review, content: Mapping[str, Any]) -> None:
    """Accept an edit whose fields fit the variables' schemas and whose examples are the proposal's.

    Raises:
        InvalidEdit: it cannot be used.
    """
    problems = list(_problems(review, content))
    if problems:
        raise InvalidEdit(problems)
    twin = _twin(review, content)
    if twin is not None:
        raise InvalidEdit([f"Candidate #{twin} already says exactly this."])


def variable_schemas(run: Run) -> dict[str, Mapping[str, Any]]:
    """Return the JSON Schema of each variable, as the run announced them when it started."""
    started = run.events.filter(kind="run.started").order_by("sequence").first()
    variables = started.payload.get("variables", ()) if started is not None else ()
    return {variable["name"]: variable["schema"] for variable in variables}


def _problems(review: Review, content: Mapping[str, Any]) -> Iterator[str]:
    proposed = review.candidate.content
    schemas = variable_schemas(review.run)
    for name in proposed.keys() - content.keys():
        yield f"The variable “{name}” is missing."
    for name, value in content.items():
        if name not in proposed:
            yield f"There is no variable “{name}”."
            continue
        fields = {field: item for field, item in value.items() if field != EXAMPLES}
        yield from _schema_problems(schemas.get(name), fields, proposed[name])
        if any(example not in proposed[name].get(EXAMPLES, []) for example in value.get(EXAMPLES, [])):
            yield "Examples can be left out, but not changed or added."


def _schema_problems(
    schema: Mapping[str, Any] | None, fields: Mapping[str, Any], proposed: Mapping[str, Any]
) -> Iterator[str]:
    if schema is None:
        # The run never said what it allows, so only what was proposed is known to work.
        if fields.keys() != proposed.keys() - {EXAMPLES}:
            yield "Fields can be changed, but not added or left out."
        return
    from jsonschema import Draft202012Validator  # heavy, so only when an edit is checked

    for error in Draft202012Validator(schema).iter_errors(fields):
        where = ".".join(str(step) for step in error.absolute_path)
        if error.validator == "minLength":
            yield f"{where.replace('_', ' ').capitalize()} must not be empty."
        else:
            yield f"{where + ': ' if where else ''}{error.message}."


def _twin(review: Review, content: Mapping[str, Any]) -> int | None:
    """The number of the candidate that has this content; comparing in Python, as databases compare JSON as text."""
    others = review.run.candidates.exclude(pk=review.candidate_id).values_list("number", "content")
    return next((number for number, other in others.iterator() if other == content), None)
