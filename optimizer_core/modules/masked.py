"""Masked: passes on some fields of what it reads."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer_core.data.masks import Mask
from optimizer_core.json_values import JsonObject
from optimizer_core.modules.base import Module, Rollout
from optimizer_core.modules.registry import register_module


@register_module
class Masked(Module):
    """Answers the fields of its input that the masks leave; asks no model.

    Args:
        in_mask, out_mask, in_mask_pattern, out_mask_pattern: see :class:`~optimizer_core.data.masks.Mask`.
        name: unique among its siblings.
        description: what it is for.
        trainable: nothing here can be trained; kept for modules that are made by their settings.

    Raises:
        ConfigurationError: a mask cannot work.
    """

    def __init__(
        self,
        *,
        in_mask: Sequence[str] | None = None,
        out_mask: Sequence[str] | None = None,
        in_mask_pattern: str | None = None,
        out_mask_pattern: str | None = None,
        name: str | None = None,
        description: str = "",
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        self.mask = Mask(
            in_mask=in_mask, out_mask=out_mask, in_mask_pattern=in_mask_pattern, out_mask_pattern=out_mask_pattern
        )

    async def call(self, inputs: JsonObject, rollout: Rollout) -> JsonObject | None:
        return self.mask.apply(inputs)

    def config(self) -> JsonObject:
        return {**super().config(), **self.mask.config()}
