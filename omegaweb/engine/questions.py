"""What a run asks its models, and what such questions take: tokens, money, time.

Tokens are characters / 4. OMEGA asks its proposer for each rewriting, a judge is asked once an answer, and each
candidate is embedded once. Time assumes SECONDS_A_CALL for models that are not built in.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

from omegaweb.engine.providers import Price, is_built_in
from omegaweb.engine.workload import Span, Workload
from omegaweb.programs.models import OutputType
from omegaweb.runs.configuration import OptimizerChoice, RunConfiguration

CHARACTERS_A_TOKEN = 4
#: Tokens of the frame around a prompt: field list, roles, JSON.
FRAME_TOKENS = 40
#: Of the answers, those whose prompt holds examples: not the baseline's, nor the first proposals' in full.
SHARE_WITH_EXAMPLES = 0.6
#: Written by the model: for the fields, for thinking first, for a rewritten instruction, for a verdict.
ANSWER_TOKENS, THINKING_TOKENS, REWRITE_TOKENS, VERDICT_TOKENS = 15, 120, 350, 60
#: A hosted model's usual wait for one answer.
SECONDS_A_CALL = 1.2
#: The built-in model on two cores, beside other work: seconds for one answer, for a thousand tokens of a prompt, and
#: for a thousand that it composes, where it does not choose among answers.
BUILT_IN_SECONDS, BUILT_IN_SECONDS_A_THOUSAND, BUILT_IN_SECONDS_A_THOUSAND_COMPOSED = 0.12, 0.5, 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Calls of one kind and what one of them takes."""

    model: str
    calls: Span
    read: float  # tokens
    written: float
    composed: float  # of those written: what is not one of a list

    @property
    def tokens(self) -> Span:
        return self.calls.scaled(self.read + self.written)

    def cost(self, price: Price) -> Span:
        return self.calls.scaled(self.read * price.read + self.written * price.written)

    def seconds(self, concurrency: int) -> Span:
        if is_built_in(self.model):
            read = BUILT_IN_SECONDS_A_THOUSAND * self.read / 1000
            composed = BUILT_IN_SECONDS_A_THOUSAND_COMPOSED * self.composed / 1000
            return self.calls.scaled(BUILT_IN_SECONDS + read + composed)
        return self.calls.scaled(SECONDS_A_CALL / max(1, concurrency))


def questions_of(configuration: RunConfiguration, work: Workload, proposals: Span, row_characters: float) -> list[Load]:
    """Return all that a run with so many proposals asks."""
    models = configuration.models
    loads = answering(configuration, work.answers(proposals), row_characters)
    made = work.rewritings(proposals)
    proposed = rewriting(configuration, made, row_characters)
    if proposed is not None:
        loads.append(proposed)
        if configuration.optimizer.parameters.get("algorithm", "dns") != "ga":
            embedded = Span(low=math.ceil(proposals.low / work.steps), high=made.high + 1)
            text = len(configuration.program["instruction"]) / CHARACTERS_A_TOKEN
            loads.append(Load(model=models.embedding, calls=embedded, read=text, written=0, composed=0))
    return loads


def rewriting(configuration: RunConfiguration, made: Span, row_characters: float) -> Load | None:
    """What the proposing model is asked; None where nobody proposes."""
    if configuration.optimizer.kind != "omega":
        return None
    models = configuration.models
    shown = 4 * (row_characters / CHARACTERS_A_TOKEN + 40)
    text = len(configuration.program["instruction"]) / CHARACTERS_A_TOKEN
    return Load(
        model=models.proposer or models.task,
        calls=made,
        read=600 + shown + text,
        written=REWRITE_TOKENS,
        composed=REWRITE_TOKENS,
    )


def answering(configuration: RunConfiguration, answers: Span, row_characters: float) -> list[Load]:
    """Rows that are answered and judged."""
    models = configuration.models
    read, written = _task_tokens(configuration, row_characters)
    loads = [Load(model=models.task, calls=answers, read=read, written=written, composed=_composed(configuration))]
    if configuration.reward.kind == "judge":
        pairs = len(json.dumps(configuration.reward.preferences, ensure_ascii=False)) / CHARACTERS_A_TOKEN
        judged = 200 + pairs + 2 * written
        model = models.judge or models.task
        loads.append(Load(model=model, calls=answers, read=judged, written=VERDICT_TOKENS, composed=VERDICT_TOKENS))
    if configuration.reward.kind == "similarity":
        loads.append(Load(model=models.embedding, calls=answers, read=2 * written, written=0, composed=0))
    return loads


def _task_tokens(configuration: RunConfiguration, row_characters: float) -> tuple[float, float]:
    """Tokens read and written for one answered row."""
    definition = configuration.program
    written = ANSWER_TOKENS * max(1, len(definition["output_fields"]))
    if definition["style"] == "step_by_step":
        written += THINKING_TOKENS
    row = row_characters / CHARACTERS_A_TOKEN
    choices = sum(len(str(field)) for field in definition["output_fields"]) / CHARACTERS_A_TOKEN
    examples = SHARE_WITH_EXAMPLES * _examples(configuration.optimizer) * (row + written)
    return FRAME_TOKENS + len(definition["instruction"]) / CHARACTERS_A_TOKEN + choices + row + examples, written


def _composed(configuration: RunConfiguration) -> float:
    """Tokens of an answer that are not one of a list."""
    definition = configuration.program
    chosen = (OutputType.CHOICE, OutputType.BOOLEAN)
    free = sum(field["type"] not in chosen for field in definition["output_fields"])
    return ANSWER_TOKENS * free + (THINKING_TOKENS if definition["style"] == "step_by_step" else 0)


def _examples(optimizer: OptimizerChoice) -> float:
    """Examples in a prompt that has some, on average."""
    parameters = optimizer.parameters
    if optimizer.kind == "random_few_shot":
        return float(parameters.get("nb_min_examples", 1) + parameters.get("nb_max_examples", 3)) / 2
    return float(parameters.get("example_limit", 16)) / 2 if optimizer.races else 0.0
