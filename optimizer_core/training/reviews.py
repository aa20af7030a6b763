"""Reviews: people are asked while the run goes on, and what they say is applied between two batches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample
from optimizer_core.data.variable import EXAMPLES
from optimizer_core.errors import BudgetExhausted
from optimizer_core.events import WAITING_FOR_REVIEW, ProposalFailed, ReviewDecided, ReviewRequested
from optimizer_core.json_values import JsonObject
from optimizer_core.review import Decision, Proposal, Verdict
from optimizer_core.training.run import Run


class ReviewDesk:
    """Stands between a scored candidate and the population. Without a gate everyone is let in at once.

    What the gate raises ends the run: a review that cannot be held must not be skipped.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._open: dict[str, asyncio.Task[Verdict]] = {}

    async def submit(self, candidate: Candidate, samples: Sequence[Sample]) -> None:
        """Hand in a candidate that has answered ``samples``."""
        run = self._run
        if run.settings.review is None:
            run.state.admit(candidate)
            return
        mean = run.state.mean(candidate.id)
        run.state.waiting[candidate.id] = tuple(sample.id for sample in samples)
        run.reporter.emit(ReviewRequested(candidate=candidate.id, reward=mean.mean, count=mean.count))
        self._ask(candidate)
        await self.collect()

    def reopen(self) -> None:
        """Ask again for the candidates that waited when the checkpoint was written."""
        for name in self._run.state.waiting:
            self._ask(self._run.state.candidates[name])

    async def collect(self) -> None:
        """Apply the verdicts that have come; waits for nobody.

        Raises:
            BudgetExhausted: an edited candidate could not be scored any more.
            RunStopped: the run was asked to stop.
        """
        if self._open:
            # One turn of the event loop, so that a gate that knows its answer is heard at once.
            await asyncio.wait(self._open.values(), timeout=0)
        for name in [name for name, task in self._open.items() if task.done()]:
            verdict = self._open.pop(name).result()
            await self._apply(self._run.state.candidates[name], verdict)

    async def wait(self) -> None:
        """Wait for every open review and apply it; an edited candidate that cannot be paid is left out.

        Raises:
            RunStopped: the run was asked to stop.
        """
        run = self._run
        while self._open:
            await self._collect_affordable()
            if self._open:
                number = len(self._open)
                waiting = "1 candidate waits" if number == 1 else f"{number} candidates wait"
                run.reporter.warn_once(WAITING_FOR_REVIEW, f"The search is over; {waiting} for review.")
                await run.stopper.guard(_first_of(list(self._open.values())))

    async def close(self) -> None:
        """Stop asking."""
        tasks = list(self._open.values())
        self._open.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ask(self, candidate: Candidate) -> None:
        gate, mean = self._run.settings.review, self._run.state.mean(candidate.id)
        if gate is None:
            return
        proposal = Proposal(
            candidate=candidate.id,
            operator=candidate.operator,
            variable=candidate.variable,
            parents=candidate.parents,
            content=candidate.content,
            reasoning=candidate.reasoning,
            reward=mean.mean,
            count=mean.count,
        )
        self._open[candidate.id] = asyncio.ensure_future(gate.review(proposal))

    async def _collect_affordable(self) -> None:
        try:
            await self.collect()
        except BudgetExhausted:
            self._run.reporter.warn_once("edit_not_scored", "the budget is spent; an edited candidate is left out")

    async def _apply(self, candidate: Candidate, verdict: Verdict) -> None:
        run = self._run
        edited = _edited(candidate, verdict)
        same = edited is not None and edited.id == candidate.id
        run.reporter.emit(
            ReviewDecided(
                candidate=candidate.id,
                verdict=verdict.decision.value,
                reviewer=verdict.reviewer,
                comment=verdict.comment,
                edited=edited.id if edited and not same else None,
            )
        )
        samples = run.state.waiting.pop(candidate.id)
        if verdict.decision is Decision.REJECTED:
            run.state.reject(candidate, verdict.comment)
        elif edited is None or same:
            run.state.admit(candidate)
        else:
            await self._admit_edited(candidate, edited, samples)
        run.tell_best()

    async def _admit_edited(self, proposal: Candidate, edited: Candidate, sample_ids: tuple[str, ...]) -> None:
        run = self._run
        problem = self._problem(edited)
        if problem:
            run.reporter.emit(
                ProposalFailed(operator="edit", variable=edited.variable, reason=problem, parents=(proposal.id,))
            )
            return
        run.introduce(edited)
        samples = [sample for sample in run.data.validation if sample.id in set(sample_ids)]
        await run.measurer.measure((edited,), samples, split="validation")
        run.state.admit(edited)

    def _problem(self, edited: Candidate) -> str:
        """Return why an edited content cannot be used; empty where it can."""
        variables = {variable.name: variable for variable in self._run.program.trainable_variables}
        if set(edited.content) != set(variables):
            return f"the edited content must hold the variables {', '.join(variables)}"
        for name, variable in variables.items():
            value = {key: item for key, item in edited.content[name].items() if key != EXAMPLES}
            problems = variable.schema.problems(value) or _example_problems(edited.content[name][EXAMPLES])
            if problems:
                return f"{name}: {'; '.join(problems)}"
        return known_problem(self._run, edited)


def known_problem(run: Run, candidate: Candidate) -> str:
    """Return why a candidate is nothing new; empty where it is new."""
    if candidate.id in run.state.population.banned:
        return "a reviewer has rejected exactly this before"
    if candidate.id in run.state.known:
        return "exactly this is known already"
    return ""


def _example_problems(examples: object) -> list[str]:
    if not isinstance(examples, list):
        return ["examples must be a list"]
    fitting = all(isinstance(example, dict) and {"inputs", "outputs"} <= set(example) for example in examples)
    return [] if fitting else ['each example must be {"inputs": …, "outputs": …}']


def _edited(candidate: Candidate, verdict: Verdict) -> Candidate | None:
    if verdict.content is None:
        return None
    content: JsonObject = {name: {EXAMPLES: [], **variable} for name, variable in verdict.content.items()}
    return Candidate(
        content=content,
        operator="edit",
        variable=candidate.variable,
        parents=(candidate.id,),
        reasoning=verdict.comment,
        epoch=candidate.epoch,
        batch=candidate.batch,
    )


async def _first_of(tasks: Sequence[asyncio.Task[Verdict]]) -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
