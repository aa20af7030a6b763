"""CosineSimilarity as a metric: the mean of the reward of the same name."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer_core import rewards
from optimizer_core.json_values import JsonObject
from optimizer_core.metrics.mean import MeanMetricWrapper
from optimizer_core.metrics.registry import register_metric
from optimizer_core.models.embedding_model import EmbeddingModel


@register_metric
class CosineSimilarity(MeanMetricWrapper):
    """The mean over samples of :class:`~optimizer_core.rewards.cosine_similarity.CosineSimilarity`.

    Args:
        embedding_model: the default model at the time of the call when left out.
        in_mask, out_mask, in_mask_pattern, out_mask_pattern: see :class:`~optimizer_core.data.masks.Mask`.
        name: what logs call it.

    Raises:
        ConfigurationError: a value cannot work.
    """

    def __init__(
        self,
        embedding_model: EmbeddingModel | str | JsonObject | None = None,
        in_mask: Sequence[str] | None = None,
        out_mask: Sequence[str] | None = None,
        in_mask_pattern: str | None = None,
        out_mask_pattern: str | None = None,
        name: str = "cosine_similarity",
    ) -> None:
        super().__init__(
            rewards.CosineSimilarity(
                embedding_model,
                in_mask=in_mask,
                out_mask=out_mask,
                in_mask_pattern=in_mask_pattern,
                out_mask_pattern=out_mask_pattern,
            ),
            name=name,
        )

    def config(self) -> JsonObject:
        config = self.reward.config()
        del config["axis"]
        return {**config, "name": self.name}
