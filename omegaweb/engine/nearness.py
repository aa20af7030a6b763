"""How far candidates of a run are apart: by the vectors the run told, or by their words where it measures none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from math import sqrt
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimizer_core.data.variable import EXAMPLES
from optimizer_core.json_values import canonical_json
from optimizer_core.population.distance import Vector, clean_content, leaves

Array: TypeAlias = NDArray[np.float32]

#: Numbers in a vector of words; two words share one only rarely.
DIMENSIONS = 256
_WORD = re.compile(r"\w+")


def word_vector(content: Mapping[str, Any]) -> Vector:
    """Return a unit vector of a content: words of its fields for one half, whole examples for the other.

    It asks no model, so every candidate has one at once. Equal contents have equal vectors.
    """
    words: Counter[str] = Counter()
    examples: Counter[str] = Counter()
    for name, variable in content.items():
        cleaned = clean_content(variable)
        listed = cleaned.pop(EXAMPLES)
        words.update(f"{name} {word}" for leaf in leaves(cleaned) for word in _WORD.findall(leaf.lower()))
        examples.update(f"{name} {canonical_json(example)}" for example in listed)
    halves = [_hashed(words or {"no words": 1}), _hashed(examples or {"no examples": 1})]
    return np.concatenate(halves) * np.float32(np.sqrt(0.5))


def distances(vectors: Array, others: Array, *, by_words: bool) -> Array:
    """Return how far each vector is from each other one, in [0, 1], shape (vectors, others).

    Embeddings may point in opposite directions, so their cosine goes from −1 to 1; counts of words have no sign.
    """
    cosine = vectors @ others.T
    apart: Array = np.clip(1 - cosine if by_words else (1 - cosine) / 2, 0.0, 1.0)
    return apart


def packed(vector: Vector) -> bytes:
    """Return a vector as the column of a row keeps it."""
    return np.asarray(vector, dtype="<f2").tobytes()


def unpacked(columns: Iterable[bytes | memoryview]) -> Array:
    """Return vectors that :func:`packed` made, one row each, shape (n, dimensions)."""
    rows = [np.frombuffer(column, dtype="<f2") for column in columns]
    return np.stack(rows).astype(np.float32) if rows else np.zeros((0, 0), dtype=np.float32)


def _hashed(counts: Mapping[str, int]) -> Vector:
    vector = np.zeros(DIMENSIONS // 2, dtype=np.float32)
    for feature, count in counts.items():
        vector[_place_of(feature)] += sqrt(count)
    return vector / np.float32(np.linalg.norm(vector))


@lru_cache(maxsize=20_000)
def _place_of(feature: str) -> int:
    """Return which number of a vector counts a word; candidates of a run have most of theirs in common."""
    return int.from_bytes(blake2b(feature.encode(), digest_size=4).digest(), "big") % (DIMENSIONS // 2)
