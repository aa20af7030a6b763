"""How OMEGA's candidates compete: by which law, and how far apart they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from optimizer_core.budget import Meter
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.models.defaults import get_default_embedding_model
from optimizer_core.models.embedding_model import EmbeddingModel
from optimizer_core.population.distance import CosineDistances, DistanceFunction, Vector, custom_distances
from optimizer_core.population.dominated_novelty import DistanceRows, Standing, by_fitness, by_novelty, by_radius

ALGORITHMS = ("dns", "dns-rank", "ga")


@dataclass(slots=True, kw_only=True)
class Competition:
    """The law of survival, and what it measures with; see :class:`OMEGA` for the settings."""

    algorithm: str
    size: int  # how many survive
    k_nearest_fitter: int
    distance_function: DistanceFunction | None
    embedding_model: EmbeddingModel | None
    _placed: tuple[EmbeddingModel, CosineDistances] | None = field(default=None, init=False)

    def check(self) -> None:
        """Look whether everything that it needs is there.

        Raises:
            ConfigurationError: there is no embedding model.
        """
        if self._embeds:
            self._embedder()

    async def standings(self, contents: Sequence[JsonObject], fitness: Sequence[float], meter: Meter) -> list[Standing]:
        """Say who survives, and why; the contents come best first."""
        if self.algorithm == "ga" or len(contents) == 1:
            return by_fitness(fitness, size=self.size)
        law = by_radius if self.algorithm == "dns" else by_novelty
        rows = await self._distances(contents, fitness, meter)
        return law(fitness, rows, k_nearest_fitter=self.k_nearest_fitter, size=self.size)

    async def vectors(self, contents: Sequence[JsonObject], meter: Meter) -> list[Vector] | None:
        """Return where contents lie; None where the law does without."""
        if not self._embeds:
            return None
        embedder = self._embedder()
        return await self._cosine(embedder).vectors(contents, embedder, meter=meter)

    @property
    def _embeds(self) -> bool:
        return self.algorithm != "ga" and self.distance_function is None

    async def _distances(self, contents: Sequence[JsonObject], fitness: Sequence[float], meter: Meter) -> DistanceRows:
        if self.distance_function is not None:
            embedder = self.embedding_model or get_default_embedding_model()
            return await custom_distances(contents, fitness, self.distance_function, embedder)
        embedder = self._embedder()
        return await self._cosine(embedder).rows(contents, embedder, meter=meter)

    def _cosine(self, embedder: EmbeddingModel) -> CosineDistances:
        """Return what measures with this embedding model and remembers what it has measured."""
        if self._placed is None or self._placed[0] is not embedder:
            self._placed = (embedder, CosineDistances())
        return self._placed[1]

    def _embedder(self) -> EmbeddingModel:
        model = self.embedding_model or get_default_embedding_model()
        if model is None:
            raise ConfigurationError(
                f"OMEGA with algorithm={self.algorithm!r} needs an embedding model; pass embedding_model=…, call "
                'oc.set_default_embedding_model(…), give a distance_function, or take algorithm="ga"'
            )
        return model
