"""Template filters for the figures of a run: durations, money, rewards."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django import template

from omegaweb.runs.durations import in_words
from omegaweb.runs.lost_proposals import lost_proposals
from omegaweb.runs.models import Run, RunState
from omegaweb.runs.settings_words import settings_in_words
from omegaweb.runs.troubles import trouble_in_short
from omegaweb.runs.wording import two_places

register = template.Library()
register.filter("duration", in_words)
register.filter("settings_in_words", settings_in_words)
register.filter("trouble_in_short", trouble_in_short)
register.simple_tag(lost_proposals)

_BADGES = {
    RunState.QUEUED: "badge",
    RunState.RUNNING: "badge badge-info badge-live",
    RunState.WAITING: "badge badge-accent badge-live",
    RunState.PAUSED: "badge badge-warn",
    RunState.COMPLETED: "badge badge-good",
    RunState.STOPPED: "badge",
    RunState.FAILED: "badge badge-bad",
    RunState.INTERRUPTED: "badge badge-warn",
}


@register.filter
def run_badge(run: Run) -> str:
    """Return the class of the badge that shows a run's state."""
    return _BADGES[run.run_state]


@register.filter
def own_server(run: Run) -> str:
    """Return where the model that answers is asked, if that is in one's own computer or network."""
    models = run.choices.models
    return models.own_server_of(models.task)


@register.filter
def reward(value: float | str | None) -> str:
    """Return a reward with two places, a dash where there is none (a template gives "" for what is missing)."""
    return "—" if value is None or isinstance(value, str) else two_places(value)


@register.filter
def money(value: float) -> str:
    """Return US dollars: cents where they tell something, more places for small sums."""
    return f"${value:,.2f}" if value >= 1 or value == 0 else f"${value:.4f}"


@register.filter
def cost_in_words(run: Run) -> str:
    """Return what a run has cost, or why there is no sum to tell: free and unknown are not the same."""
    if run.cost:
        return money(run.cost)
    if not run.unpriced_calls:
        return "Free"
    return "Not reckoned" if own_server(run) else "Price unknown"


@register.filter
def with_page(query: Mapping[str, str], number: int) -> str:
    """Return a page's query string with another page number."""
    return "?" + urlencode({**query, "page": number})
