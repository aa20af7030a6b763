"""How long questions wait for a model in trouble, and what happens then: part of a run's context, as its journal is.

Without it, as in a single call of :meth:`LanguageModel.generate`, a question has its attempts and nothing more. So it
is with a model that has not answered yet: there may be a mistake in its name or address.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer_core.models.traffic import Traffic

#: Seconds, of a script.
USUAL_SECONDS = 60.0


@dataclass(slots=True, kw_only=True)
class Patience:
    """What a run does about models in trouble.

    Attributes:
        seconds: without any answer of a model until nothing more is asked of it.
        pauses: True: the run pauses then; False: :class:`~optimizer_core.errors.ModelOutOfReach` ends it.
        knows_all: True where the models have answered before, in an earlier part of the run.
        answered: models that have answered in this context.
        troubled: models that were in trouble in this context, for whoever tells of them.
    """

    seconds: float = USUAL_SECONDS
    pauses: bool = False
    knows_all: bool = False
    answered: set[Traffic] = field(default_factory=set)
    troubled: dict[Traffic, None] = field(default_factory=dict)

    def knows(self, traffic: Traffic) -> bool:
        """Return whether a model has answered this run."""
        return self.knows_all or traffic in self.answered


_in_use: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextmanager
def being_patient(patience: Patience) -> Iterator[None]:
    """Let whatever is asked in here, also by tasks begun in here, wait for models in trouble."""
    token = _in_use.set(patience)
    try:
        yield
    finally:
        _in_use.reset(token)


def patience_in_use() -> Patience | None:
    """Return the patience of this context, if there is one."""
    return _in_use.get()
