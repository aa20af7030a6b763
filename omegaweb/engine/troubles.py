"""What is wrong with the models of a run: events become what its row keeps, by model, as long as it lasts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from optimizer_core.events import ProviderRecovered, ProviderTroubled


def begun(troubles: dict[str, Any], event: ProviderTroubled, *, at: datetime) -> dict[str, Any]:
    """Return the troubles with a new one, or with one that has changed."""
    trouble = {
        "trouble": event.trouble,
        "message": event.message,
        "since": (at - timedelta(seconds=event.seconds)).isoformat(),
        "next_try": (at + timedelta(seconds=event.wait)).isoformat(),
        "wait": event.wait,
        "at_once": event.at_once,
        "of": event.of,
    }
    return {**troubles, event.model: trouble}


def ended(troubles: dict[str, Any], event: ProviderRecovered) -> dict[str, Any]:
    """Return the troubles without one."""
    return {model: trouble for model, trouble in troubles.items() if model != event.model}
