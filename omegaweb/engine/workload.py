"""How many rows a run answers: before its search, for each proposal, and at its end.

With T, V and E rows to train, validate and test on, batches of B rows (S = ⌈T / B⌉ an epoch), minibatches of
m = min(minibatch, V) rows, races of R = min(32, V) rows and p proposals:

    ============  ==================================  ==================================
    rows          plain search                        racing search
    ============  ==================================  ==================================
    before        V, and V for each seed instruction  R, and R for each seed instruction
    a proposal    B by the parent, m by the child,    USUAL_ROWS; at most WINNERS · R more,
                  at most m more by the parent        for the races that go to their end
    at the end    at most V for each epoch and V      at most 3·V, and 8 % of what is left
    test          2·E                                 2·E
    ============  ==================================  ==================================

A race grows while its leader gets better and better; the estimate takes it as it begins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from omegaweb.runs.configuration import RunConfiguration

#: Of the racing search: rows of a race at its start, rows and rewritings of a proposal on average, the share of
#: proposals whose race goes to its end, finalists, and the share of the budget that is held back for them.
RACE_ROWS = 32
USUAL_ROWS, USUAL_REWRITES = 12.5, 1.5
WINNERS = 0.2
FINALISTS, SHARE_OF_FINALISTS = 3, 0.08


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

    fixed: int  # rows for the baseline, the seeds and the test
    each: Span  # rows of one proposal
    rewrites: float  # calls of the proposing model for one proposal
    steps: int  # proposals of an epoch
    each_epoch: int  # rows that the best may be validated on at the end of an epoch
    at_the_end: int  # rows that finalists may be validated on
    search_share: float = 1.0  # of what is left after the fixed rows

    def answers(self, proposals: int) -> Span:
        """Return the rows that are answered with so many proposals."""
        epochs = math.ceil(proposals / self.steps)
        return Span(
            low=self.fixed + proposals * self.each.low,
            high=self.fixed + proposals * self.each.high + epochs * self.each_epoch + self.at_the_end,
        )


def workload_of(configuration: RunConfiguration, sizes: Sizes) -> Workload:
    """Return what a configuration answers on rows of these sizes."""
    training = configuration.training
    steps = max(1, math.ceil(sizes.train / max(1, training.batch_size)))
    seeds = len(configuration.program["seed_instructions"])
    rewrites = 1.0 if configuration.optimizer.kind == "omega" else 0.0
    if configuration.optimizer.races:
        race = min(RACE_ROWS, sizes.validation)
        return Workload(
            fixed=race * (1 + seeds) + 2 * sizes.test,
            each=Span(low=USUAL_ROWS, high=USUAL_ROWS + WINNERS * race),
            rewrites=USUAL_REWRITES,
            steps=steps,
            each_epoch=0,
            at_the_end=FINALISTS * sizes.validation,
            search_share=1 - SHARE_OF_FINALISTS,
        )
    minibatch = min(training.minibatch_size, sizes.validation) or sizes.validation
    batch = min(training.batch_size, sizes.train)
    return Workload(
        fixed=sizes.validation * (1 + seeds) + 2 * sizes.test,
        each=Span(low=batch + minibatch, high=batch + 2 * minibatch),
        rewrites=rewrites,
        steps=steps,
        each_epoch=sizes.validation,
        at_the_end=sizes.validation,
    )
