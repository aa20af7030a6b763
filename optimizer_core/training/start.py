"""The start of a run: the baseline on the validation set, the seeds on a minibatch; in a race, all on its samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample, draw_minibatch
from optimizer_core.data.variable import EXAMPLES
from optimizer_core.events import PopulationUpdated
from optimizer_core.population.dominated_novelty import by_fitness
from optimizer_core.training.failures import check_judged, check_reachable
from optimizer_core.training.ledger import Key
from optimizer_core.training.racing.sizes import USUAL_SPREAD, chunk_size, first_width, race_size
from optimizer_core.training.run import Run
from optimizer_core.training.survival import survivors_and_removed
from optimizer_core.training.validation import validate

#: Samples that find out whether the model can be reached at all.
PROBE = 8


async def begin(run: Run) -> None:
    """Score the baseline and the seeds, which are the first population (decision D5).

    Raises:
        ModelUnavailable: the model could not be reached for any of the first samples.
        ModelAccessDenied: the provider refused all of them.
        RewardError: the reward failed on every validation sample.
        BudgetExhausted: the budget does not even pay this.
        RunStopped: the run was asked to stop.
    """
    state, baseline = run.state, run.state.baseline
    if run.unfit:
        run.reporter.warn_once("unfit_rows", run.unfit)
    run.introduce(baseline)
    samples: Sequence[Sample] = run.data.validation
    if run.races:
        state.racing.spread = USUAL_SPREAD
        state.racing.size = min(
            len(samples), race_size(USUAL_SPREAD, 0.0, chunk=chunk_size(run.settings.minibatch_size))
        )
        samples = run.race_samples(state.racing.size)
    await _probe(run, samples[:PROBE])
    await validate(run, baseline, samples, epoch=-1)
    ledger = run.measurer.scorer.ledger
    known = [ledger.known(Key(baseline.id, sample.id)) for sample in samples]
    check_judged([outcome for outcome in known if outcome is not None])
    state.admit(baseline, settled=True)
    if run.races and any(not 0 <= reward <= 1 for reward in state.rewards(baseline.id).values()):
        run.reporter.warn_once(
            "reward_scale", "rewards lie outside 0 to 1; the racing search takes 1 for right, so scale them"
        )
    run.holdback.measure(run.meter, answered=len(samples))
    run.allow(run.holdback.search)
    if run.races:
        state.racing.width = first_width(run)
    seeds = [seed for seed in seed_candidates(run) if seed.id not in state.known]
    for seed in seeds:
        run.introduce(seed)
    if seeds:
        if not run.races:
            rng = run.rng("minibatch", -1)
            samples = draw_minibatch(run.data.validation, size=run.settings.minibatch_size, rng=rng)
        await run.measurer.measure(seeds, samples, split="validation")
        for seed in seeds:
            state.admit(seed, settled=True)
    tell_population(run, epoch=-1)
    run.tell_best()
    state.racing.cost = float(run.meter.path.calls)
    state.started = True
    await run.checkpoint()


async def _probe(run: Run, samples: Sequence[Sample]) -> None:
    (answered,) = await run.measurer.measure((run.state.baseline,), samples, split="validation")
    check_reachable([outcome for _, outcome in answered])


def seed_candidates(run: Run) -> Iterator[Candidate]:
    """Yield the baseline with one variable set to one of its seeds; examples stay those of the baseline."""
    baseline = run.state.baseline
    for variable in run.program.trainable_variables:
        examples = baseline.content[variable.name][EXAMPLES]
        for seed in variable.seeds:
            content = {**baseline.content, variable.name: {**seed, EXAMPLES: examples}}
            yield Candidate(content=content, operator="seed", variable=variable.name, parents=(baseline.id,))


def tell_population(run: Run, *, epoch: int) -> None:
    """Say who is in the population, when nobody has to leave."""
    population = run.state.population
    ranked = population.ranked()
    standings = by_fitness([population.score(member) for member in ranked], size=len(ranked))
    survivors, removed = survivors_and_removed(population, ranked, standings)
    run.reporter.emit(PopulationUpdated(epoch=epoch, survivors=survivors, removed=removed))
