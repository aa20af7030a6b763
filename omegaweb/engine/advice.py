"""What to think about before launching: a budget that buys little, too few rows, a weak proposer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from omegaweb.engine.providers import is_built_in
from omegaweb.runs.configuration import RunConfiguration

#: With fewer rows than this a 95 % interval is wider than about ±17 points.
HONEST_ROWS = 30
FEWEST_PROPOSALS = 3
#: A test that is paid to this share is paid: the estimate is not that exact.
ALMOST_ALL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to think about; it does not stop the launch."""

    title: str
    text: str
    level: str = "warn"  # warn or info


class _Sizes(Protocol):
    @property
    def train(self) -> int: ...
    @property
    def validation(self) -> int: ...
    @property
    def test(self) -> int: ...


def notices(
    configuration: RunConfiguration, sizes: _Sizes, *, proposals: int, fixed: int, test_paid: float
) -> tuple[Notice, ...]:
    """Return what to think about, the most important first."""
    about_test = _about_test(sizes.test, test_paid) if proposals >= FEWEST_PROPOSALS else []
    found = [*_about_budget(proposals, fixed), *about_test, *_about_rows(sizes), *_about_models(configuration)]
    return tuple(found)


def _about_budget(proposals: int, fixed: int) -> list[Notice]:
    if proposals >= FEWEST_PROPOSALS:
        return []
    bought = "no proposal" if proposals == 0 else f"only {proposals} proposal{'s' if proposals > 1 else ''}"
    return [
        Notice(
            title=f"This buys {bought}",
            text=f"Scoring the baseline and the test alone takes {fixed:,} calls. Raise the budget or the epochs, or "
            "use smaller batches.",
        )
    ]


def _about_test(rows: int, paid: float) -> list[Notice]:
    if paid > ALMOST_ALL:
        return []
    return [
        Notice(
            title=f"Not all {rows:,} test rows are paid",
            text=f"The test takes at most half of the budget: about {int(rows * paid):,} rows here. The result stays "
            "honest, its interval gets wider. Raise the budget to test on all of them.",
        )
    ]


def _about_rows(sizes: _Sizes) -> list[Notice]:
    small = [
        f"{name} has {count} row{'s' if count != 1 else ''}"
        for name, count in (("validation", sizes.validation), ("test", sizes.test))
        if 0 < count < HONEST_ROWS
    ]
    if not small:
        return []
    return [
        Notice(
            title="Too few rows for a sure number",
            text=f"{' and '.join(small).capitalize()}. Below {HONEST_ROWS} a score is mostly luck: the result may say "
            "“no reliable improvement” even if there is one. Add rows, or give the split a larger share.",
        )
    ]


def _about_models(configuration: RunConfiguration) -> list[Notice]:
    models = configuration.models
    if configuration.reward.kind != "judge" or not is_built_in(models.judge or models.task):
        return []
    return [
        Notice(
            title="The built-in model is a weak judge",
            text="Its grades say little. Choose a capable judge, or compare with the table by exact match.",
        )
    ]
