"""The part that rewards which compare an answer with its target share: masks, and what cannot be compared."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from optimizer_core.data.dataset import Sample
from optimizer_core.data.masks import Mask
from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.rewards.base import Judgement, Reward

logger = logging.getLogger(__name__)


class MaskedReward(Reward):
    """Base of rewards that compare the masked answer with the masked target.

    Args:
        in_mask, out_mask, in_mask_pattern, out_mask_pattern: see :class:`~optimizer_core.data.masks.Mask`.
        name: what logs call it.
    """

    def __init__(
        self,
        *,
        name: str,
        in_mask: Sequence[str] | None = None,
        out_mask: Sequence[str] | None = None,
        in_mask_pattern: str | None = None,
        out_mask_pattern: str | None = None,
    ) -> None:
        super().__init__(name=name)
        self.mask = Mask(
            in_mask=in_mask, out_mask=out_mask, in_mask_pattern=in_mask_pattern, out_mask_pattern=out_mask_pattern
        )
        self._warned = False

    def check(self, *, targets: bool, outputs: Schema | None = None) -> None:
        if not targets:
            raise ConfigurationError(f"the reward {self.name!r} compares with targets, but there are none; give y")
        if outputs is not None:
            self.mask.check(outputs)

    def mismatch(self, target: JsonObject, outputs: Schema) -> str:
        """Return that a masked target has no field that the program answers, where that is so."""
        if outputs.allows_more or any(name in outputs.shared["properties"] for name in self.mask.apply(target)):
            return ""
        compared, found = ", ".join(self.mask.kept_of(outputs)), ", ".join(target) or "no fields"
        return f"the reward {self.name!r} compares {compared}, but the target has {found}"

    def sides(self, sample: Sample, output: JsonObject) -> tuple[JsonObject, JsonObject] | Judgement:
        """Return target and answer, masked, or the judgement where there is nothing to compare: 0, and why."""
        if sample.target is None:
            return Judgement(reward=0.0, feedback="There is no target to compare with.")
        target, answer = self.mask.apply(sample.target), self.mask.apply(output)
        if target or answer:
            return target, answer
        why = (
            f"The masks {self.mask.config()} leave nothing of target and answer." if sample.target else "Empty target."
        )
        if not self._warned:  # once a run is enough: it is the same for every sample
            logger.warning("%s: sample %s: %s", self.name, sample.id, why)
            self._warned = True
        return Judgement(reward=0.0, feedback=why)

    def config(self) -> JsonObject:
        return {**super().config(), **self.mask.config()}
