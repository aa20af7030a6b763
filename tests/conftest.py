"""Fixtures for all tests."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = ["tests.people", "tests.browser"]

# The same examples in every run, and no time limit: timing belongs into benchmarks.
settings.register_profile("omegaweb", deadline=None, derandomize=True)
settings.load_profile("omegaweb")
