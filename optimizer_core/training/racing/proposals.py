"""What is to be tried, decided in order; all that the outcome depends on, beside the models' answers, is in it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimizer_core.data.dataset import Sample, stratified
from optimizer_core.json_values import JsonObject, fields_to_json
from optimizer_core.operators.evidence import RIGHT
from optimizer_core.optimizers.drafting import pair_name
from optimizer_core.training.racing.sizes import MOST_OF_PURSE, affordable, calls_left
from optimizer_core.training.run import Run

#: Known failures of the parent that a proposal may be based on, per failure that is shown.
SPARE = 2
#: Samples that the parent was not asked, in which a proposal may look for failures.
FRESH = 32
#: Rewritings in a row that a mutation may take before its race.
STRIDE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One attempt at a better candidate. It is decided when an earlier one has landed, and saved with a checkpoint."""

    number: int  # counted from 0 over the whole run
    epoch: int
    batch: int
    operator: str
    stride: int  # rewritings in a row, at most
    parents: tuple[str, ...]  # ids; the first is rewritten
    evidence: tuple[str, ...]  # training samples to look for failures in, in this order
    contrast: tuple[str, ...]  # training samples that the parent is known to answer well
    race: tuple[str, ...]  # validation samples of the race, in an order by chance
    failed: tuple[str, ...]  # those that the parent is known to fail
    unknown: tuple[str, ...]  # those that the parent was not asked
    changed: tuple[str, ...]  # variables that were changed before
    rejections: int  # how many rejections of reviewers were known
    notes: int = 0  # how many notes of people were known
    known: int = 0  # how many candidates were told
    purse: float | None = None  # calls that it may cost, about; None where nobody counts them
    round: int = 0  # the first in which it asks; see pace.py

    def to_json(self) -> JsonObject:
        return fields_to_json(self)

    @classmethod
    def from_json(cls, saved: JsonObject) -> Proposal:
        lists = {name: tuple(value) for name, value in saved.items() if isinstance(value, (list, tuple))}
        return cls(**{**saved, **lists})


def draft(run: Run, number: int) -> Proposal:
    """Decide what proposal ``number`` tries, given all that has landed so far; no call is made.

    A pair that is to be merged is noted, so that it is merged once.
    """
    state, racing = run.state, run.state.racing
    epoch, batch = divmod(number, run.batches_per_epoch)
    rng = run.rng("draft", epoch, batch)
    left = calls_left(run)
    purse = None if left is None else left / racing.width
    race = [sample.id for sample in run.race_samples(_race_size(run, purse))]
    drafted = run.racer.draft(
        state.population.ranked(),
        race,
        merged=racing.merged,
        ancestors=racing.ancestors,
        variables=run.program.trainable_variables,
        epoch=epoch,
        rng=rng,
    )
    parent = drafted.parents[0]
    if drafted.operator == "crossover":
        racing.merged.add(pair_name(*drafted.parents))
    known, rewards = state.training.get(parent.id, {}), state.rewards(parent.id)
    return Proposal(
        number=number,
        epoch=epoch,
        batch=batch,
        operator=drafted.operator,
        stride=STRIDE if drafted.operator == "mutation" else 1,
        parents=tuple(member.id for member in drafted.parents),
        evidence=tuple(_evidence(run, parent.id, known, epoch=epoch, batch=batch, rng=rng)),
        contrast=_contrast(known, limit=run.racer.nb_best_predictions, rng=rng),
        race=tuple(race),
        failed=tuple(sample for sample in race if rewards.get(sample, 1.0) < RIGHT),
        unknown=tuple(sample for sample in race if sample not in rewards),
        changed=tuple(sorted(state.selected)),
        rejections=len(state.rejections),
        notes=len(state.steered.notes),
        known=len(state.introduced),
        purse=purse,
        round=racing.round + 1,
    )


def _race_size(run: Run, purse: float | None) -> int:
    size = run.state.racing.size
    return size if purse is None else min(size, affordable(purse, share=MOST_OF_PURSE, run=run))


def _evidence(
    run: Run, parent: str, known: Mapping[str, float], *, epoch: int, batch: int, rng: random.Random
) -> list[str]:
    """Return training samples: known failures of the parent, then failures of its ancestors, then the next batch."""
    wanted = run.racer.nb_worst_predictions * SPARE
    failed = sorted(name for name, reward in known.items() if reward < RIGHT)
    rng.shuffle(failed)
    suspected = sorted(
        {
            name
            for ancestor in run.state.racing.ancestors.get(parent, ())
            for name, reward in run.state.training.get(ancestor, {}).items()
            if reward < RIGHT and name not in known
        }
    )
    rng.shuffle(suspected)
    order = list(run.data.train)
    if run.settings.shuffle:
        run.rng("shuffle", epoch).shuffle(order)
    start = batch * run.settings.batch_size
    fresh = [sample.id for sample in (*order[start:], *order[:start]) if sample.id not in known]
    return list(dict.fromkeys([*failed[:wanted], *suspected[:wanted], *fresh[: max(FRESH, run.settings.batch_size)]]))


def _contrast(known: Mapping[str, float], *, limit: int, rng: random.Random) -> tuple[str, ...]:
    right = sorted(name for name, reward in known.items() if reward >= RIGHT)
    return tuple(rng.sample(right, min(limit, len(right))))


def labelled(run: Run, proposal: Proposal) -> Sequence[Sample]:
    """Return training samples with targets that could become examples: the evidence first, then all, spread evenly."""
    by_id = {sample.id: sample for sample in run.data.train}
    first = [by_id[name] for name in proposal.evidence]
    rng = run.rng("examples", proposal.epoch, proposal.batch)
    rest = stratified(run.data.train, rng=rng, target_of=run.target_of)
    chosen = {sample.id: sample for sample in (*first, *rest) if sample.target is not None}
    return list(chosen.values())
