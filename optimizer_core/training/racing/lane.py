"""One proposal carried out: evidence, rewriting in one or more steps, and the race against the parent.

A child that mends some of what its parent failed on is rewritten again, from what it still fails on, before it races:
one race then judges several steps, and a longer stride shows more clearly. A step that mends nothing ends the stride.

Nothing here changes the state: what a lane finds out depends on the proposal and on the models' answers alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample
from optimizer_core.errors import ModelError, ModelOutOfReach, NoProposal
from optimizer_core.inspection.flag import Flag, OnWarning
from optimizer_core.json_values import canonical_json
from optimizer_core.operators.evidence import HardExampleMemory
from optimizer_core.operators.few_shot import FewShotPool
from optimizer_core.optimizers.base import Situation
from optimizer_core.optimizers.drafting import Draft
from optimizer_core.population.population import Member
from optimizer_core.training.flagging import look_at
from optimizer_core.training.measuring import Answered
from optimizer_core.training.racing.examples import as_examples, offered, taken_from
from optimizer_core.training.racing.pace import Pace
from optimizer_core.training.racing.proposals import Proposal, labelled
from optimizer_core.training.racing.race import RIGHT, differences, has_won, hopeless, in_race_order, lead
from optimizer_core.training.racing.sizes import chunk_size
from optimizer_core.training.run import Run
from optimizer_core.training.step import reward_by_variable, scored_predictions

#: Rows that tell whether rows can stand as examples.
LOOKED_AT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rewriting within a stride."""

    child: Candidate
    trial: list[Answered] = field(default_factory=list)  # training samples that its predecessor failed on
    seen: list[Answered] = field(default_factory=list)  # further training samples that it answered
    mends: bool = True  # False: it mended nothing, the stride went no further
    flags: tuple[Flag, ...] = ()
    kept_back: bool = False  # it was flagged, so it is dropped or waits for a person, unscored


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of a proposal."""

    proposal: Proposal
    variable: str = ""
    failure: str = ""  # why there is no child
    dropped: str = ""  # why the last step that mends did not win: fell_behind or no_clear_lead
    evidence: list[Answered] = field(default_factory=list)  # training samples answered by the parent
    steps: list[Step] = field(default_factory=list)
    raced: list[Answered] = field(default_factory=list)  # validation samples answered by the child
    against: list[Answered] = field(default_factory=list)  # the same answered by the parent

    @property
    def child(self) -> Candidate | None:
        """The last step that mends, the one that races."""
        return next((step.child for step in reversed(self.steps) if step.mends and not step.kept_back), None)

    @property
    def differences(self) -> list[float]:
        """What the child earned on each sample of the race, less what the parent earned."""
        return differences(self.raced, self.against)


async def pursue(run: Run, proposal: Proposal, pace: Pace) -> Outcome:
    """Carry a proposal out.

    Raises:
        BudgetExhausted: the budget is spent; what was answered stays in the ledger.
        RunStopped: the run was asked to stop; likewise.
    """
    lane = _Lane(run, proposal, pace)
    try:
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
        self.outcome = Outcome(proposal=proposal)

    @cached_property
    def _labelled(self) -> Sequence[Sample]:
        return labelled(self._run, self._proposal)

    @property
    def _rows_serve(self) -> bool:
        """True where rows of the data can stand as examples of every variable that takes examples, as they are."""
        rows = self._labelled[:LOOKED_AT]
        variables = [variable for variable in self._run.program.trainable_variables if variable.uses_examples]
        return all(as_examples(variable, rows) for variable in variables)

    async def stride(self) -> None:
        """Rewrite the parent, and what came of it, step by step; what is still failed then becomes examples."""
        seen = await self._rewrite()
        child, failed = self.outcome.child, _failures(seen)
        if child is None or self._proposal.operator != "mutation" or not failed:
            return
        now = self._situation(Member(candidate=child, order=0), failed)
        with contextlib.suppress(NoProposal):  # then the stride ends without examples
            plan = self._run.racer.arrange(Draft("few_shot", (now.parent,)), now)
            failures = as_examples(plan.variable, [each.sample for each in failed])
            grown = await self._run.racer.propose(plan, replace(now, offered=tuple(failures)))
            taken = taken_from(grown, child, [each.sample for each in failed])
            self.outcome.steps.append(Step(child=replace(grown, evidence=taken)))

    async def _rewrite(self) -> list[Answered]:
        """Do the steps; return what the last one that mends answered to the training samples it was asked."""
        first, *others = self._parents
        seen = self.outcome.evidence = await self._look(first.candidate)
        for number in range(self._proposal.stride):
            shown = await self._choose(first.candidate, seen)
            child = await self._propose(first, others, shown, number)
            if child is None:
                return seen
            flags = self._flags(child, first, others)
            if flags and self._run.settings.on_warning != OnWarning.SCORE:
                self.outcome.steps.append(Step(child=child, flags=flags, kept_back=True))
                return seen
            tried = await self._ask(child, [each.sample for each in shown])
            if self._proposal.operator == "mutation" and lead(differences(tried, shown)) <= 0:
                self.outcome.steps.append(Step(child=child, trial=tried, mends=False, flags=flags))
                return seen
            asked = {each.sample.id for each in shown}
            self._pending = [
                *(each.sample for each in _failures(seen) if each.sample.id not in asked),
                *self._pending,
            ]
            further = [] if number + 1 == self._proposal.stride else await self._look(child, len(_failures(tried)))
            self.outcome.steps.append(Step(child=child, trial=tried, seen=further, flags=flags))
            seen, first = [*tried, *further], Member(candidate=child, order=0)
        return seen

    async def _look(self, candidate: Candidate, failed: int = 0) -> list[Answered]:
        """Let a candidate answer pending training samples until enough failures are known."""
        run = self._run
        operator = self._proposal.operator
        if operator == "crossover" or (operator == "few_shot" and self._rows_serve):
            return []
        found = await self._ask(candidate, self._contrast)
        self._contrast = []
        chunk = max(run.racer.nb_worst_predictions, run.settings.batch_size)
        while self._pending and failed < run.racer.nb_worst_predictions:
            answered = await self._ask(candidate, self._pending[:chunk])
            self._pending = self._pending[chunk:]
            failed += len(_failures(answered))
            found.extend(answered)
        return found

    async def _choose(self, candidate: Candidate, seen: list[Answered]) -> list[Answered]:
        """Return what the proposer is shown: failures that belong together first, then others, then right answers.

        One failure is drawn; those with the same target come first, so that what they have in common can be seen. The
        right answers are such as the failures were given wrongly: they show what a new rule must leave as it is.
        """
        failed = _failures(seen)
        if not failed:
            return seen[: self._run.racer.nb_best_predictions]
        theme = self._run.target_of(self._rng.choice(failed).sample)
        failed.sort(key=lambda each: self._run.target_of(each.sample) != theme)
        failed = failed[: self._run.racer.nb_worst_predictions]
        return [*failed, *await self._contrasting(candidate, failed, seen)]

    async def _contrasting(
        self, candidate: Candidate, failed: Sequence[Answered], seen: list[Answered]
    ) -> list[Answered]:
        """Return samples that are answered rightly as the failures were answered wrongly, at worst any right ones."""
        wanted = self._run.racer.nb_best_predictions
        given = [_given(each) for each in failed]
        right = [each for each in seen if each.outcome.result.reward >= RIGHT]
        right.sort(key=lambda each: self._run.target_of(each.sample) not in given)
        fitting = sum(self._run.target_of(each.sample) in given for each in right[:wanted])
        known = {each.sample.id for each in seen}
        more = [row for row in self._rows if row.id not in known and self._run.target_of(row) in given]
        self._rng.shuffle(more)
        asked = await self._ask(candidate, more[: wanted - fitting])
        seen.extend(asked)
        also = [each for each in asked if each.outcome.result.reward >= RIGHT]
        return [*right[:fitting], *also, *right[fitting:]][:wanted]

    async def _propose(
        self, first: Member, others: Sequence[Member], shown: Sequence[Answered], number: int
    ) -> Candidate | None:
        run, proposal = self._run, self._proposal
        now = self._situation(first, shown)
        if proposal.operator == "mutation" and not _failures(shown):
            reason = "the parent answered every sample of the evidence well"
        else:
            try:
                plan = run.racer.arrange(Draft(proposal.operator, (first, *others)), now)
                self.outcome.variable = plan.variable.name
                if proposal.operator == "few_shot":
                    now = replace(now, offered=tuple(offered(plan.variable, self._labelled, shown)))
                else:
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

    def _situation(self, parent: Member, shown: Sequence[Answered]) -> Situation:
        run, proposal = self._run, self._proposal
        return Situation(
            program=run.program,
            population=run.state.population,
            parent=parent,
            predictions=tuple(scored_predictions(shown)),
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
        (answered,) = await self._pace.ask(self._proposal.number, (candidate,), samples)
        return answered


def _failures(answered: Iterable[Answered]) -> list[Answered]:
    return [each for each in answered if each.outcome.result.reward < RIGHT]


def _given(answered: Answered) -> str:
    """Return what was answered, as a target would say it."""
    output, target = answered.outcome.result.output or {}, answered.sample.target or {}
    return canonical_json({name: output.get(name) for name in target})
