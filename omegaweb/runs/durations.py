"""Seconds as people say them."""

from __future__ import annotations


def in_words(seconds: float | None) -> str:
    """Return "42 s", "3 min 05 s" or "2 h 07 min"; a dash for what is not known. static/js/clock.js does the same."""
    if seconds is None:
        return "—"
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
