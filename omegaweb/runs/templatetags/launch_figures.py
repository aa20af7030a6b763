"""How the launch page writes estimates: rounded, because they are guesses."""

from __future__ import annotations

import math

from django import template

from omegaweb.engine.workload import Span

register = template.Library()


@register.filter
def span(value: Span) -> str:
    """Return "1,200–1,900", or one number where both ends round to the same."""
    return _joined(f"{_rounded(value.low):,.0f}", f"{_rounded(value.high):,.0f}")


@register.filter
def money_span(value: Span) -> str:
    """Return "$0.04–$0.06"."""
    if value.high < 0.01:
        return "less than $0.01"
    return _joined(f"${value.low:,.2f}", f"${value.high:,.2f}")


@register.filter
def time_span(value: Span) -> str:
    """Return "about 3–5 min"."""
    if value.high < 60:
        return "less than a minute"
    if value.high < 5400:
        return f"about {_joined(f'{max(1, value.low / 60):.0f}', f'{value.high / 60:.0f}')} min"
    return f"about {_joined(f'{value.low / 3600:.1f}', f'{value.high / 3600:.1f}')} h"


def _rounded(value: float) -> float:
    if value < 100:
        return round(value)
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    return round(value / step) * step


def _joined(low: str, high: str) -> str:
    return low if low == high else f"{low}–{high}"
