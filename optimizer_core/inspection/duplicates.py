"""Nearly the same as a known candidate: scoring it again would tell little that is new."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from optimizer_core.data.by_identity import ByIdentity
from optimizer_core.data.candidate import Candidate
from optimizer_core.inspection.flag import Flag, FlagKind
from optimizer_core.inspection.texts import plain_words, prose
from optimizer_core.json_values import canonical_json

#: Share of the words that may differ, and how many at most: a rule of one short sentence is a difference.
LIMIT, MOST = 0.02, 3
#: Words that change nothing, and words that change everything.
_FILLING = {*("a", "an", "the", "please", "kindly", "just", "very", "really", "also"), *("then", "now", "and", "so")}
_DECISIVE = {*("not", "no", "never", "none", "nor", "only", "always", "must", "all", "any"), *("except", "unless")}
_BRACES = re.compile(r"\{[^{}]*\}")


class _Sketch(NamedTuple):
    """What two candidates are compared by."""

    rest: str  # everything that is no text, and what stands in braces, which must be the same
    words: dict[str, list[str]]  # field → words that count


def near_duplicate(candidate: Candidate, known: Sequence[Candidate], *, labels: Collection[str] = ()) -> list[Flag]:
    """Return a flag that names the nearest known candidate, if one is near enough, at most one.

    Numbers, labels and words such as "not" are never a small difference. Examples and other values must be equal.

    Args:
        candidate: the new one.
        known: whom it may be like; one with the same content is not looked at.
        labels: what the program may answer.
    """
    sketch = _sketch(candidate)
    decisive = _DECISIVE | {word for label in labels for word in plain_words(label)}
    near = [
        (distance, -index, other)
        for index, other in enumerate(known)
        if other.id != candidate.id and (distance := _distance(sketch, _sketch(other), decisive)) is not None
    ]
    if not near:
        return []
    distance, _, other = min(near, key=lambda found: found[:2])
    says = "the same in other spelling" if not distance else f"{distance:.1%} of the words differ"
    return [
        Flag(
            kind=FlagKind.NEAR_DUPLICATE,
            text=f"Nearly the same as a candidate that is known: {says}.",
            evidence={"candidate": other.id, "distance": round(distance, 4)},
        )
    ]


def _make_sketch(candidate: Candidate) -> _Sketch:
    rest: dict[str, list[Any]] = {}
    words: dict[str, list[str]] = {}
    for name, content in candidate.content.items():
        texts = prose(content)
        others = {field: value for field, value in content.items() if field not in texts}
        rest[name] = [others, [_BRACES.findall(text) for text in texts.values()]]
        for field, text in texts.items():
            words[f"{name}/{field}"] = [word for word in plain_words(text) if word not in _FILLING]
    return _Sketch(canonical_json(rest), words)


#: A candidate never changes, and each new one is compared with many that are known.
_sketch: ByIdentity[_Sketch] = ByIdentity(_make_sketch, capacity=512)


def _distance(one: _Sketch, other: _Sketch, decisive: Collection[str]) -> float | None:
    """Return the share of words that differ; None if that is no small difference."""
    if one.rest != other.rest or one.words.keys() != other.words.keys():
        return None
    changed, size = 0, max(1, sum(map(len, one.words.values())))
    for field, words in one.words.items():
        difference = _difference(words, other.words[field], decisive)
        if difference is None:
            return None
        changed += difference
    return changed / size if changed <= min(MOST, LIMIT * size) else None


def _difference(one: list[str], other: list[str], decisive: Collection[str]) -> int | None:
    """Return how many words differ; None if they are more than ever count, or one of them decides."""
    if one == other:
        return 0
    if abs(len(one) - len(other)) > MOST:
        return None
    gone, come = Counter(one) - Counter(other), Counter(other) - Counter(one)
    if max(gone.total(), come.total()) > MOST or any(_decides(word, decisive) for word in (*gone, *come)):
        return None
    steps = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in steps if tag != "equal")


def _decides(word: str, decisive: Collection[str]) -> bool:
    return word in decisive or any(letter.isdigit() for letter in word)
