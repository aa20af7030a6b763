"""What a run will take before it is launched: calls, tokens, money, time, and how many proposals that buys.

How many rows are answered is :mod:`omegaweb.engine.workload`'s to say; the lower figures leave out what the ledger may
know already (an answer is never paid twice). OMEGA asks its proposer for each rewriting, a judge is asked once an
answer, and each candidate is embedded once. Tokens are characters / 4. Time assumes SECONDS_A_CALL for models that are
not built in.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from omegaweb.datasets.models import DatasetVersion
from omegaweb.engine.advice import Notice, notices
from omegaweb.engine.providers import FREE, Price, is_built_in, price_of
from omegaweb.engine.workload import Sizes, Span, Workload, workload_of
from omegaweb.runs.configuration import ModelChoice, OptimizerChoice, RunConfiguration

#: The largest share of what is left after the baseline that is held back for the test.
MOST_FOR_TEST = 0.5
CHARACTERS_A_TOKEN = 4
ROWS_SAMPLED = 50
#: Tokens of the frame around a prompt: field list, roles, JSON.
FRAME_TOKENS = 40
#: Of the answers, those whose prompt holds examples: not the baseline's, nor the first proposals' in full.
SHARE_WITH_EXAMPLES = 0.6
#: Written by the model: for the fields, for thinking first, for a rewritten instruction.
ANSWER_TOKENS, THINKING_TOKENS, REWRITE_TOKENS, VERDICT_TOKENS = 15, 120, 350, 60
#: A hosted model's usual wait for one answer.
SECONDS_A_CALL = 1.2
#: The built-in model on two cores, beside other work: seconds for one answer, and for a thousand tokens of a prompt.
BUILT_IN_SECONDS, BUILT_IN_SECONDS_A_THOUSAND = 0.12, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What the launch page shows beside its button."""

    calls: Span
    tokens: Span
    cost: Span | None  # US dollars; None where a price is unknown
    seconds: Span
    proposals: Span
    proposals_wanted: int  # without any budget
    fixed_calls: int  # before and after the search: baseline and the whole test
    tests: bool  # whether the run opens the seal at its end
    test_paid: float  # share of the test that the budget pays
    calls_each: Span  # of one proposal
    ends_by: str  # epochs, calls, tokens, cost or minutes: what ends the run first
    unpriced: tuple[str, ...] = ()  # models without a known price
    own_server: str = ""  # where all of these are asked, if that is in one's own computer or network
    free: bool = False
    is_rough: bool = False  # what a proposal costs depends on how far it gets
    notices: tuple[Notice, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Load:
    """Calls of one kind and what one of them takes."""

    model: str
    calls: Span
    read: float  # tokens
    written: float

    @property
    def tokens(self) -> Span:
        return self.calls.scaled(self.read + self.written)

    def cost(self, price: Price) -> Span:
        return self.calls.scaled(self.read * price.read + self.written * price.written)

    def seconds(self, concurrency: int) -> Span:
        if is_built_in(self.model):
            return self.calls.scaled(BUILT_IN_SECONDS + BUILT_IN_SECONDS_A_THOUSAND * self.read / 1000)
        return self.calls.scaled(SECONDS_A_CALL / max(1, concurrency))


def estimate(configuration: RunConfiguration, sizes: Sizes, *, row_characters: float = 200.0) -> Estimate:
    """Estimate a run. `row_characters` is how long the inputs of one row are, as :func:`measure_rows` says."""
    training, budget = configuration.training, configuration.budget
    work = workload_of(configuration, sizes)
    each = _with_roles(work, configuration)
    answer = _answers_cost(configuration)

    bought = _bought(configuration, work, each, row_characters)
    wanted = work.steps * training.epochs if training.epochs is not None else None
    proposals, ends_by = bought.proposals, bought.ends_by
    if wanted is None and ends_by == "epochs":  # the only limit is in money, and a price is unknown
        proposals = Span(low=0, high=0)
    if wanted is not None:
        proposals = Span(low=min(proposals.low, wanted), high=min(proposals.high, wanted))
        ends_by = ends_by if proposals.low < wanted else "epochs"

    loads = _loads(configuration, work, proposals, row_characters)
    calls = _sum(load.calls for load in loads).capped(budget.calls)
    share = calls.high / max(1.0, _sum(load.calls for load in loads).high)
    tokens = _sum(load.tokens for load in loads).scaled(share).capped(budget.tokens)
    prices = {load.model: price_of(load.model) for load in loads}
    unpriced = tuple(sorted(model for model, price in prices.items() if price is None))
    cost = None
    if not unpriced:
        cost = _sum(load.cost(prices[load.model] or FREE) for load in loads).scaled(share).capped(budget.cost)
    seconds = _sum(load.seconds(training.concurrency) for load in loads).scaled(share)
    return Estimate(
        calls=calls,
        tokens=tokens,
        cost=cost,
        seconds=seconds.capped(None if budget.minutes is None else budget.minutes * 60),
        proposals=proposals,
        proposals_wanted=wanted or 0,
        fixed_calls=(work.before + work.test) * answer,
        tests=work.test > 0,
        test_paid=bought.test_paid,
        calls_each=each,
        ends_by=ends_by,
        unpriced=unpriced,
        own_server=own_server_of(configuration.models, unpriced),
        free=all(price == FREE for price in prices.values()),
        is_rough=configuration.optimizer.races,
        notices=notices(
            configuration,
            sizes,
            proposals=round(proposals.high),
            fixed=(work.before + work.test) * answer,
            test_paid=bought.test_paid,
        ),
    )


def own_server_of(models: ModelChoice, unpriced: Iterable[str]) -> str:
    """Return where the models without a price are asked, if all of them are in one's own computer or network."""
    addresses = [models.own_server_of(model) for model in unpriced]
    return addresses[0] if addresses and all(addresses) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersEstimate:
    """What answering test rows after a run will take."""

    answers: int
    calls: int
    tokens: float
    cost: float | None  # US dollars; None where a price is unknown
    seconds: float


def estimate_test(configuration: RunConfiguration, answers: int, *, row_characters: float = 200.0) -> AnswersEstimate:
    """Estimate so many answered rows, judged as the run judges them."""
    answered = Span(low=answers, high=answers)
    loads = _answering(configuration, answered, row_characters)
    prices = [price_of(load.model) for load in loads]
    cost = sum(load.cost(price or FREE).high for load, price in zip(loads, prices, strict=True))
    return AnswersEstimate(
        answers=answers,
        calls=round(_sum(load.calls for load in loads).high),
        tokens=_sum(load.tokens for load in loads).high,
        cost=None if None in prices else cost,
        seconds=_sum(load.seconds(configuration.training.concurrency) for load in loads).high,
    )


def measure_rows(version: DatasetVersion, definition: Mapping[str, Any]) -> float:
    """Return how many characters the inputs of a row have, on average over its first rows."""
    wanted = {row["name"].strip().casefold() for row in definition["input_fields"]}
    rows = list(itertools.islice(version.rows("train"), ROWS_SAMPLED))
    if not rows:
        return 0.0
    texts = [
        {name: value for name, value in inputs.items() if name.strip().casefold() in wanted} for _, inputs, _ in rows
    ]
    return sum(len(json.dumps(text, ensure_ascii=False)) for text in texts) / len(texts)


def _answers_cost(configuration: RunConfiguration) -> int:
    """Calls for one answered row: the answer, and the judge's where there is one."""
    return 2 if configuration.reward.kind == "judge" else 1


def _with_roles(work: Workload, configuration: RunConfiguration) -> Span:
    """Calls of one proposal."""
    factor, made = _answers_cost(configuration), work.rewrites
    return Span(low=work.each.low * factor + made.low, high=work.each.high * factor + made.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bought:
    """What the tightest limit pays."""

    proposals: Span
    test_paid: float  # share of the test
    ends_by: str


def _bought(configuration: RunConfiguration, work: Workload, each: Span, row_characters: float) -> _Bought:
    """Return what the tightest limit buys; without any limit, as much as is wanted."""
    read, written = _task_tokens(configuration, row_characters)
    budget, models = configuration.budget, configuration.models
    price = price_of(models.task)
    a_call = {
        "calls": (budget.calls, 1.0),
        "tokens": (budget.tokens, read + written),
        "cost": (budget.cost, read * price.read + written * price.written if price else 0.0),
        "minutes": (budget.minutes, _seconds_a_call(configuration, read) / 60),
    }
    answer = _answers_cost(configuration)
    found = [_Bought(proposals=Span(low=math.inf, high=math.inf), test_paid=1.0, ends_by="epochs")]
    for name, (limit, amount) in a_call.items():
        if limit is None or amount <= 0:
            continue
        left = max(0.0, limit / amount - work.before * answer)
        test = min(work.test * answer, left * MOST_FOR_TEST)
        search = (left - test) * work.search_share
        proposals = Span(low=math.floor(search / each.high), high=math.floor(search / each.low))
        found.append(
            _Bought(proposals=proposals, test_paid=test / (work.test * answer) if work.test else 1.0, ends_by=name)
        )
    return min(found, key=lambda bought: bought.proposals.low)


def _seconds_a_call(configuration: RunConfiguration, read: float) -> float:
    load = _Load(model=configuration.models.task, calls=Span(low=1, high=1), read=read, written=0)
    return load.seconds(configuration.training.concurrency).high


def _loads(configuration: RunConfiguration, work: Workload, proposals: Span, row_characters: float) -> list[_Load]:
    models = configuration.models
    loads = _answering(configuration, work.answers(proposals), row_characters)
    if configuration.optimizer.kind == "omega":
        shown = 4 * (row_characters / CHARACTERS_A_TOKEN + 40)
        text = len(configuration.program["instruction"]) / CHARACTERS_A_TOKEN
        made = work.rewritings(proposals)
        loads.append(
            _Load(model=models.proposer or models.task, calls=made, read=600 + shown + text, written=REWRITE_TOKENS)
        )
        if configuration.optimizer.parameters.get("algorithm", "dns") != "ga":
            embedded = Span(low=math.ceil(proposals.low / work.steps), high=made.high + 1)
            loads.append(_Load(model=models.embedding, calls=embedded, read=text, written=0))
    return loads


def _answering(configuration: RunConfiguration, answers: Span, row_characters: float) -> list[_Load]:
    """Rows that are answered and judged."""
    models = configuration.models
    read, written = _task_tokens(configuration, row_characters)
    loads = [_Load(model=models.task, calls=answers, read=read, written=written)]
    if configuration.reward.kind == "judge":
        pairs = len(json.dumps(configuration.reward.preferences, ensure_ascii=False)) / CHARACTERS_A_TOKEN
        judged = 200 + pairs + 2 * written
        loads.append(_Load(model=models.judge or models.task, calls=answers, read=judged, written=VERDICT_TOKENS))
    if configuration.reward.kind == "similarity":
        loads.append(_Load(model=models.embedding, calls=answers, read=2 * written, written=0))
    return loads


def _task_tokens(configuration: RunConfiguration, row_characters: float) -> tuple[float, float]:
    """Tokens read and written for one answered row."""
    definition = configuration.program
    written = ANSWER_TOKENS * max(1, len(definition["output_fields"]))
    if definition["style"] == "step_by_step":
        written += THINKING_TOKENS
    row = row_characters / CHARACTERS_A_TOKEN
    choices = sum(len(str(field)) for field in definition["output_fields"]) / CHARACTERS_A_TOKEN
    examples = SHARE_WITH_EXAMPLES * _examples(configuration.optimizer) * (row + written)
    return FRAME_TOKENS + len(definition["instruction"]) / CHARACTERS_A_TOKEN + choices + row + examples, written


def _examples(optimizer: OptimizerChoice) -> float:
    """Examples in a prompt that has some, on average."""
    parameters = optimizer.parameters
    if optimizer.kind == "random_few_shot":
        return float(parameters.get("nb_min_examples", 1) + parameters.get("nb_max_examples", 3)) / 2
    return float(parameters.get("example_limit", 16)) / 2 if optimizer.races else 0.0


def _sum(spans: Any) -> Span:
    low = high = 0.0
    for span in spans:
        low, high = low + span.low, high + span.high
    return Span(low=low, high=high)
