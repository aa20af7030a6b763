"""Fixtures for all tests."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings

from omegaweb.audit import triggers

pytest_plugins = ["tests.people", "tests.browser"]

# The same examples in every run, and no time limit: timing belongs into benchmarks.
settings.register_profile("omegaweb", deadline=None, derandomize=True)
settings.load_profile("omegaweb")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let tests empty the audit log, as they empty all tables; the test of the triggers installs them again."""
    from django.db import connection

    with django_db_blocker.unblock():
        triggers.remove(connection)
