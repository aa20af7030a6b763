"""The meter holds for any budget: what goes over it is never more than the calls that were under way."""

from __future__ import annotations

import asyncio
import math
import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer_core.budget import Budget, Meter, Reservation, Role, Usage
from optimizer_core.errors import BudgetExhausted, ConfigurationError, ModelUnavailable
from optimizer_core.models.calls import Caller, Tab
from optimizer_core.models.retry import Pause, RetryPolicy
from optimizer_core.models.slots import Slots
from optimizer_core.models.traffic import Traffic

MOST_CALLS = 80
BUDGETS = st.builds(
    Budget,
    calls=st.none() | st.integers(1, 60),
    tokens=st.none() | st.integers(1, 60_000),
    cost=st.none() | st.floats(1e-6, 1.0, allow_nan=False),
).filter(lambda budget: budget != Budget())


@dataclass(slots=True, kw_only=True)
class Provider:
    """Charges by chance, and notes what every call was worth."""

    rng: random.Random
    even: bool  # whether all calls of a role cost the same
    dear: int  # the largest price of a call in tokens

    def charge(self, role: Role) -> Usage:
        share = 1 / (1 + list(Role).index(role)) if self.even else self.rng.random() ** 6  # now and then a giant
        tokens = int(self.dear * share)
        priced = self.even or self.rng.random() < 0.8
        return Usage(
            calls=1,
            prompt_tokens=tokens,
            cost=tokens / 8192 if priced else 0.0,  # a power of two, so that sums are exact
            unpriced_calls=int(not priced),
        )


@dataclass(slots=True, kw_only=True)
class Race:
    """Calls that begin and end in any order until the meter refuses every one."""

    meter: Meter
    provider: Provider
    width: int  # calls under way at most
    flying: list[tuple[Reservation, Usage]] = field(default_factory=list)
    made: list[Usage] = field(default_factory=list)
    refused: bool = False

    def run(self) -> None:
        rng = self.provider.rng
        while len(self.made) < MOST_CALLS and not (self.refused and not self.flying):
            may_begin = len(self.flying) < self.width and not self.refused
            if may_begin and (not self.flying or rng.random() < 0.6):
                self.begin(rng.choice(list(Role)))
            else:
                self.end(rng.randrange(len(self.flying)))
        while self.flying:
            self.end(0)

    def begin(self, role: Role) -> None:
        try:
            reservation = self.meter.reserve(role)
        except BudgetExhausted:
            self.refused = True
            return
        self.flying.append((reservation, self.provider.charge(role)))

    def end(self, index: int) -> None:
        reservation, usage = self.flying.pop(index)
        self.meter.settle(reservation, usage)
        self.made.append(usage)

    def check_the_books(self) -> None:
        """What was settled is what the calls were worth, in total and by role."""
        assert sum(usage.calls for usage in self.made) == self.meter.total.calls
        assert sum(usage.tokens for usage in self.made) == self.meter.total.tokens
        assert sum(usage.cost for usage in self.made) == self.meter.total.cost
        assert sum(self.meter.by_role.values(), start=Usage()) == self.meter.total


