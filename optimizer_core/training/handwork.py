"""What people do to candidates while a run goes on: add one by hand, ban one, pin one."""

from __future__ import annotations

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.variable import EXAMPLES
from optimizer_core.json_values import JsonObject
from optimizer_core.steering import CandidateAdded, CandidateBanned
from optimizer_core.training.flagging import look_at_handwork, tell
from optimizer_core.training.reviews import ReviewDesk
from optimizer_core.training.run import Run


async def add(run: Run, desk: ReviewDesk, request: CandidateAdded) -> str:
    """Score a candidate made by hand on what children are judged by now, and hand it in.

    Returns:
        Why it cannot be used; empty where it can.

    Raises:
        BudgetExhausted: its score cannot be paid.
        RunStopped: the run was asked to stop.
    """
    state = run.state
    content = {name: {EXAMPLES: [], **variable} for name, variable in request.content.items()}
    parents = (request.parent,) if request.parent in state.known else ()
    candidate = Candidate(
        content=content,
        operator="manual",
        variable=_changed(run, content, request.parent),
        parents=parents,
        reasoning=request.comment,
        epoch=state.epoch,
        batch=state.batch,
    )
    problem = desk.problem_of(candidate)
    if problem:
        return problem
    run.introduce(candidate)
    tell(run, candidate, look_at_handwork(run, candidate))
    state.racing.descend(candidate.id, parents)
    samples = run.judging_samples()
    await run.measurer.measure((candidate,), samples, split="validation")
    if request.approved:
        state.approved.add(candidate.id)
        state.admit(candidate)
    else:
        await desk.submit(candidate, samples, always=request.asks)
    return ""


async def ban(run: Run, desk: ReviewDesk, request: CandidateBanned) -> str:
    """Take a candidate out for good; an open review of it ends as a rejection.

    Returns:
        Why it cannot be banned; empty where it is.
    """
    state, name = run.state, request.candidate
    if name == state.baseline.id:
        return "the start cannot be banned: everything is compared with it"
    if name not in state.known:
        return "there is no such candidate"
    await desk.dismiss(name, reviewer=request.author, reason=request.reason)
    state.steered.pinned.discard(name)
    candidate = state.candidates.get(name)
    if candidate is None:  # forgotten since it left; its text cannot be shown to the proposer any more
        state.population.ban(name)
    elif name not in state.population.banned:
        state.reject(candidate, request.reason)
    if not len(state.population):  # somebody must be there to be improved
        state.admit(state.baseline, settled=True)
    return ""


def pin(run: Run, name: str) -> str:
    """Let a candidate survive every competition.

    Returns:
        Why it cannot be pinned; empty where it is.
    """
    if name not in run.state.population and name not in run.state.waiting:
        return "it is not in the population; to bring it back, add a variation of it by hand"
    run.state.steered.pinned.add(name)
    return ""


def _changed(run: Run, content: JsonObject, parent: str) -> str:
    """Return the one variable that differs from the parent, or from the baseline; empty where several do."""
    before = run.state.candidates.get(parent, run.state.baseline).content
    changed = [name for name, value in content.items() if before.get(name) != value]
    return changed[0] if len(changed) == 1 else ""
