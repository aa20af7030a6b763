"""CosineSimilarity: how close the texts of answer and target are in meaning."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from optimizer_core.budget import Meter
from optimizer_core.data.dataset import Sample
from optimizer_core.data.schema import Schema
from optimizer_core.data.schema_problems import shown
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.models.embedding_model import EmbeddingModel, as_embedding_model
from optimizer_core.rewards.base import Judgement
from optimizer_core.rewards.leaves import leaf_text, leaves
from optimizer_core.rewards.masked import MaskedReward
from optimizer_core.rewards.registry import register_reward

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_CLOSE = 0.999  # similarities above this are not worth a word


@register_reward
class CosineSimilarity(MaskedReward):
    """The mean of ``(cos + 1) / 2`` over the leaves of target and answer, each leaf embedded as a text.

    A leaf that only one side has counts 0. Equal texts count 1 and are not embedded; every other distinct text is
    embedded once. A zero vector has cosine 0.

    Args:
        embedding_model: an EmbeddingModel, a model string or a model's configuration; the default model at the time
            of the call when left out.
        axis: of the vectors; only -1, the last, has a meaning, and the argument is there for old code.
        in_mask, out_mask, in_mask_pattern, out_mask_pattern: see :class:`~optimizer_core.data.masks.Mask`.
        name: what logs call it.

    Raises:
        ConfigurationError: a value cannot work.
    """

    def __init__(
        self,
        embedding_model: EmbeddingModel | str | JsonObject | None = None,
        axis: int = -1,
        in_mask: Sequence[str] | None = None,
        out_mask: Sequence[str] | None = None,
        in_mask_pattern: str | None = None,
        out_mask_pattern: str | None = None,
        name: str = "cosine_similarity",
    ) -> None:
        super().__init__(
            name=name,
            in_mask=in_mask,
            out_mask=out_mask,
            in_mask_pattern=in_mask_pattern,
            out_mask_pattern=out_mask_pattern,
        )
        if axis != -1:
            raise ConfigurationError(f"axis={axis!r} must be -1: a text has one vector, and that is its only axis")
        self.axis = axis
        self.embedding_model = None if embedding_model is None else as_embedding_model(embedding_model)

    def check(self, *, targets: bool, outputs: Schema | None = None) -> None:
        super().check(targets=targets, outputs=outputs)
        as_embedding_model(self.embedding_model)

    async def judge(self, sample: Sample, output: JsonObject, *, meter: Meter) -> Judgement:
        sides = self.sides(sample, output)
        if isinstance(sides, Judgement):
            return sides
        expected, got = ({path: leaf_text(leaf) for path, leaf in leaves(side).items()} for side in sides)
        similarities = await self._similarities(expected, got, meter)
        mean = math.fsum(similarities.values()) / len(similarities)
        return Judgement(reward=mean, feedback="\n".join(_feedback(similarities, expected, got)))

    def config(self) -> JsonObject:
        model = self.embedding_model
        return {**super().config(), "axis": self.axis, "embedding_model": None if model is None else model.config()}

    async def _similarities(self, expected: dict[str, str], got: dict[str, str], meter: Meter) -> dict[str, float]:
        paths = list(dict.fromkeys([*expected, *got]))
        differing = [path for path in paths if path in expected and path in got and expected[path] != got[path]]
        texts = list(dict.fromkeys(side[path] for path in differing for side in (expected, got)))
        row = {text: number for number, text in enumerate(texts)}
        vectors = await as_embedding_model(self.embedding_model).embed(texts, meter=meter) if texts else None
        similarities = {path: 1.0 if expected.get(path) == got.get(path) else 0.0 for path in paths}
        if vectors is not None:
            for path in differing:
                similarities[path] = _similarity(vectors[row[expected[path]]], vectors[row[got[path]]])
        return similarities


def _similarity(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    lengths = math.sqrt(float(one @ one)) * math.sqrt(float(other @ other))
    cosine = float(one @ other) / lengths if lengths > 0 else 0.0
    return (min(1.0, max(-1.0, cosine)) + 1) / 2


def _feedback(similarities: dict[str, float], expected: dict[str, str], got: dict[str, str]) -> Iterator[str]:
    for path, similarity in similarities.items():
        if path not in got:
            yield f"{path}: expected {shown(expected[path])}, got nothing"
        elif path not in expected:
            yield f"{path}: expected nothing, got {shown(got[path])}"
        elif similarity < _CLOSE:
            yield f"{path}: similarity {similarity:.2f}; expected {shown(expected[path])}, got {shown(got[path])}"
