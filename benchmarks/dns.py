"""The competition by dominated novelty among 1,000 and 10,000 candidates: our own CPU time, and texts embedded.

    python -m benchmarks.dns [--sizes 1000 10000] [--keep]

Each candidate has an instruction of its own and three of fifty examples. The embedding model is a table of random
vectors; the time it takes is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.results import keep
from optimizer_core.budget import Meter
from optimizer_core.json_values import JsonObject
from optimizer_core.population.distance import CosineDistances
from optimizer_core.population.dominated_novelty import by_radius

DIMENSIONS = 256  # of an embedding
EXAMPLES = 50
K_NEAREST_FITTER = 5
SURVIVORS = 10


class TableEmbedding:
    """Gives every text a random vector; counts questions and texts, and the time it takes itself."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self.questions = 0
        self.texts: list[str] = []
        self.cpu_seconds = 0.0

    async def embed(self, texts: Sequence[str], *, meter: Meter) -> NDArray[Any]:
        began = time.process_time()
        self.questions += 1
        self.texts.extend(texts)
        vectors = self._rng.standard_normal((len(texts), DIMENSIONS)).astype(np.float32)
        self.cpu_seconds += time.process_time() - began
        return vectors


def main() -> None:
    options = read_options()
    for size in options.sizes:
        figures = [asyncio.run(compete(size, seed)) for seed in range(options.repeats)]
        middle = statistics.median(figure["cpu_ms"] for figure in figures)
        print(f"{size:>6} candidates: {middle:.0f} ms of CPU (median of {len(figures)}); {figures[0]}", flush=True)
        if options.keep:
            for repeat, figure in enumerate(figures):
                keep("dns", size=size, repeat=repeat, **figure)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=[1000, 10_000])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="keep the figures for the table")
    return parser.parse_args()


async def compete(size: int, seed: int) -> dict[str, Any]:
    """Let so many candidates compete once."""
    contents, fitness = draw_candidates(size, seed)
    embedding = TableEmbedding(seed)
    began = time.process_time()
    rows = await CosineDistances().rows(contents, embedding, meter=Meter())
    standings = by_radius(fitness, rows, k_nearest_fitter=K_NEAREST_FITTER, size=SURVIVORS)
    cpu = time.process_time() - began - embedding.cpu_seconds
    return {
        "cpu_ms": round(cpu * 1000, 1),
        "kept": sum(standing.kept for standing in standings),
        "questions": embedding.questions,
        "texts": len(embedding.texts),
        "distinct_texts": len(set(embedding.texts)),
    }


def draw_candidates(size: int, seed: int) -> tuple[list[dict[str, JsonObject]], list[float]]:
    """Return contents of one variable, and their falling fitness."""
    rng = random.Random(seed)
    pool = [{"inputs": {"ticket": f"ticket {i}"}, "outputs": {"label": f"desk {i % 8}"}} for i in range(EXAMPLES)]
    contents: list[dict[str, JsonObject]] = [
        {"generator": {"instructions": f"Instruction {i}.", "examples": rng.sample(pool, 3)}} for i in range(size)
    ]
    return contents, sorted((rng.randrange(100) / 100 for _ in range(size)), reverse=True)


if __name__ == "__main__":
    main()
