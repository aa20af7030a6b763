"""What was striking about a candidate before it was scored, in words, and where it stands in the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from omegaweb.runs.diffs import EXAMPLES
from omegaweb.runs.models import Candidate, Run

#: Kind of a flag → (a few words, what it may mean).
KINDS = {
    "placeholder_lost": ("Placeholder lost", "What it stood for no longer stands there when a row is answered."),
    "training_text_copied": ("Copies a training row", "Scores on that row say nothing about new ones."),
    "length_grown": ("Grown long", "Each call of this candidate costs more, and takes longer."),
    "format_drifted": (
        "Another answer",
        "Answers that do not fit the output fields fail, or are changed until they do.",
    ),
    "near_duplicate": ("Near duplicate", "Scoring it again would tell little that is not known."),
}
#: What followed → what it says on pages.
THEN = {
    "score": "It is scored all the same.",
    "ask": "It waits for a person before anything is spent on it.",
    "drop": "It is not scored.",
}
#: Characters of the text on either side of what is shown.
AROUND = 90
#: Passages that are shown of one flag.
PASSAGES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a text with the words in question in its middle."""

    before: str
    words: str
    after: str
    is_gone: bool = False  # it is the parent's text


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFlag:
    """One finding, as pages show it."""

    label: str
    text: str
    meaning: str
    then: str
    near: int | None  # number of the candidate that it is nearly the same as
    passages: list[Passage]


def flags_of(candidate: Candidate) -> list[ShownFlag]:
    """Return what was striking about a candidate, with the passages of its text and its parent's."""
    parent = candidate.parents.order_by("number").first() if candidate.flagged else None
    return [_shown(flag, candidate, parent) for flag in candidate.flags]


def flag_label(candidate: Candidate) -> str:
    """Return what a badge says: the one finding, or how many there are; empty where there is none."""
    labels = {label_of(flag["flag"]) for flag in candidate.flags}
    if len(labels) > 1:
        return f"{len(labels)} warnings"
    return next(iter(labels), "")


def label_of(kind: str) -> str:
    """Return a kind in a few words."""
    return KINDS[kind][0] if kind in KINDS else kind.replace("_", " ").capitalize()


def flag_counts(run: Run) -> dict[str, int]:
    """Return how many candidates of a run were flagged, and, where any were, how many there are."""
    # Two questions, which indexes answer; one for both would read every candidate.
    flagged = run.candidates.filter(flagged__gt=0).count()
    return {"flagged": flagged, "proposed": run.candidates.filter(number__gt=0).count() if flagged else 0}


def _shown(flag: Mapping[str, Any], candidate: Candidate, parent: Candidate | None) -> ShownFlag:
    evidence = flag["evidence"]
    variable = evidence.get("variable", "")
    found = list(_passages(candidate, variable, evidence.get("found", ())))
    if parent is not None:
        found += _passages(parent, variable, evidence.get("lost", ()), is_gone=True)
    return ShownFlag(
        label=label_of(flag["flag"]),
        text=flag["text"],
        meaning=KINDS[flag["flag"]][1] if flag["flag"] in KINDS else "",
        then=THEN.get(flag["then"], ""),
        near=flag.get("near"),
        passages=found[:PASSAGES],
    )


def _passages(candidate: Candidate, variable: str, wanted: list[str], *, is_gone: bool = False) -> Iterator[Passage]:
    """Yield the first place of each of the wanted words in a candidate's text."""
    texts = list(_texts({**candidate.content.get(variable, {}), EXAMPLES: None}))
    for words in wanted:
        for text in texts:
            start = text.casefold().find(words.casefold())
            if start >= 0:
                end = start + len(words)
                yield Passage(
                    before=("…" if start > AROUND else "") + text[max(0, start - AROUND) : start],
                    words=text[start:end],
                    after=text[end : end + AROUND] + ("…" if len(text) > end + AROUND else ""),
                    is_gone=is_gone,
                )
                break


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
