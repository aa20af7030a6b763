"""What each column of a table seems to hold, and which of them look like inputs and targets."""

from __future__ import annotations

import re
from typing import Any

from omegaweb.datasets.models import Column
from omegaweb.datasets.reading.values import is_blank

DISTINCT_LIMIT = 50
EXAMPLES = 3
EXAMPLE_LENGTH = 160

# A leading zero means a code, like a postcode, not a number.
WHOLE = re.compile(r"[+-]?(0|[1-9]\d{0,17})")
NUMBER = re.compile(r"[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
YES_OR_NO = frozenset({"true", "false", "yes", "no"})

TEXT, WHOLE_NUMBER, DECIMAL, BOOLEAN = "text", "whole number", "number", "yes or no"
STRUCTURE, EMPTY = "structure", "empty"

TARGET_NAMES = (
    "target",
    "label",
    "answer",
    "answers",
    "ground_truth",
    "reference",
    "output",
    "expected",
    "expected_output",
    "category",
    "class",
    "sentiment",
    "intent",
    "completion",
    "response",
    "result",
)
IGNORED_NAMES = frozenset({"id", "uuid", "index", "row", "row_id", "no", "created_at", "updated_at"})
#: From so many rows on, a column that holds the same in all of them says nothing.
MANY_ROWS = 10
IGNORED_ENDINGS = ("_id", "_uuid")
INPUT, TARGET, FEEDBACK, IGNORE = "input", "target", "feedback", "ignore"
#: What people or graders said about an answer: OpenAI's prompt optimizer, and common words for it.
RATING_NAMES = frozenset({"rating", "annotation", "good_bad", "good/bad"})
FEEDBACK_NAMES = RATING_NAMES | {"output_feedback", "feedback", "critique", "additional_context"}
#: What a grader made of an answer, such as OpenAI's "Grader: tone"; their settings ("graders") are another thing.
GRADER = re.compile(r"(?<![a-z])grader(?![a-z]|_id)")
#: Likewise, but beside an answer only: elsewhere it may be what is asked for, or a pupil's.
GRADE = re.compile(r"grade(?![a-z_])")
#: Answers of a model, of which a rating tells whether they are right.
ANSWER_NAMES = frozenset({"output", "completion", "response"})
#: What tools add beside the data: dspy.Example the names of its inputs, OpenAI the settings of its graders.
TOOL_NAMES = frozenset({"dspy_uuid", "dspy_split", "input_keys", "_input_keys", "graders"})


class ColumnStatistics:
    """Looks at the values of one column as they come by, in constant memory."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._kinds: set[str] = set()
        self._distinct: set[str] = set()
        self._examples: list[Any] = []
        self._blank = 0

    def see(self, value: Any) -> None:
        """Take one value into account."""
        if is_blank(value):
            self._blank += 1
            return
        self._kinds.add(_kind(value))
        if len(self._distinct) <= DISTINCT_LIMIT:
            text = str(value)
            if text not in self._distinct:
                self._distinct.add(text)
                if len(self._examples) < EXAMPLES:
                    self._examples.append(value if len(text) <= EXAMPLE_LENGTH else text[:EXAMPLE_LENGTH] + "…")

    def summary(self) -> Column:
        """Return what is known about the column."""
        return {
            "name": self._name,
            "type": _common(self._kinds),
            "examples": self._examples,
            "distinct": len(self._distinct),
            "blank": self._blank,
        }


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return WHOLE_NUMBER
    if isinstance(value, float):
        return DECIMAL
    if not isinstance(value, str):
        return STRUCTURE
    word = value.strip()
    if WHOLE.fullmatch(word):
        return WHOLE_NUMBER
    if NUMBER.fullmatch(word):
        return DECIMAL
    return BOOLEAN if word.lower() in YES_OR_NO else TEXT


def _common(kinds: set[str]) -> str:
    if not kinds:
        return EMPTY
    if kinds == {WHOLE_NUMBER, DECIMAL}:
        return DECIMAL
    if len(kinds) == 1:
        return next(iter(kinds))
    return STRUCTURE if STRUCTURE in kinds else TEXT


def guess_roles(columns: list[Column], row_count: int) -> dict[str, str]:
    """Return the likely role of each column: one target, some inputs, the rest ignored."""
    has_answer = any(plain_name(column["name"]) in ANSWER_NAMES for column in columns)
    said = {column["name"] for column in columns if _is_feedback(column, has_answer=has_answer)}
    usable = [column for column in columns if column["name"] not in said and not _is_noise(column, row_count)]
    target = _guess_target(usable or columns, row_count)
    roles = {}
    for column in columns:
        if column is target:
            roles[column["name"]] = TARGET
        else:
            roles[column["name"]] = INPUT if column in usable else IGNORE
            if column["name"] in said:
                roles[column["name"]] = FEEDBACK
            elif plain_name(column["name"]) in ANSWER_NAMES and said:
                roles[column["name"]] = IGNORE  # a model's answer, beside the right one
    if target is not None and INPUT not in roles.values():
        others = [column["name"] for column in columns if column is not target]
        roles.update(dict.fromkeys(others[:1], INPUT))
    return roles


def plain_name(name: str) -> str:
    """Return a column's name as the lists of names write it."""
    return name.strip().lower().replace(" ", "_")


def _is_feedback(column: Column, *, has_answer: bool) -> bool:
    name = plain_name(column["name"])
    is_grade = bool(GRADER.search(name) or (has_answer and GRADE.match(name)))
    return (name in FEEDBACK_NAMES or is_grade) and column["type"] != EMPTY


def _is_noise(column: Column, row_count: int) -> bool:
    name = plain_name(column["name"])
    is_bookkeeping = name in IGNORED_NAMES or name in TOOL_NAMES or name.endswith(IGNORED_ENDINGS)
    is_the_same = row_count >= MANY_ROWS and column["distinct"] == 1 and name not in TARGET_NAMES
    return column["type"] == EMPTY or is_the_same or (row_count > 1 and is_bookkeeping)


def _guess_target(columns: list[Column], row_count: int) -> Column | None:
    if len(columns) < 2:
        return None
    for name in TARGET_NAMES:
        for column in columns:
            if column["name"].strip().lower() == name and 2 * column["blank"] <= row_count:
                return column
    # Labels repeat: the column with the fewest distinct values, the last one among equals. One value tells nothing.
    backwards = [column for column in reversed(columns) if column["distinct"] > 1] or list(reversed(columns))
    target: Column = min(backwards, key=_variety)
    return target


def _variety(column: Column) -> tuple[int, int]:
    """Return how little a column is like labels; a blank one is no answer, so it counts like a value of its own."""
    distinct = column["distinct"]
    return min(distinct + column["blank"], DISTINCT_LIMIT + 1), distinct