@settings(max_examples=1000, deadline=None)
@given(
    budget=BUDGETS,
    width=st.integers(1, 24),
    dear=st.integers(1, 20_000),
    even=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_an_overrun_is_never_more_than_the_calls_under_way(
    budget: Budget, width: int, dear: int, even: bool, seed: int
) -> None:
    race = Race(meter=Meter(budget), provider=Provider(rng=random.Random(seed), even=even, dear=dear), width=width)
    race.run()
    total = race.meter.total
    in_flight = race.made[-width:]  # the last to land; no more than these were under way when the limit was met
    assert budget.calls is None or total.calls <= budget.calls
    for name in ("tokens", "cost"):
        limit = getattr(budget, name)
        if limit is not None:
            before_they_landed = getattr(total, name) - sum(getattr(usage, name) for usage in in_flight)
            assert before_they_landed < limit
    assert race.refused or len(race.made) >= MOST_CALLS
    race.check_the_books()


@settings(max_examples=200, deadline=None)
@given(budget=BUDGETS, width=st.integers(1, 24), dear=st.integers(8, 20_000), seed=st.integers(0, 2**32))
def test_where_calls_of_a_role_cost_the_same_only_its_first_calls_can_overrun(
    budget: Budget, width: int, dear: int, seed: int
) -> None:
    provider = Provider(rng=random.Random(seed), even=True, dear=dear)
    known = {role: provider.charge(role) for role in Role}  # one call of each role is known
    race = Race(meter=Meter(budget, spent=known), provider=provider, width=width)
    race.made = list(known.values())
    already = sum(known.values(), start=Usage())
    race.run()
    for name in ("calls", "tokens", "cost"):
        limit = getattr(budget, name)
        assert limit is None or getattr(race.meter.total, name) <= max(limit, getattr(already, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    usage: Usage


@settings(max_examples=40, deadline=None)
@given(budget=BUDGETS, width=st.integers(1, 16), dear=st.integers(1, 20_000), seed=st.integers(0, 2**32))
def test_every_attempt_is_settled_once_also_failed_and_cancelled_ones(
    budget: Budget, width: int, dear: int, seed: int
) -> None:
    rng = random.Random(seed)
    provider = Provider(rng=rng, even=False, dear=dear)
    meter, asked = Meter(budget), []
    caller = Caller(
        retry=RetryPolicy(attempts=2, first_wait=0.0001, max_wait=0.0001),
        slots=Slots(width),
        traffic=Traffic("a/model", pause=Pause()),
        rng=random.Random(seed),
    )

    async def ask() -> Reply:
        asked.append(1)
        await asyncio.sleep(0)
        if rng.random() < 0.3:
            raise ModelUnavailable("down for a moment")
        return Reply(usage=provider.charge(Role.TASK))

    async def question() -> None:
        call = asyncio.ensure_future(caller.call(ask, Tab(meter=meter, role=rng.choice(list(Role)))))
        if rng.random() < 0.1:
            await asyncio.sleep(0)
            call.cancel()
        await asyncio.gather(call, return_exceptions=True)

    async def all_questions() -> None:
        await asyncio.gather(*(question() for _ in range(40)))

    asyncio.run(all_questions())
    assert meter.total.calls == len(asked)
    assert budget.calls is None or len(asked) <= budget.calls
    assert not meter.in_flight


def test_a_call_that_could_fit_after_others_land_is_refused_only_for_what_they_hold() -> None:
    meter = Meter(Budget(tokens=100), spent={Role.TASK: Usage(calls=1, prompt_tokens=40)})
    meter.reserve(Role.TASK)
    with pytest.raises(BudgetExhausted, match="100 tokens"):
        meter.reserve(Role.TASK)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *(("calls", wrong) for wrong in ("10", 1.5, True, 0)),
        ("tokens", 1e6),
        ("cost", "1"),
        *(("seconds", wrong) for wrong in (math.inf, math.nan, True, -1.0)),
    ],
)
def test_a_limit_is_a_number_that_can_be_reached(name, wrong):
    with pytest.raises(ConfigurationError, match=f"budget {name}={wrong!r} must be"):
        Budget(**{name: wrong})


def test_what_may_be_asked_is_a_matter_of_what_was_spent_and_the_path_one_of_what_this_part_came_to() -> None:
    meter = Meter(Budget(calls=10), spent={Role.TASK: Usage(calls=9)})
    meter.replay(Role.TASK, Usage(calls=3))
    meter.settle(meter.reserve(Role.PROPOSER), Usage(calls=1))
    assert (meter.total.calls, meter.path.calls, meter.replayed) == (10, 4, 1)
    meter.check()
    with pytest.raises(BudgetExhausted):
        meter.reserve(Role.TASK)


def test_time_is_up_also_for_who_asks_nothing() -> None:
    now = [0.0]
    meter = Meter(Budget(seconds=5, calls=1), clock=lambda: now[0], spent={Role.TASK: Usage(calls=1)})
    meter.check()
    now[0] = 5.0
    with pytest.raises(BudgetExhausted, match="5 seconds"):
        meter.check()
