"""The share of the budget that the search may not touch, so that the end of the run can be paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from optimizer_core.budget import Budget, Meter
from optimizer_core.json_values import JsonObject

#: Finalists that get the full validation at the end.
FINALISTS = 3
#: The largest share of what is left that the test takes; likewise the final validation, less after a racing search,
#: whose members have answered most of it.
_MOST_FOR_TEST = 0.5
SHARE_AFTER_A_RACE, USUAL_SHARE = 0.02, 0.25
NEXT_TO_NOTHING = 1e-9
_LIMITS = ("calls", "tokens", "cost", "seconds")


@dataclass(slots=True, kw_only=True)
class Holdback:
    """Divides each limit of the budget between the search, the final validation and the test.

    The test takes baseline and winner over all test samples, the final validation ``FINALISTS`` candidates over all
    validation samples. What one sample costs is measured on the baseline's validation; before that, one call is
    assumed. The test never takes more than half, the final validation never more than its share of what is left at
    that moment; what they do not need in the end stays unspent.

    Args:
        budget: the whole of it.
        validation: number of samples.
        test: number of samples.
        most_for_validation: the largest share of the final validation.
    """

    budget: Budget
    validation: int
    test: int
    most_for_validation: float = USUAL_SHARE
    for_validation: dict[str, float] = field(default_factory=dict)
    for_test: dict[str, float] = field(default_factory=dict)
    each: dict[str, float] = field(default_factory=dict)  # what one validation sample costs

    def assume(self) -> None:
        """Hold calls back for the test before anything is measured."""
        if self.budget.calls is not None:
            self.for_test["calls"] = min(2 * self.test, self.budget.calls * _MOST_FOR_TEST)

    def measure(self, meter: Meter, *, answered: int) -> None:
        """Hold back what the end will cost, given that the path has come to the baseline's answers and no further.

        Args:
            meter: of the run.
            answered: validation samples that the baseline has answered.
        """
        path = meter.path
        for name in _LIMITS:
            limit = getattr(self.budget, name)
            if limit is None:
                continue
            if name == "seconds":  # what came from the journal took none: reckoned with what a call took
                spent = meter.spent_of(name)
                came_to = spent * path.calls / meter.total.calls if meter.total.calls else spent
            else:
                spent = came_to = getattr(path, name)
            self.each[name] = came_to / answered
            self._divide(name, max(0.0, limit - spent))

    def extend(self, budget: Budget, spent: Mapping[str, float]) -> None:
        """Take another budget, and divide what is left of it anew.

        Args:
            budget: the whole of it.
            spent: so far, by the name of its limit.
        """
        self.budget = budget
        for name in _LIMITS:
            limit = getattr(budget, name)
            if limit is not None and name in self.each:
                self._divide(name, max(0.0, limit - spent[name]))

    def _divide(self, name: str, left: float) -> None:
        each = self.each[name]
        self.for_test[name] = min(2 * self.test * each, left * _MOST_FOR_TEST)
        left -= self.for_test[name]
        self.for_validation[name] = min(FINALISTS * self.validation * each, left * self.most_for_validation)

    @property
    def calls_each(self) -> float:
        """Calls that one validation sample costs; 1 where nobody counts them."""
        return self.each.get("calls", 1.0)

    def shrink(self, answered: int) -> None:
        """Hold back less for the final validation, of which the finalists have answered some samples by now.

        Args:
            answered: how many.
        """
        for name, each in self.each.items():
            missing = FINALISTS * max(0, self.validation - answered)
            self.for_validation[name] = min(self.for_validation[name], missing * each)

    def search(self) -> Budget:
        """Return what the search may spend, all that came before included."""
        return self._without(self.for_test, self.for_validation)

    def final_validation(self) -> Budget:
        """Return the same with the share of the final validation."""
        return self._without(self.for_test)

    def whole(self) -> Budget:
        """Return all of it, for the test."""
        return self.budget

    def to_json(self) -> JsonObject:
        return {"for_validation": dict(self.for_validation), "for_test": dict(self.for_test), "each": dict(self.each)}

    def restore(self, saved: JsonObject) -> None:
        """Hold back what an earlier part of the run held back."""
        self.for_validation = dict(saved["for_validation"])
        self.for_test = dict(saved["for_test"])
        self.each = dict(saved["each"])

    def _without(self, *shares: dict[str, float]) -> Budget:
        limits: dict[str, float | None] = {}
        for name in _LIMITS:
            limit = getattr(self.budget, name)
            rest = None if limit is None else limit - sum(share.get(name, 0.0) for share in shares)
            if rest is not None:  # a resumed run may have been given less than was held back before
                rest = max(NEXT_TO_NOTHING, rest) if name in ("cost", "seconds") else max(1, int(rest))
            limits[name] = rest
        return Budget(
            calls=_whole(limits["calls"]),
            tokens=_whole(limits["tokens"]),
            cost=limits["cost"],
            seconds=limits["seconds"],
        )


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
