"""Scoring: candidates answer samples, many at once; the outcomes come back in the order of the questions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from optimizer_core.budget import Meter
from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample
from optimizer_core.errors import BudgetExhausted, ModelError, ModelOutOfReach, RewardError, RunStopped, SchemaError
from optimizer_core.events import SampleResult
from optimizer_core.json_values import JsonObject
from optimizer_core.models.journal import noting_questions
from optimizer_core.modules.base import Module, Rollout
from optimizer_core.records import quick_dataclass
from optimizer_core.rewards.base import Reward
from optimizer_core.training.ledger import Key, Ledger, Outcome
from optimizer_core.training.stopping import Stopper
from optimizer_core.training.turns import Turns


@quick_dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One candidate is to answer one sample."""

    candidate: Candidate
    sample: Sample
    repeat: int = 0

    @property
    def key(self) -> Key:
        return Key(self.candidate.id, self.sample.id, self.repeat)


#: What ends a scoring; it says nothing about the candidates.
Interruption: TypeAlias = BudgetExhausted | RunStopped | ModelOutOfReach


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """What came of some questions, in their order."""

    outcomes: tuple[Outcome | None, ...]  # None: not finished when the scoring ended
    interruption: Interruption | None = None


class _Sheet:
    """The answers to some questions while they come in."""

    def __init__(self, outcomes: list[Outcome | None]) -> None:
        self.outcomes = outcomes
        self.interruption: Interruption | None = None
        self._error: Exception | None = None
        self._open = 0
        self._all_closed: asyncio.Future[None] | None = None

    async def filled(self, count: int) -> None:
        """Wait until so many questions are closed; raise what one of them failed with."""
        self._open = count
        if count:
            self._all_closed = asyncio.get_running_loop().create_future()
            await self._all_closed

    def fail(self, error: Exception) -> None:
        """Let whoever waits have an error, unless it has one."""
        if self._error is None:
            self._error = error
            if self._all_closed is not None and not self._all_closed.done():
                self._all_closed.set_exception(error)

    def close_one(self) -> None:
        """One more is answered, or will not be."""
        self._open -= 1
        if self._open == 0 and self._all_closed is not None and not self._all_closed.done():
            self._all_closed.set_result(None)


class Scorer:
    """Answers questions through the program and the reward.

    Args:
        program: the root module; it is never written into, each rollout carries its candidate.
        reward: judges the answers.
        ledger: what is known already.
        meter: asked before every call.
        concurrency: questions under way at once.
        stopper: ends what is under way.
        after_each: called when a question is answered.
    """

    def __init__(
        self,
        *,
        program: Module,
        reward: Reward,
        ledger: Ledger,
        meter: Meter,
        concurrency: int,
        stopper: Stopper,
        after_each: Callable[[], None],
    ) -> None:
        self.ledger = ledger
        self._program, self._reward, self._meter = program, reward, meter
        self._outputs = program.outputs_schema
        self._stopper, self._after_each = stopper, after_each
        self._turns = Turns(concurrency)

    async def score(self, questions: Sequence[Question], *, urgent: bool = False) -> Scoring:
        """Answer all questions. A sample that a model or the reward fails on gets reward 0.

        When the budget is spent, the run is stopped or a model is out of reach, no further question is begun; what is
        finished is kept.

        Args:
            questions: each a candidate and a sample.
            urgent: True for what nothing can go on without: it goes before what waits already.
        """
        sheet = _Sheet([self.ledger.known(question.key) for question in questions])
        # A race asks mostly for what is known already.
        unknown = [place for place, outcome in enumerate(sheet.outcomes) if outcome is None]
        works = [
            self._turns.add(partial(self._answer, questions[place], place, sheet), urgent=urgent) for place in unknown
        ]
        try:
            await sheet.filled(len(unknown))
        except BaseException:
            await sheet.filled(sum([work.drop() for work in works]))
            raise
        return Scoring(outcomes=tuple(sheet.outcomes), interruption=sheet.interruption)

    async def _answer(self, question: Question, place: int, sheet: _Sheet) -> None:
        try:
            if sheet.interruption is None:
                sheet.outcomes[place] = await self._stopper.guard(
                    self.ledger.ask(question.key, lambda: self._evaluate(question))
                )
                self._after_each()
        except (BudgetExhausted, RunStopped, ModelOutOfReach) as interruption:
            sheet.interruption = sheet.interruption or interruption
        except Exception as error:  # whoever waits for the sheet gets it
            sheet.fail(error)
        finally:
            sheet.close_one()

    async def _evaluate(self, question: Question) -> Outcome:
        with noting_questions() as asked:
            return await self._judged(question, asked)

    async def _judged(self, question: Question, asked: list[str]) -> Outcome:
        """Return the outcome with the keys of the questions that were ``asked`` on the way."""
        sample = question.sample
        rollout = Rollout(
            content=question.candidate.content, meter=self._meter, sample=sample.id, repeat=question.repeat
        )
        output: JsonObject | None = None
        try:
            output = await self._program(sample.inputs, rollout)
            if output is None:
                return _failed(sample, None, "the program gave no answer", "NoAnswer", asked)
            if self._outputs is not None:
                output = self._outputs.with_defaults(output)
            judgement = await self._reward.judge(sample, output, meter=self._meter)
        except ModelOutOfReach:
            raise
        except (ModelError, SchemaError, RewardError) as error:
            return _failed(sample, output, str(error), type(error).__name__, asked)
        result = SampleResult(
            sample=sample.id,
            reward=judgement.reward,
            output=output,
            feedback=judgement.feedback,
            questions=tuple(asked),
        )
        return Outcome(result=result, trace=tuple(rollout.trace))


def _failed(sample: Sample, output: JsonObject | None, error: str, failure: str, asked: list[str]) -> Outcome:
    result = SampleResult(sample=sample.id, reward=0.0, output=output, error=error, questions=tuple(asked))
    return Outcome(result=result, failure=failure)
