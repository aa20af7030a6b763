"""F1: the F-scores that weigh precision and recall alike."""

from __future__ import annotations

from typing import Unpack

from optimizer_core.json_values import JsonObject
from optimizer_core.metrics.f_scores import BinaryFBetaScore, FBetaScore, ListFBetaScore, MaskSettings
from optimizer_core.metrics.registry import register_metric


@register_metric
class F1Score(FBetaScore):
    """FBetaScore with beta 1.

    Args:
        average: "macro", "micro", "weighted"; None gives one number for each field.
        name: what logs call it.
        **masks: which fields count.
    """

    def __init__(self, average: str | None = None, name: str = "f1_score", **masks: Unpack[MaskSettings]) -> None:
        super().__init__(beta=1.0, average=average, name=name, **masks)

    def config(self) -> JsonObject:
        return _without_beta(super().config())


@register_metric
class BinaryF1Score(BinaryFBetaScore):
    """BinaryFBetaScore with beta 1.

    Args:
        threshold: numbers above it are true; more than 0 and at most 1.
        average: "macro", "micro", "weighted"; None gives one number for each field.
        name: what logs call it.
        **masks: which fields count.
    """

    def __init__(
        self,
        threshold: float = 0.5,
        average: str | None = None,
        name: str = "binary_f1_score",
        **masks: Unpack[MaskSettings],
    ) -> None:
        super().__init__(beta=1.0, threshold=threshold, average=average, name=name, **masks)

    def config(self) -> JsonObject:
        return _without_beta(super().config())


@register_metric
class ListF1Score(ListFBetaScore):
    """ListFBetaScore with beta 1.

    Args:
        average: "macro", "micro", "weighted" or None; all the same, because the labels are one field.
        name: what logs call it.
        **masks: which fields count.
    """

    def __init__(self, average: str | None = None, name: str = "list_f1_score", **masks: Unpack[MaskSettings]) -> None:
        super().__init__(beta=1.0, average=average, name=name, **masks)

    def config(self) -> JsonObject:
        return _without_beta(super().config())


def _without_beta(config: JsonObject) -> JsonObject:
    return {name: value for name, value in config.items() if name != "beta"}
