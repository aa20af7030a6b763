"""Reviews: people are asked while the run goes on, and what they say is applied between two batches."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample
from optimizer_core.data.variable import EXAMPLES
from optimizer_core.errors import BudgetExhausted
from optimizer_core.events import WAITING_FOR_REVIEW, ProposalFailed, ReviewDecided, ReviewRequested, WarningRaised
from optimizer_core.json_values import JsonObject
from optimizer_core.review import Decision, Proposal, ReviewPolicy, Verdict
from optimizer_core.training.flagging import look_at_handwork, tell
from optimizer_core.training.run import Run


class ReviewDesk:
    """Stands between a scored candidate and the population. Without a gate everyone is let in at once.

    What the gate raises ends the run: a review that cannot be held must not be skipped.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._open: dict[str, asyncio.Task[Verdict]] = {}
        self._unscored: dict[str, Candidate] = {}  # approved, by the proposal: its edit, or itself where it was held

    async def submit(self, candidate: Candidate, samples: Sequence[Sample], *, always: bool = False) -> None:
        """Hand in a candidate that has answered ``samples``; ``always`` asks about it whatever the policy says."""
        run = self._run
        if not (always and run.settings.review is not None) and not self._asks_about(candidate):
            run.state.admit(candidate)
            return
        run.state.waiting[candidate.id] = tuple(sample.id for sample in samples)
        self._request(candidate)
        await self.collect()

    async def hold(self, candidate: Candidate) -> None:
        """Ask about a candidate before it is scored; approved, it is scored on what children are judged by now."""
        run = self._run
        run.state.waiting[candidate.id] = tuple(sample.id for sample in run.judging_samples())
        self._request(candidate)
        await self.collect()

    async def confirm(self, winner: Candidate) -> bool:
        """Ask about a winner that nobody was asked about, and wait; False where nothing had to be asked.

        Raises:
            RunStopped: the run was asked to stop.
        """
        run = self._run
        exempt = {run.state.baseline.id, *run.state.approved}
        if run.settings.review is None or self._policy is not ReviewPolicy.NEW_BEST or winner.id in exempt:
            return False
        run.state.waiting[winner.id] = tuple(run.state.rewards(winner.id))
        self._request(winner)
        await self.wait()
        return True

    def reopen(self) -> None:
        """Ask again for the candidates that waited when the checkpoint was written."""
        for name in self._run.state.waiting:
            self._request(self._run.state.candidates[name])

    async def collect(self) -> None:
        """Apply the verdicts that have come; waits for nobody.

        Raises:
            BudgetExhausted: an edited candidate cannot be scored now; it is tried again with the next collection.
            RunStopped: the run was asked to stop.
        """
        for name in list(self._unscored):
            await self._admit_approved(self._run.state.candidates[name])
        if self._open:
            # One turn of the event loop, so that a gate that knows its answer is heard at once.
            await asyncio.wait(self._open.values(), timeout=0)
        for name in [name for name, task in self._open.items() if task.done()]:
            verdict = self._open.pop(name).result()
            await self._apply(self._run.state.candidates[name], verdict)

    async def wait(self) -> None:
        """Wait for every open review and apply it; the time that takes is not the budget's.

        An edited candidate that cannot be paid with what the end of the run may spend is left out.

        Raises:
            RunStopped: the run was asked to stop.
        """
        run = self._run
        await self._collect_affordable()
        if self._open:
            self._tell_wait()
        while self._open:
            with run.meter.waiting():
                await run.stopper.guard(_first_of(list(self._open.values())))
            await self._collect_affordable()

    def _tell_wait(self) -> None:
        number = len(self._open)
        waiting = "1 candidate waits" if number == 1 else f"{number} candidates wait"
        message = f"The search is over; {waiting} for review."
        self._run.reporter.emit(WarningRaised(code=WAITING_FOR_REVIEW, message=message))

    async def dismiss(self, name: str, *, reviewer: str, reason: str) -> None:
        """End the review of a candidate, if one is open, because somebody has banned it."""
        for proposal in [proposal for proposal, edited in self._unscored.items() if edited.id == name]:
            del self._unscored[proposal]
            self._run.state.waiting.pop(proposal)
        task = self._open.pop(name, None)
        if task is None:
            return
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self._run.state.waiting.pop(name)
        rejected = Decision.REJECTED.value
        self._run.reporter.emit(
            ReviewDecided(candidate=name, verdict=rejected, reviewer=reviewer, comment=reason, edited=None)
        )

    async def close(self) -> None:
        """Stop asking."""
        tasks = list(self._open.values())
        self._open.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def _policy(self) -> ReviewPolicy:
        return ReviewPolicy(self._run.settings.review_policy)

    def _asks_about(self, candidate: Candidate) -> bool:
        if self._run.settings.review is None or self._policy is ReviewPolicy.RELEASE:
            return False
        return self._policy is ReviewPolicy.EVERY or self._would_lead(candidate)

    def _would_lead(self, candidate: Candidate) -> bool:
        """Whether it is better than the first of the rank, on the samples that both have answered."""
        leader = self._run.state.population.best
        if leader is None:
            return True
        rewards = self._run.state.rewards(candidate.id)
        common = rewards.keys() & leader.rewards.keys()
        if not common:
            return self._run.state.mean(candidate.id).mean > leader.running.mean
        return math.fsum(rewards[name] - leader.rewards[name] for name in common) > 0

    def _request(self, candidate: Candidate) -> None:
        """Say that a candidate waits, and ask."""
        gate, mean = self._run.settings.review, self._run.state.mean(candidate.id)
        self._run.reporter.emit(ReviewRequested(candidate=candidate.id, reward=mean.mean, count=mean.count))
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
        """Apply all verdicts that have come, also those after an edit that cannot be paid."""
        while True:
            try:
                await self.collect()
            except BudgetExhausted as spent:
                self._give_up(str(spent))
            else:
                return

    def _give_up(self, reason: str) -> None:
        for name, edited in self._unscored.items():
            self._run.state.waiting.pop(name)
            self._run.reporter.emit(
                ProposalFailed(
                    operator=edited.operator,
                    variable=edited.variable,
                    reason=f"{_approved(edited)} was not scored, so it cannot win: {reason}",
                    parents=edited.parents,
                )
            )
        self._unscored.clear()

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
        if edited is not None and not same:
            await self._take_edited(candidate, edited)
            return
        if verdict.decision in (Decision.APPROVED, Decision.EDITED) and not run.state.rewards(candidate.id):
            self._unscored[candidate.id] = candidate  # it was held
            await self._admit_approved(candidate)
            return
        run.state.waiting.pop(candidate.id)
        if verdict.decision in (Decision.REJECTED, Decision.CHANGES_REQUESTED):
            wants_changes = verdict.decision is Decision.CHANGES_REQUESTED
            run.state.reject(candidate, verdict.comment, wants_changes=wants_changes)
        elif verdict.decision is Decision.LEFT_OUT or not run.state.rewards(candidate.id):
            run.state.population.ban(candidate.id)
        else:
            if verdict.decision is not Decision.SUPERSEDED:  # to that nobody has said yes, so it cannot win unasked
                run.state.approved.add(candidate.id)
            run.state.admit(candidate)
        run.tell_best()

    async def _take_edited(self, proposal: Candidate, edited: Candidate) -> None:
        run = self._run
        problem = self.problem_of(edited)
        if problem:
            run.state.waiting.pop(proposal.id)
            run.reporter.emit(
                ProposalFailed(operator="edit", variable=edited.variable, reason=problem, parents=(proposal.id,))
            )
            return
        run.introduce(edited)
        tell(run, edited, look_at_handwork(run, edited))
        run.state.rewrite(proposal, edited)
        self._unscored[proposal.id] = edited
        await self._admit_approved(proposal)

    async def _admit_approved(self, proposal: Candidate) -> None:
        """Score what was approved on the samples of its proposal and let it in; until then that counts as waiting."""
        run, edited = self._run, self._unscored[proposal.id]
        wanted = set(run.state.waiting[proposal.id])
        samples = [sample for sample in run.data.validation if sample.id in wanted]
        await run.measurer.measure((edited,), samples, split="validation")
        del self._unscored[proposal.id]
        run.state.waiting.pop(proposal.id)
        run.state.approved.add(edited.id)
        run.state.admit(edited)
        run.tell_best()

    def problem_of(self, edited: Candidate) -> str:
        """Return why a content written by a person cannot be used; empty where it can."""
        variables = {variable.name: variable for variable in self._run.program.trainable_variables}
        if set(edited.content) != set(variables):
            return f"the content must hold the variables {', '.join(variables)}"
        for name, variable in variables.items():
            value = {key: item for key, item in edited.content[name].items() if key != EXAMPLES}
            problems = variable.schema.problems(value) or _example_problems(edited.content[name][EXAMPLES])
            if problems:
                return f"{name}: {'; '.join(problems)}"
        return known_problem(self._run, edited)


def _approved(candidate: Candidate) -> str:
    return "the approved edit" if candidate.operator == "edit" else "the approved candidate"


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
