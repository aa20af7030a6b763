"""One proposal carried out: evidence, rewriting in one or more steps, and the race against the parent.

A child that mends some of what its parent failed on is rewritten again, from what it still fails on, before it races:
one race then judges several steps, and a longer stride shows more clearly. A step that mends nothing ends the stride.

Nothing here changes the state: what a lane finds out depends on the proposal and on the models' answers alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample
from optimizer_core.errors import ModelError, ModelOutOfReach, NoProposal
from optimizer_core.inspection.flag import Flag, OnWarning
from optimizer_core.operators.evidence import RIGHT, HardExampleMemory
from optimizer_core.operators.few_shot import FewShotPool
from optimizer_core.optimizers.base import Situation
from optimizer_core.optimizers.drafting import Draft
from optimizer_core.population.population import Member
from optimizer_core.training.flagging import look_at
from optimizer_core.training.measuring import Answered
from optimizer_core.training.racing.examples import as_examples, offered, taken_from
from optimizer_core.training.racing.outcome import Outcome, Step
from optimizer_core.training.racing.pace import Pace
from optimizer_core.training.racing.proposals import Proposal, labelled
from optimizer_core.training.racing.race import differences, has_won, hopeless, in_race_order, lead
from optimizer_core.training.racing.showing import contrasting, failures, grouped, not_asked
from optimizer_core.training.racing.sizes import FAILURES, LOOK, MOST_LOOKED_AT, SWEEP, chunk_size
from optimizer_core.training.racing.sweep import Rewritten, Sweep
from optimizer_core.training.run import Run
from optimizer_core.training.step import reward_by_variable, scored_predictions

#: Rows that tell whether rows can stand as examples.
ROWS_THAT_TELL = 20


async def pursue(run: Run, proposal: Proposal, pace: Pace) -> Outcome:
    """Carry a proposal out.

    Raises:
        BudgetExhausted: the budget is spent; what was answered stays in the ledger.
        RunStopped: the run was asked to stop; likewise.
    """
    try:
        lane = _Lane(run, proposal, pace)
        await lane.stride()
        child = lane.outcome.child
        if child is not None:
            await lane.race(child)
    finally:
        pace.finish(proposal.number)
    return lane.outcome


class _Lane:
    """What one proposal works with."""

    def __init__(self, run: Run, proposal: Proposal, pace: Pace) -> None:
        self._run, self._proposal, self._pace = run, proposal, pace
        self._parents = [run.state.population.member_like(run.state.candidates[name]) for name in proposal.parents]
        self._rng = run.rng("proposal", proposal.epoch, proposal.batch)
        self._rows = run.data.train
        rows = {sample.id: sample for sample in self._rows}
        self._pending = [rows[name] for name in proposal.evidence]
        self._contrast = [rows[name] for name in proposal.contrast]
        self._spent = 0.0  # calls, what others had asked before included: that depends on who was faster
        self.outcome = Outcome(proposal=proposal)

    @cached_property
    def _labelled(self) -> Sequence[Sample]:
        return labelled(self._run, self._proposal)

    @property
    def _rows_serve(self) -> bool:
        """True where rows of the data can stand as examples of every variable that takes examples, as they are."""
        rows = self._labelled[:ROWS_THAT_TELL]
        variables = [variable for variable in self._run.program.trainable_variables if variable.uses_examples]
        return all(as_examples(variable, rows) for variable in variables)

    async def stride(self) -> None:
        """Rewrite the parent, and what came of it, step by step; what is still failed then becomes examples."""
        seen = await self._rewrite()
        child, failed = self.outcome.child, failures(seen)
        if child is None or self._proposal.operator != "mutation" or not failed:
            return
        now = self._situation(Member(candidate=child, order=0), failed)
        with contextlib.suppress(NoProposal):  # then the stride ends without examples
            plan = self._run.racer.arrange(Draft("few_shot", (now.parent,)), now)
            offers = as_examples(plan.variable, [each.sample for each in failed])
            grown = await self._run.racer.propose(plan, replace(now, offered=tuple(offers)))
            taken = taken_from(grown, child, [each.sample for each in failed])
            self.outcome.child = replace(grown, evidence=taken)
            self.outcome.steps.append(Step(child=self.outcome.child))

    async def _rewrite(self) -> list[Answered]:
        """Do the steps; return what the last one that mends answered to the training samples it was asked."""
        first, *others = self._parents
        seen = self.outcome.evidence = await self._look(first.candidate)
        if self._proposal.operator != "mutation":
            child = await self._propose(first, others, self._shown(failures(seen), seen), 0)
            if child is not None:
                flags = self._flags(child, first, others)
                self.outcome.steps.append(Step(child=child, flags=flags, kept_back=self._keeps_back(flags)))
                self.outcome.child = None if self._keeps_back(flags) else child
            return seen
        dearest = 0.0
        for number in range(self._proposal.stride):
            before = self._spent
            tried = await self._try_out(await self._sweep(first, seen, number))
            child, answered = tried.child, tried.answered
            dearest = max(dearest, self._spent - before)
            goes_on = number + 1 < self._proposal.stride and self._pays(dearest)
            further: list[Answered] = []
            if child is not None:
                self._wait_again(seen, tried.shown)
                if goes_on:
                    further = await self._look(child, len(failures(answered)))
            self.outcome.steps.extend(tried.steps(further))
            if child is None:
                return seen
            self.outcome.child = child
            seen, first = [*answered, *further], Member(candidate=child, order=0)
            if not goes_on:
                break
        return seen

    def _pays(self, sweep: float) -> bool:
        """Return whether the purse pays another sweep that costs so much, and the race: what is not raced is lost."""
        purse, each = self._proposal.purse, self._run.holdback.calls_each
        return purse is None or self._spent + sweep + (LOOK + len(self._proposal.race)) * each <= purse

    async def _try_out(self, sweep: Sweep) -> Sweep:
        """Try what a sweep came to on all it was shown; where that mends nothing, the first half of it, and so on."""
        sweep.kept = len(sweep.rewritings)
        while sweep.child is not None:
            answered = await self._ask(sweep.child, [each.sample for each in sweep.shown])
            sweep.answers[sweep.kept] = answered
            if lead(differences(answered, sweep.shown)) > 0:
                break
            sweep.kept //= 2
        return sweep

    async def _sweep(self, parent: Member, seen: Sequence[Answered], number: int) -> Sweep:
        """Rewrite for one group of failures after the other; return what came of each.

        The answers are the parent's throughout: a proposal is one call, and asking what came of it many.
        """
        failed = failures(seen)
        self._rng.shuffle(failed)
        groups = grouped(failed, most=self._run.racer.nb_worst_predictions, target_of=self._run.target_of)
        sweep, now = Sweep(parent=parent.id), parent
        for group in groups[:SWEEP] or [[]]:
            evidence = self._shown(group, seen)
            child = await self._propose(now, [], evidence, number)
            if child is None:
                continue
            flags = self._flags(child, now, [])
            if self._keeps_back(flags):
                sweep.kept_back.append(Step(child=child, flags=flags, kept_back=True))
            else:
                sweep.rewritings.append(Rewritten(child, evidence, flags))
                now = Member(candidate=child, order=0)
        return sweep

    def _shown(self, failed: Sequence[Answered], seen: Sequence[Answered]) -> list[Answered]:
        """Return what one proposal is shown: failures, and right answers beside them."""
        racer, target_of = self._run.racer, self._run.target_of
        right = contrasting(failed, seen, most=racer.nb_best_predictions, target_of=target_of)
        return [*failed[: racer.nb_worst_predictions], *right]

    def _wait_again(self, seen: Sequence[Answered], shown: Sequence[Answered]) -> None:
        """Put failures that no proposal was shown before the samples that were not asked yet."""
        known = {each.sample.id for each in shown}
        self._pending = [*(each.sample for each in failures(seen) if each.sample.id not in known), *self._pending]

    async def _look(self, candidate: Candidate, failed: int = 0) -> list[Answered]:
        """Let a candidate answer pending training samples until enough failures are known."""
        operator = self._proposal.operator
        if operator == "crossover" or (operator == "few_shot" and self._rows_serve):
            return []
        found = await self._ask(candidate, self._contrast)
        self._contrast = []
        chunk = max(LOOK, self._run.settings.batch_size)
        looked = self._pending[: max(MOST_LOOKED_AT, chunk)]
        while looked and failed < FAILURES:
            answered = await self._ask(candidate, looked[:chunk])
            looked, self._pending = looked[chunk:], self._pending[chunk:]
            failed += len(failures(answered))
            found.extend(answered)
        return found

    async def _propose(
        self, first: Member, others: Sequence[Member], shown: Sequence[Answered], number: int
    ) -> Candidate | None:
        run, proposal = self._run, self._proposal
        now = self._situation(first, shown)
        if proposal.operator == "mutation" and not failures(shown):
            reason = "the parent answered every sample of the evidence well"
        else:
            try:
                plan = run.racer.arrange(Draft(proposal.operator, (first, *others)), now)
                self.outcome.variable = plan.variable.name
                if proposal.operator == "few_shot":
                    now = replace(now, offered=tuple(offered(plan.variable, self._labelled, shown)))
                else:
                    self._spent += 1
                    await self._pace.take(proposal.number, proposals=1)
                child = await run.stopper.guard(run.racer.propose(plan, now))
                rows = [*self._labelled, *(each.sample for each in shown)] if proposal.operator == "few_shot" else []
                return replace(child, evidence=taken_from(child, first.candidate, rows)) if rows else child
            except ModelOutOfReach:
                raise
            except (ModelError, NoProposal) as error:
                reason = str(error)
        if not number:  # a later step that fails only ends the stride
            self.outcome.failure = reason
        return None

    def _flags(self, child: Candidate, first: Member, others: Sequence[Member]) -> tuple[Flag, ...]:
        known = self._run.state.recent(self._proposal.known)
        return look_at(self._run, child, [member.candidate for member in (first, *others)], known)

    def _keeps_back(self, flags: Sequence[Flag]) -> bool:
        """Return True where a person decides first whether a proposal with these flags may cost anything."""
        return bool(flags) and self._run.settings.on_warning != OnWarning.SCORE

    def _situation(self, parent: Member, shown: Sequence[Answered]) -> Situation:
        run, proposal = self._run, self._proposal
        return Situation(
            program=run.program,
            population=run.state.population,
            parent=parent,
            predictions=tuple(scored_predictions(shown)),
            labelled=not_asked(self._rows, shown, target_of=run.target_of, rng=self._rng),
            used=reward_by_variable(shown),
            selected=frozenset(proposal.changed),
            pool=FewShotPool(),
            memory=HardExampleMemory(),
            rejections=tuple(run.state.rejections[: proposal.rejections]),
            notes=tuple(run.state.steered.notes[: proposal.notes]),
            epoch=proposal.epoch,
            batch=proposal.batch,
            rng=self._rng,
            meter=run.meter,
        )

    async def race(self, child: Candidate) -> None:
        """Let the child race against the parent."""
        run, proposal, outcome = self._run, self._proposal, self.outcome
        rows = {sample.id: sample for sample in run.data.validation}
        order = in_race_order(
            [rows[name] for name in proposal.race],
            failed=proposal.failed,
            unknown=proposal.unknown,
            mended=self._mended(),
            target_of=run.target_of,
        )
        chunk = chunk_size(run.settings.minibatch_size)
        for start in range(0, len(order), chunk):
            samples = order[start : start + chunk]
            answers, against = await self._pace.ask(proposal.number, (child, self._parents[0].candidate), samples)
            outcome.raced.extend(answers)
            outcome.against.extend(against)
            if hopeless(outcome.differences, failed=len(proposal.failed), size=len(order), chunk=chunk):
                outcome.dropped = "fell_behind"
                return
        if not has_won(outcome.differences):
            outcome.dropped = "no_clear_lead"

    def _mended(self) -> set[str]:
        """Return the targets of the training samples that were failed and are not any more."""
        return {
            self._run.target_of(each.sample)
            for step in self.outcome.steps
            if step.mends
            for each in step.trial
            if each.outcome.result.reward >= RIGHT
        }

    async def _ask(self, candidate: Candidate, samples: Sequence[Sample]) -> list[Answered]:
        self._spent += len(samples) * self._run.holdback.calls_each
        (answered,) = await self._pace.ask(self._proposal.number, (candidate,), samples)
        return answered
