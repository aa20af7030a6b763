"""ExactMatch: 1 where the answer is the target, 0 where it is not."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from optimizer_core.budget import Meter
from optimizer_core.data.dataset import Sample
from optimizer_core.data.schema_problems import shown
from optimizer_core.json_values import JsonObject
from optimizer_core.rewards.base import Judgement
from optimizer_core.rewards.leaves import leaves
from optimizer_core.rewards.masked import MaskedReward
from optimizer_core.rewards.registry import register_reward


@register_reward
class ExactMatch(MaskedReward):
    """1.0 where the masked answer equals the masked target, else 0.0; the feedback names each field that differs.

    Texts are equal to the letter, truth values are no numbers, and 1 equals 1.0.

    Args:
        in_mask, out_mask, in_mask_pattern, out_mask_pattern: see :class:`~optimizer_core.data.masks.Mask`.
        name: what logs call it.
        normalize: True ignores case, width and spacing of texts (Unicode NFKC, casefold, single spaces).

    Raises:
        ConfigurationError: a mask cannot work.
    """

    def __init__(
        self,
        in_mask: Sequence[str] | None = None,
        out_mask: Sequence[str] | None = None,
        in_mask_pattern: str | None = None,
        out_mask_pattern: str | None = None,
        name: str = "exact_match",
        normalize: bool = False,
    ) -> None:
        super().__init__(
            name=name,
            in_mask=in_mask,
            out_mask=out_mask,
            in_mask_pattern=in_mask_pattern,
            out_mask_pattern=out_mask_pattern,
        )
        self.normalize = normalize

    async def judge(self, sample: Sample, output: JsonObject, *, meter: Meter) -> Judgement:
        sides = self.sides(sample, output)
        if isinstance(sides, Judgement):
            return sides
        differences = list(self._differences(*sides))
        return Judgement(reward=0.0 if differences else 1.0, feedback="\n".join(differences))

    def config(self) -> JsonObject:
        return {**super().config(), "normalize": self.normalize}

    def _differences(self, target: JsonObject, answer: JsonObject) -> Iterator[str]:
        expected, got = leaves(target), leaves(answer)
        for path, leaf in expected.items():
            if path not in got:
                yield f"{path}: expected {shown(leaf)}, got nothing"
            elif not self._equal(leaf, got[path]):
                yield f"{path}: expected {shown(leaf)}, got {shown(got[path])}"
        for path, leaf in got.items():
            if path not in expected:
                yield f"{path}: expected nothing, got {shown(leaf)}"

    def _equal(self, one: Any, other: Any) -> bool:
        if isinstance(one, bool) is not isinstance(other, bool):
            return False
        if self.normalize and isinstance(one, str) and isinstance(other, str):
            return _plain(one) == _plain(other)
        return bool(one == other)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
