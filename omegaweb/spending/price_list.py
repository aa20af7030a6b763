"""The models of a project beside what they cost: the price that was set, the price list's, or none that is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from omegaweb.engine.providers import listed_price
from omegaweb.projects.models import Project
from omegaweb.runs.configuration import ModelChoice
from omegaweb.runs.models import Run
from omegaweb.spending.models import ModelPrice

MILLION = 1_000_000
#: Runs whose models are listed, the newest.
RUNS_READ = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedModel:
    """One line of the page; prices in US dollars per million tokens."""

    model: str
    own: ModelPrice | None
    listed_read: float | None  # None: the list does not know the model
    listed_written: float | None
    is_used: bool  # by a run of the project
    is_near: bool  # the newest run that uses it asks it in one's own computer or network

    @property
    def read(self) -> str:
        """The price that counts, as people write it."""
        return _plain(self.own.read if self.own else self.listed_read)

    @property
    def written(self) -> str:
        return _plain(self.own.written if self.own else self.listed_written)

    @property
    def is_free(self) -> bool:
        return self.own is None and not self.is_unknown and not self.listed_read and not self.listed_written

    @property
    def is_unknown(self) -> bool:
        return self.own is None and self.listed_read is None


def priced_models(project: Project) -> list[PricedModel]:
    """Return the models of the project's runs and of its own prices; those without a price first."""
    own = {price.model: price for price in ModelPrice.objects.filter(project=project)}
    used = _models_used(project)
    models = [
        _priced(model, own.get(model), is_used=model in used, is_near=bool(used.get(model)))
        for model in used.keys() | own.keys()
    ]
    return sorted(models, key=lambda priced: (not priced.is_unknown, priced.model))


def _priced(model: str, own: ModelPrice | None, *, is_used: bool, is_near: bool) -> PricedModel:
    price = listed_price(model)
    return PricedModel(
        model=model,
        own=own,
        listed_read=None if price is None else price.read * MILLION,
        listed_written=None if price is None else price.written * MILLION,
        is_used=is_used,
        is_near=is_near,
    )


def _models_used(project: Project) -> dict[str, str]:
    """Return each model of the project's runs, with the near address where the newest run asks it."""
    used: dict[str, str] = {}
    runs: Iterable[Run] = Run.objects.in_project(project).order_by("-created_at").only("configuration")[:RUNS_READ]
    for run in runs:
        choice: ModelChoice = run.choices.models
        for model in filter(None, (choice.task, choice.proposer, choice.judge, choice.embedding)):
            used.setdefault(model, choice.own_server_of(model))
    return used


def _plain(price: Decimal | float | None) -> str:
    """At least two places, and no more than tell something."""
    whole, _, places = f"{price or 0:,.6f}".partition(".")
    return f"${whole}.{places.rstrip('0').ljust(2, '0')}"
