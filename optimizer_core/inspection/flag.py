"""A flag: one thing about a candidate that a person may want to know before it costs anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from optimizer_core.json_values import JsonObject


class FlagKind(StrEnum):
    """What was found."""

    PLACEHOLDER_LOST = "placeholder_lost"
    TRAINING_TEXT_COPIED = "training_text_copied"
    LENGTH_GROWN = "length_grown"
    FORMAT_DRIFTED = "format_drifted"
    NEAR_DUPLICATE = "near_duplicate"


class OnWarning(StrEnum):
    """What becomes of a proposal that was flagged."""

    SCORE = "score"  # it is scored like any other
    ASK = "ask"  # it waits for a person before it is scored
    DROP = "drop"  # it is not scored


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One finding."""

    kind: FlagKind
    text: str  # one sentence
    # variable; found: words of the candidate's text; lost: words of the parent's; sample; candidate; distance; …
    evidence: JsonObject = field(default_factory=dict)
