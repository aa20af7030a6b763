"""LMAsJudge: a language model scores the answer and says why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, TypedDict

from optimizer_core.budget import Meter, Role
from optimizer_core.data.dataset import Sample
from optimizer_core.data.schema import Schema
from optimizer_core.json_values import JsonObject
from optimizer_core.models.language_model import LanguageModel, as_language_model
from optimizer_core.modules.base import Rollout
from optimizer_core.modules.generator import Generator
from optimizer_core.modules.score import check_score_steps, score_schema
from optimizer_core.rewards.base import Judgement
from optimizer_core.rewards.masked import MaskedReward
from optimizer_core.rewards.preferences import check_preferences, taught
from optimizer_core.rewards.registry import register_reward

_INSTRUCTIONS = (
    "You judge the answer of a program. `answer` is what it answered; `expected`, where it is there, is the right "
    "answer; `inputs`, where it is there, is what the program read. Another wording of the right answer is as good as "
    "the right answer itself. Reason first, then score, then say in one or two sentences what would make such answers "
    "better."
)


class JudgeSettings(TypedDict, total=False):
    """The keyword arguments of an LMAsJudge, for the kinds that pass them on."""

    language_model: LanguageModel | str | JsonObject | None
    instructions: str | None
    examples: Iterable[Any]
    preferences: Iterable[Any]
    score_steps: int
    sees_inputs: bool
    temperature: float | None
    reasoning_effort: str | None
    in_mask: Sequence[str] | None
    out_mask: Sequence[str] | None
    in_mask_pattern: str | None
    out_mask_pattern: str | None


@register_reward
class LMAsJudge(MaskedReward):
    """Asks a language model for a reasoning, a score in [0, 1] on fixed steps, and feedback.

    The judge reads ``{"inputs": …, "expected": …, "answer": …}``; without a target, ``expected`` is left out. Masks
    apply to expected and answer.

    Args:
        language_model: a LanguageModel, a model string or a model's configuration; the default model at the time of
            the call when left out.
        instructions: what matters; a general text when left out.
        examples: ``{"inputs": {"inputs", "expected", "answer"}, "outputs": {"reasoning", "score", "feedback"}}``.
        preferences: ``{"inputs", "preferred", "other"}``: pairs of answers of which people preferred one; the judge is
            told them, and to score accordingly.
        score_steps: how many scores there are; 21 gives 0, 0.05 … 1.
        sees_inputs: False keeps the program's inputs from the judge (decision D23).
        temperature: of the judge; the model's own setting when left out.
        reasoning_effort: of the judge; the model's own setting when left out.
        in_mask, out_mask, in_mask_pattern, out_mask_pattern: see :class:`~optimizer_core.data.masks.Mask`.
        name: what logs call it.

    Raises:
        ConfigurationError: a value cannot work.
    """

    def __init__(
        self,
        language_model: LanguageModel | str | JsonObject | None = None,
        instructions: str | None = None,
        examples: Iterable[Any] = (),
        preferences: Iterable[Any] = (),
        score_steps: int = 21,
        sees_inputs: bool = True,
        temperature: float | None = None,
        reasoning_effort: str | None = None,
        in_mask: Sequence[str] | None = None,
        out_mask: Sequence[str] | None = None,
        in_mask_pattern: str | None = None,
        out_mask_pattern: str | None = None,
        name: str = "lm_as_judge",
    ) -> None:
        super().__init__(
            name=name,
            in_mask=in_mask,
            out_mask=out_mask,
            in_mask_pattern=in_mask_pattern,
            out_mask_pattern=out_mask_pattern,
        )
        self.score_steps = check_score_steps(score_steps)
        self.sees_inputs = sees_inputs
        self.instructions = _INSTRUCTIONS if instructions is None else instructions
        self.preferences = check_preferences(preferences)
        self.generator = Generator(
            inputs=None,
            outputs=self._outputs(),
            instructions=taught(self.instructions, map(self._shown, self.preferences)),
            examples=examples,
            language_model=language_model,
            temperature=temperature,
            reasoning_effort=reasoning_effort,
            name="judge",
            trainable=False,
        )

    def check(self, *, targets: bool, outputs: Schema | None = None) -> None:
        if outputs is not None:
            self.mask.check(outputs)
        as_language_model(self.generator.language_model)

    def mismatch(self, target: JsonObject, outputs: Schema) -> str:
        return ""  # a judge may compare fields of different names

    async def judge(self, sample: Sample, output: JsonObject, *, meter: Meter) -> Judgement:
        question: JsonObject = {"inputs": sample.inputs} if self.sees_inputs else {}
        if sample.target is not None:
            sides = self.sides(sample, output)
            if isinstance(sides, Judgement):
                return sides
            question |= {"expected": sides[0], "answer": sides[1]}
        else:
            question["answer"] = self.mask.apply(output)
        answer = await self.generator.answer(question, Rollout(meter=meter, role=Role.JUDGE, sample=sample.id))
        return self.read(answer)

    def score_fields(self) -> JsonObject:
        """Return the fields that hold scores: name → JSON Schema."""
        return {"score": score_schema(self.score_steps, "How good the answer is: 0 is useless, 1 is perfect.")}

    def read(self, answer: JsonObject) -> Judgement:
        """Return the judgement that an answer of the judge means."""
        return Judgement(reward=float(answer["score"]), feedback=said(answer))

    def config(self) -> JsonObject:
        asking = self.generator.asking_config()
        shared = ("language_model", "examples", "temperature", "reasoning_effort")
        return {
            **super().config(),
            **{name: asking[name] for name in shared},
            "instructions": self.instructions,
            "preferences": list(self.preferences),
            "score_steps": self.score_steps,
            "sees_inputs": self.sees_inputs,
        }

    def _shown(self, preference: JsonObject) -> JsonObject:
        inputs: JsonObject = {"inputs": preference["inputs"]} if self.sees_inputs and "inputs" in preference else {}
        return inputs | {side: self.mask.apply(preference[side]) for side in ("preferred", "other")}

    def _outputs(self) -> Schema:
        properties = {
            "reasoning": {"type": "string", "description": "What speaks for and against the answer."},
            **self.score_fields(),
            "feedback": {"type": "string", "description": "What would make such answers better."},
        }
        return Schema.of(
            {"type": "object", "title": "Judgement", "properties": properties, "required": list(properties)}
        )


def weighted_mean(values: Sequence[float], weights: Sequence[float]) -> float:
    """Return ``Σ wᵢ vᵢ / Σ wᵢ``."""
    return math.fsum(w * v for w, v in zip(weights, values, strict=True)) / math.fsum(weights)


def said(answer: JsonObject) -> str:
    """Return the feedback, or the reasoning where the judge left the feedback empty."""
    return str(answer["feedback"]).strip() or str(answer["reasoning"]).strip()
