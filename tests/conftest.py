"""Fixtures for all tests."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.core.cache import cache
from hypothesis import settings

pytest_plugins = ["tests.people", "tests.worlds", "tests.browser"]

# The same examples in every run, and no time limit: timing belongs into benchmarks.
settings.register_profile("omegaweb", deadline=None, derandomize=True)
settings.load_profile("omegaweb")


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: tests of sockets, browsers and servers wait a third of their time."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True)
def forget_drawn_rows() -> None:
    """Forget what other tests had drawn: databases of tests give the same numbers to other rows."""
    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> None:
    """Give this worker its database, instead of what pytest-django does."""
    from django.test import TransactionTestCase

    from tests import database

    folder = tmp_path_factory.getbasetemp()  # below one that the workers share, where there are several
    with django_db_blocker.unblock():
        database.use_own(folder if worker_id == "master" else folder.parent, worker_id)
    TransactionTestCase._fixture_teardown = database.empty  # type: ignore[attr-defined]  # of Django itself
