"""Measuring: scoring that is reported, and folded into what is known of the candidates."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NamedTuple

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample
from optimizer_core.events import CandidateScored
from optimizer_core.training.ledger import Key, Outcome
from optimizer_core.training.reporting import Reporter
from optimizer_core.training.scoring import Interruption, Question, Scorer
from optimizer_core.training.state import SearchState


class Answered(NamedTuple):
    """A sample with what came of it."""

    sample: Sample
    outcome: Outcome


class Measurer:
    """Scores candidates and tells about it.

    Args:
        scorer: answers the questions.
        state: gets the validation results.
        reporter: gets ``candidate.scored`` for whatever was not reported before.
    """

    def __init__(self, *, scorer: Scorer, state: SearchState, reporter: Reporter) -> None:
        self.scorer, self._state, self._reporter = scorer, state, reporter
        self._reported: set[Key] = set()

    def reported(self) -> set[Key]:
        """Return what was reported by this part of the run, or is known to it from an earlier one."""
        return set(self._reported)

    def know(self, candidate_id: str, outcomes: Sequence[Outcome], *, told: Container[str] | None = None) -> None:
        """Take over results that an earlier part of the run has paid.

        Args:
            candidate_id: whose results.
            outcomes: the results.
            told: ids of the samples that were reported as well; None: all.
        """
        for outcome in outcomes:
            key = Key(candidate_id, outcome.result.sample)
            self.scorer.ledger.put(key, outcome)
            if told is None or key.sample in told:
                self._reported.add(key)

    async def measure(
        self, candidates: Sequence[Candidate], samples: Sequence[Sample], *, split: str
    ) -> list[list[Answered]]:
        """Let each candidate answer each sample, report it, and return what came of it, in the order given.

        Samples are asked one after the other with all candidates, so that an interruption leaves pairs.

        Raises:
            BudgetExhausted: the budget is spent; what is finished is reported and kept.
            RunStopped: the run was asked to stop; likewise.
            ModelOutOfReach: a model answers nothing more; likewise.
        """
        answered, interruption = await self._ask(candidates, samples, urgent=True)
        for candidate, answers in zip(candidates, answered, strict=True):
            self.report(candidate, answers, split=split)
        if interruption is not None:
            raise interruption
        return answered

    async def ask(self, candidates: Sequence[Candidate], samples: Sequence[Sample]) -> list[list[Answered]]:
        """Do the same without a word to anyone, after what is measured; :meth:`report` is for whoever knows when.

        Raises:
            BudgetExhausted: the budget is spent.
            RunStopped: the run was asked to stop.
            ModelOutOfReach: a model answers nothing more.
        """
        answered, interruption = await self._ask(candidates, samples, urgent=False)
        if interruption is not None:
            raise interruption
        return answered

    async def _ask(
        self, candidates: Sequence[Candidate], samples: Sequence[Sample], *, urgent: bool
    ) -> tuple[list[list[Answered]], Interruption | None]:
        questions = [Question(candidate=candidate, sample=sample) for sample in samples for candidate in candidates]
        scoring = await self.scorer.score(questions, urgent=urgent)
        answered: dict[str, list[Answered]] = {candidate.id: [] for candidate in candidates}
        for question, outcome in zip(questions, scoring.outcomes, strict=True):
            if outcome is not None:
                answered[question.candidate.id].append(Answered(question.sample, outcome))
        return [answered[candidate.id] for candidate in candidates], scoring.interruption

    def report(self, candidate: Candidate, answered: Sequence[Answered], *, split: str) -> None:
        """Fold results into what is known of a candidate, and tell those that were not told before."""
        if split == "validation":
            self._state.record(candidate.id, [outcome.result for _, outcome in answered])
        keys = [Key(candidate.id, sample.id) for sample, _ in answered]
        new = tuple(
            outcome.result for key, (_, outcome) in zip(keys, answered, strict=True) if key not in self._reported
        )
        self._reported.update(keys)
        if new:
            running = self._state.mean(candidate.id)
            self._reporter.emit(
                CandidateScored(
                    candidate=candidate.id,
                    split=split,
                    reward=sum(result.reward for result in new) / len(new),
                    results=new,
                    mean=running.mean,
                    count=running.count,
                )
            )
