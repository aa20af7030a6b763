"""Few-shot examples drawn from what the program itself answered in this epoch; asks no model."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from optimizer_core.errors import NoProposal
from optimizer_core.json_values import JsonObject
from optimizer_core.population.selection import select_many

#: How many examples a proposal may add.
GROWTH = (4, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledPrediction:
    """What a variable's module read and answered, with the reward of its sample."""

    variable: str
    inputs: JsonObject
    outputs: JsonObject
    reward: float
    sample: str = ""  # id of the sample


class FewShotPool:
    """The predictions of the current epoch, in the order of their samples."""

    def __init__(self) -> None:
        self._predictions: list[PooledPrediction] = []

    def add(self, predictions: Iterable[PooledPrediction]) -> None:
        self._predictions.extend(predictions)

    def clear(self) -> None:
        self._predictions.clear()

    def of(self, variable: str) -> list[PooledPrediction]:
        return [prediction for prediction in self._predictions if prediction.variable == variable]

    def to_json(self) -> list[JsonObject]:
        return [asdict(prediction) for prediction in self._predictions]

    def restore(self, saved: Iterable[JsonObject]) -> None:
        """Hold exactly what :meth:`to_json` returned."""
        self._predictions = [PooledPrediction(**item) for item in saved]


def draw_examples(
    pool: Sequence[PooledPrediction],
    *,
    nb_min_examples: int,
    nb_max_examples: int,
    sampling: str,
    temperature: float,
    rng: random.Random,
) -> list[JsonObject]:
    """Return between ``nb_min_examples`` and ``nb_max_examples`` predictions as examples.

    The number is drawn first, uniformly. None gives an empty list, which clears the examples (decision D17); a
    pool that is not larger is taken whole, in its order, whatever the rewards. Else they are drawn without putting
    back, by ``sampling``.

    Raises:
        NoProposal: examples are wanted, but the program has answered nothing yet in this epoch.
    """
    count = rng.randint(nb_min_examples, nb_max_examples)
    if count == 0:
        return []
    if not pool:
        raise NoProposal("there is no prediction in this epoch to take examples from")
    rewards = [prediction.reward for prediction in pool]
    chosen = select_many(rewards, count, sampling, temperature=temperature, rng=rng)
    # The reward is left out: two equal prompts are one candidate, whatever their examples once scored.
    return [{"inputs": pool[index].inputs, "outputs": pool[index].outputs} for index in chosen]


def grow_examples(
    present: Sequence[JsonObject], offered: Sequence[JsonObject], *, limit: int, rng: random.Random
) -> list[JsonObject]:
    """Return the present examples with 4 or 8 of the offered ones; where they are too many, some present ones go.

    Args:
        present: examples that stand already.
        offered: new ones, the most wanted first.
        limit: how many there may be.
        rng: the source of chance.

    Raises:
        NoProposal: nothing new is offered.
    """
    new = [example for example in offered if example not in present]
    if not new or limit < 1:
        raise NoProposal("there is nothing new to take as an example")
    count = min(rng.choice(GROWTH), len(new), limit)
    room = limit - count
    kept = (
        list(present) if len(present) <= room else [present[i] for i in sorted(rng.sample(range(len(present)), room))]
    )
    return [*kept, *new[:count]]


def united(one: Sequence[JsonObject], other: Sequence[JsonObject], *, limit: int) -> list[JsonObject]:
    """Return the examples of both, each once, the first one's before the other's, at most ``limit``."""
    added = [example for example in other if example not in one]
    return [*one, *added[: max(0, limit - len(one))]]
