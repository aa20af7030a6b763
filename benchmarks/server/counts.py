"""What the server was asked, by the model's name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Tally:
    """Of one model."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    texts: int = 0  # embedded


@dataclass(slots=True)
class Counts:
    """Of all models."""

    by_model: dict[str, Tally] = field(default_factory=dict)
    faults: int = 0
    refused: int = 0  # calls over the budget

    @property
    def calls(self) -> int:
        return sum(tally.calls for tally in self.by_model.values())

    def of(self, model: str) -> Tally:
        """Return the tally of a model, a new one for a new name."""
        return self.by_model.setdefault(model, Tally())

    def as_json(self) -> dict[str, Any]:
        """Return everything, for the client."""
        models = {
            name: {
                "calls": tally.calls,
                "prompt_tokens": tally.prompt_tokens,
                "completion_tokens": tally.completion_tokens,
                "texts": tally.texts,
            }
            for name, tally in self.by_model.items()
        }
        return {"models": models, "calls": self.calls, "faults": self.faults, "refused": self.refused}
