"""How many rows a run answers: before its search, for each proposal, and at its end.

With T, V and E rows to train, validate and test on, batches of B rows (S = ⌈T / B⌉ an epoch), minibatches of
m = min(minibatch, V) rows and races of R rows, which the library says:

    ============  ==================================  =========================================
    rows          plain search                        racing search
    ============  ==================================  =========================================
    before        V, and V for each seed instruction  R, and R for each seed instruction
    a proposal    B by the parent, m by the child,    FAILED_ROWS where it mends nothing, else
                  at most m more by the parent        STRIDE · STEP_ROWS and a race of R
    at the end    at most V for each epoch and V      at most 3·V, and 8 % of what is left
    test          2·E, at most half of what is left   2·E, at most half of what is left
    ============  ==================================  =========================================

Of a race nobody knows beforehand how many proposals mend something: at first most do, of a good prompt few. RARELY
and MOSTLY are what runs of 500 to 4,000 calls on the simulated task showed at their end and at their beginning.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from omegaweb.runs.configuration import RunConfiguration
from optimizer_core.training.holdback import FINALISTS, SHARE_AFTER_A_RACE
from optimizer_core.training.racing.proposals import STRIDE
from optimizer_core.training.racing.sizes import USUAL_SPREAD, chunk_size, race_size

#: Of the racing search: rows of a proposal that mends nothing, rows of each rewriting of one that does, and the share
#: of proposals that mend something.
FAILED_ROWS, STEP_ROWS = 13, 19
RARELY, MOSTLY = 0.15, 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Rows of each split."""

    train: int
    validation: int
    test: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The least and the most that is expected."""

    low: float
    high: float

    def scaled(self, factor: float) -> Span:
        return Span(low=self.low * factor, high=self.high * factor)

    def capped(self, most: float | None) -> Span:
        return self if most is None else Span(low=min(self.low, most), high=min(self.high, most))


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What the search of one configuration answers."""

    before: int  # rows for the baseline and the seeds
    test: int  # rows of the sealed test
    each: Span  # rows of one proposal
    rewrites: Span  # calls of the proposing model for one proposal
    steps: int  # proposals of an epoch
    each_epoch: int  # rows that the best may be validated on at the end of an epoch
    at_the_end: int  # rows that finalists may be validated on
    search_share: float = 1.0  # of what is left after the rows before and the test

    def answers(self, proposals: Span) -> Span:
        """Return the rows that are answered with so many proposals: many cheap ones, or few dear ones."""
        fixed = self.before + self.test
        epochs = math.ceil(proposals.low / self.steps)
        return Span(
            low=fixed + proposals.high * self.each.low,
            high=fixed + proposals.low * self.each.high + epochs * self.each_epoch + self.at_the_end,
        )

    def rewritings(self, proposals: Span) -> Span:
        """Return the calls of the proposing model for so many proposals."""
        return Span(low=proposals.high * self.rewrites.low, high=proposals.low * self.rewrites.high)


def workload_of(configuration: RunConfiguration, sizes: Sizes) -> Workload:
    """Return what a configuration answers on rows of these sizes."""
    steps = max(1, math.ceil(sizes.train / max(1, configuration.training.batch_size)))
    make = _racing if configuration.optimizer.races else _plain
    return make(configuration, sizes, steps)


def _racing(configuration: RunConfiguration, sizes: Sizes, steps: int) -> Workload:
    chunk = chunk_size(configuration.training.minibatch_size)
    race = min(sizes.validation, race_size(USUAL_SPREAD, 0.0, chunk=chunk))

    def mixed(failed: float, whole: float) -> Span:
        return Span(low=failed + RARELY * (whole - failed), high=failed + MOSTLY * (whole - failed))

    return Workload(
        before=race * (1 + len(configuration.program["seed_instructions"])),
        test=2 * sizes.test if configuration.test_at_end else 0,
        each=mixed(FAILED_ROWS, STRIDE * STEP_ROWS + race),
        rewrites=mixed(1, STRIDE),
        steps=steps,
        each_epoch=0,
        at_the_end=FINALISTS * sizes.validation,
        search_share=1 - SHARE_AFTER_A_RACE,
    )


def _plain(configuration: RunConfiguration, sizes: Sizes, steps: int) -> Workload:
    training = configuration.training
    minibatch = min(training.minibatch_size, sizes.validation) or sizes.validation
    batch = min(training.batch_size, sizes.train)
    rewrites = 1 if configuration.optimizer.kind == "omega" else 0
    return Workload(
        before=sizes.validation * (1 + len(configuration.program["seed_instructions"])),
        test=2 * sizes.test if configuration.test_at_end else 0,
        each=Span(low=batch + minibatch, high=batch + 2 * minibatch),
        rewrites=Span(low=rewrites, high=rewrites),
        steps=steps,
        each_epoch=sizes.validation,
        at_the_end=sizes.validation,
    )
