"""What an operator is shown: good and bad predictions with rewards, recurring hard examples, rejected proposals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from optimizer_core.json_values import JsonObject, content_hash
from optimizer_core.records import quick_dataclass

#: Rewards from here on count as right: there is nothing to mend.
RIGHT = 0.999


@quick_dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPrediction:
    """What the program answered to one sample, and what that was worth."""

    inputs: JsonObject
    output: JsonObject | None  # None where the sample failed
    target: JsonObject | None
    reward: float  # the mean, where it was observed more than once
    feedback: str = ""
    error: str = ""
    observations: int = 1
    sample: str = ""  # id of the sample
    note: str = ""  # what a person said about the row before the run

    @property
    def key(self) -> str:
        """What makes two observations the same example."""
        return content_hash(self.inputs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A proposal that a reviewer did not let in as it was: turned down, sent back for changes, or rewritten by hand."""

    candidate: str
    content: JsonObject  # variable name → {custom fields, "examples"}
    reason: str
    wants_changes: bool = False
    edited: JsonObject | None = None  # the content as the reviewer rewrote it


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a person who supervises the run wants the proposer to know."""

    text: str
    author: str = ""


@quick_dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A sample whose target is known, whatever the program answers: it costs no call to show."""

    inputs: JsonObject
    target: JsonObject
    sample: str = ""  # id of the sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a proposal is based on."""

    good: tuple[ScoredPrediction, ...] = ()  # best first
    bad: tuple[ScoredPrediction, ...] = ()  # worst first
    hard: tuple[ScoredPrediction, ...] = ()  # of earlier batches, hardest first
    labelled: tuple[Labelled, ...] = ()  # shown without an answer, the most telling first
    rejections: tuple[Rejection, ...] = ()  # oldest first; also what was sent back or rewritten
    notes: tuple[Note, ...] = ()  # oldest first

    @property
    def samples(self) -> tuple[str, ...]:
        """The ids of the samples that are shown, failures first."""
        shown: tuple[ScoredPrediction | Labelled, ...] = (*self.bad, *self.hard, *self.good, *self.labelled)
        return tuple(dict.fromkeys(prediction.sample for prediction in shown if prediction.sample))


def split_predictions(
    predictions: Sequence[ScoredPrediction], *, best: int, worst: int, least: float | None = None
) -> tuple[tuple[ScoredPrediction, ...], tuple[ScoredPrediction, ...]]:
    """Return the ``best`` highest rewarded, best first, and of the rest the ``worst`` lowest, worst first.

    Args:
        predictions: all that there are.
        best: how many count as good, at most.
        worst: how many count as bad, at most.
        least: reward below which none counts as good; None: any may.
    """
    ordered = sorted(predictions, key=lambda prediction: -prediction.reward)
    good = [prediction for prediction in ordered[:best] if least is None or prediction.reward >= least]
    rest = ordered[len(good) :]
    rest.reverse()
    return tuple(good), tuple(rest[:worst])


class HardExampleMemory:
    """Remembers how each training input did over all batches (decision D22).

    Args:
        limit: how many inputs are remembered; the easiest are forgotten first.
    """

    def __init__(self, *, limit: int = 1000) -> None:
        self._limit = limit
        self._seen: dict[str, ScoredPrediction] = {}

    def observe(self, predictions: Iterable[ScoredPrediction]) -> None:
        """Fold rewards into the means; the last output and feedback count."""
        for prediction in predictions:
            known = self._seen.pop(prediction.key, None)
            count = known.observations + 1 if known else 1
            mean = known.reward + (prediction.reward - known.reward) / count if known else prediction.reward
            self._seen[prediction.key] = replace(prediction, reward=mean, observations=count)
        while len(self._seen) > self._limit:
            del self._seen[max(self._seen, key=lambda key: self._seen[key].reward)]

    def hardest(
        self, limit: int, *, min_observations: int, without: Iterable[ScoredPrediction] = ()
    ) -> tuple[ScoredPrediction, ...]:
        """Return the inputs with the lowest mean reward, ties by more observations.

        Args:
            limit: how many.
            min_observations: how often an input must have been seen.
            without: the batch at hand, which is shown anyway.
        """
        if not self._seen:  # as in every racing search
            return ()
        hidden = {prediction.key for prediction in without}
        known = [
            prediction
            for key, prediction in self._seen.items()
            if prediction.observations >= min_observations and key not in hidden
        ]
        known.sort(key=lambda prediction: (prediction.reward, -prediction.observations))
        return tuple(known[:limit])

    def to_json(self) -> list[JsonObject]:
        return [asdict(prediction) for prediction in self._seen.values()]

    def restore(self, saved: Iterable[JsonObject]) -> None:
        """Hold exactly what :meth:`to_json` returned."""
        predictions = [ScoredPrediction(**item) for item in saved]
        self._seen = {prediction.key: prediction for prediction in predictions}
