"""RubricsAsJudge: a language model scores the answer by several named criteria."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.modules.score import score_schema
from optimizer_core.rewards.base import Judgement
from optimizer_core.rewards.judge import JudgeSettings, LMAsJudge, said, weighted_mean
from optimizer_core.rewards.registry import register_reward
from optimizer_core.rewards.weights import check_weights

_TAKEN = ("reasoning", "feedback")


@register_reward
class RubricsAsJudge(LMAsJudge):
    """The weighted mean of one score for each criterion, ``Σ wᵢ sᵢ / Σ wᵢ``, all given in one call.

    Args:
        rubrics: name of each criterion → what it asks for; the names are the fields that the judge fills.
        weights: name → weight; 1 where left out.
        name: what logs call it.
        **settings: those of :class:`~optimizer_core.rewards.judge.LMAsJudge`.

    Raises:
        TypeError: a keyword is unknown.
        ConfigurationError: a value cannot work.
    """

    def __init__(
        self,
        rubrics: Mapping[str, str],
        weights: Mapping[str, float] | None = None,
        *,
        name: str = "rubrics_as_judge",
        **settings: Unpack[JudgeSettings],
    ) -> None:
        described = isinstance(rubrics, Mapping) and all(isinstance(t, str) and t.strip() for t in rubrics.values())
        if not rubrics or not described or any(taken in rubrics for taken in _TAKEN):
            raise ConfigurationError(
                f"rubrics={rubrics!r} must map names, other than {' and '.join(_TAKEN)}, to what each asks for"
            )
        unknown = [criterion for criterion in weights or {} if criterion not in rubrics]
        if unknown:
            raise ConfigurationError(f"weights name {unknown}, which are no rubrics; they are {', '.join(rubrics)}")
        self.rubrics = dict(rubrics)
        self.weights = check_weights([(weights or {}).get(criterion, 1.0) for criterion in rubrics], len(rubrics))
        super().__init__(name=name, **settings)

    def score_fields(self) -> JsonObject:
        return {name: score_schema(self.score_steps, asks) for name, asks in self.rubrics.items()}

    def read(self, answer: JsonObject) -> Judgement:
        scores = [float(answer[name]) for name in self.rubrics]
        judged = ", ".join(f"{name} {score:g}" for name, score in zip(self.rubrics, scores, strict=True))
        return Judgement(reward=weighted_mean(scores, self.weights), feedback=f"{judged}. {said(answer)}".strip())

    def config(self) -> JsonObject:
        weights = dict(zip(self.rubrics, self.weights, strict=True))
        return {**super().config(), "rubrics": self.rubrics, "weights": weights}
