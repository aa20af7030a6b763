"""How far two candidates are apart: cosine of their embedded texts, or a function of your own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimizer_core.budget import Meter
from optimizer_core.data.variable import EXAMPLES
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject, content_hash
from optimizer_core.population.dominated_novelty import DistanceRows, dense

Vector: TypeAlias = NDArray[np.float32]
#: Contents placed, and questions to a distance function asked, at once.
_AT_ONCE = 512
#: ``async distance(c1, c2, embedding_model=None, **kwargs) -> float`` over clean contents.
DistanceFunction: TypeAlias = Callable[..., Awaitable[float]]


class Embedder(Protocol):
    """What turns texts into one vector each."""

    async def embed(self, texts: Sequence[str], *, meter: Meter) -> NDArray[Any]: ...


def clean_content(content: JsonObject) -> JsonObject:
    """Return what of one variable counts: custom fields, and inputs and outputs of its examples."""
    examples = [{key: example[key] for key in ("inputs", "outputs") if key in example} for example in content[EXAMPLES]]
    return {**content, EXAMPLES: examples}


def clean_candidate(content: Mapping[str, JsonObject]) -> JsonObject:
    """Return the clean content of every variable by name; of the only variable, where there is one."""
    cleaned = {name: clean_content(variable) for name, variable in content.items()}
    return next(iter(cleaned.values())) if len(cleaned) == 1 else cleaned


def leaves(value: object) -> Iterator[str]:
    """Yield every leaf of a JSON value as text, keys sorted."""
    if isinstance(value, dict):
        for key in sorted(value):
            yield from leaves(value[key])
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield str(value)


class CosineDistances:
    """Distances ``(1 − cos) / 2`` of embedded contents, averaged over the variables (decision D2).

    The vector of a variable's content is the mean of its leaves' unit vectors, made a unit vector again. Equal
    contents are exactly 0 apart. Every distinct text is embedded once in the life of this object.
    """

    def __init__(self) -> None:
        self._texts: dict[str, Vector] = {}
        self._contents: dict[str, Vector] = {}  # by hash of a variable's clean content

    async def rows(
        self, contents: Sequence[Mapping[str, JsonObject]], embedder: Embedder, *, meter: Meter
    ) -> DistanceRows:
        """Embed what is new, in one call, and return the distances of these contents.

        Raises:
            ModelError: the embedding model gave no usable answer.
            BudgetExhausted: the call would go over the budget.
            RunStopped: the run was asked to stop.
        """
        variables = sorted(contents[0])
        keys = await self._keys(contents, embedder, meter)
        matrices, codes = [], []
        for name in variables:
            matrices.append(np.stack([self._contents[key[name]] for key in keys]))
            numbers = {key: number for number, key in enumerate(dict.fromkeys(key[name] for key in keys))}
            codes.append(np.array([numbers[key[name]] for key in keys], dtype=np.int32))
        return lambda start, stop, columns: _mean_distance(matrices, codes, start, stop, columns)

    async def vectors(
        self, contents: Sequence[Mapping[str, JsonObject]], embedder: Embedder, *, meter: Meter
    ) -> list[Vector]:
        """Return one unit vector for each content: ``(1 − cos) / 2`` of two is their distance, but for rounding.

        Several variables lie one behind the other in it.

        Raises:
            ModelError: the embedding model gave no usable answer.
            BudgetExhausted: the call would go over the budget.
            RunStopped: the run was asked to stop.
        """
        keys = await self._keys(contents, embedder, meter)
        share = np.float32(1 / np.sqrt(len(contents[0])))
        return [np.concatenate([self._contents[key[name]] for name in sorted(key)]) * share for key in keys]

    async def _keys(
        self, contents: Sequence[Mapping[str, JsonObject]], embedder: Embedder, meter: Meter
    ) -> list[dict[str, str]]:
        """Embed what is new, in one call, and return the name of each variable's vector."""
        cleaned = [{name: clean_content(content[name]) for name in sorted(content)} for content in contents]
        keys = [{name: content_hash(variable) for name, variable in content.items()} for content in cleaned]
        await self._embed(cleaned, keys, embedder, meter)
        return keys

    async def _embed(
        self, cleaned: list[JsonObject], keys: list[dict[str, str]], embedder: Embedder, meter: Meter
    ) -> None:
        new = {
            key[name]: list(leaves(content[name])) or [""]
            for content, key in zip(cleaned, keys, strict=True)
            for name in content
            if key[name] not in self._contents
        }
        texts = list(dict.fromkeys(text for group in new.values() for text in group if text not in self._texts))
        if texts:
            vectors = np.array(await embedder.embed(texts, meter=meter), dtype=np.float32)
            self._texts.update(zip(texts, _units(vectors), strict=True))
        self._place(new)

    def _place(self, new: Mapping[str, Sequence[str]]) -> None:
        """Give each content the direction in which its leaves lie together."""
        keys = list(new)
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            leaf_vectors = np.stack([self._texts[text] for key in some for text in new[key]])
            begins = [0, *accumulate(len(new[key]) for key in some)][:-1]
            self._contents.update(zip(some, _units(np.add.reduceat(leaf_vectors, begins, axis=0)), strict=True))


async def custom_distances(
    contents: Sequence[Mapping[str, JsonObject]],
    fitness: Sequence[float],
    function: DistanceFunction,
    embedding_model: object | None,
) -> DistanceRows:
    """Ask a function of the user for the distance of each contestant to each fitter one.

    Args:
        contents: of the candidates, fittest first.
        fitness: falling; only strictly fitter pairs are asked for, many at once.
        function: gets the clean contents.
        embedding_model: handed on.

    Raises:
        ConfigurationError: it returned no number.
    """
    cleaned = [clean_candidate(content) for content in contents]
    matrix = np.zeros((len(cleaned), len(cleaned)))
    pairs = [(i, j) for i in range(len(cleaned)) for j in range(i) if fitness[j] > fitness[i]]
    for start in range(0, len(pairs), _AT_ONCE):
        some = pairs[start : start + _AT_ONCE]
        found = await asyncio.gather(
            *(function(cleaned[i], cleaned[j], embedding_model=embedding_model) for i, j in some)
        )
        for (i, j), distance in zip(some, found, strict=True):
            if not isinstance(distance, (int, float, np.floating)) or not np.isfinite(distance):
                raise ConfigurationError(f"the distance function returned {distance!r}; it must return a finite number")
            matrix[i, j] = distance
    return dense(matrix)


def _units(vectors: Vector) -> Vector:
    """Return the rows with length 1, changed in place; a zero row stays as it is."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    lengths[lengths == 0] = 1.0
    vectors /= lengths[:, None]
    return vectors


def _mean_distance(
    matrices: list[Vector], codes: list[NDArray[Any]], start: int, stop: int, columns: int
) -> NDArray[np.float32]:
    total = np.zeros((stop - start, columns), dtype=np.float32)
    for vectors, numbers in zip(matrices, codes, strict=True):
        distance = vectors[start:stop] @ vectors[:columns].T
        distance *= -0.5
        distance += 0.5
        np.clip(distance, 0.0, 1.0, out=distance)
        distance[numbers[start:stop, None] == numbers[:columns]] = 0.0  # equal content, free of rounding
        total += distance
    total /= len(codes)
    return total
