"""A real server and a real browser for tests, on a free port."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from omegaweb.accounts.models import User
from tests.chromium import CHROMIUMS, FLAGS
from tests.people import PASSWORD

START_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """A browser, and the event loop by which Playwright drives it from the thread of the tests.

    The loop sleeps between two calls and counts as running in this thread all the while, so that neither an async test
    nor the ORM would work in it any more. Therefore it is only there while a browser test is.
    """

    browser: Browser
    loop: asyncio.AbstractEventLoop

    @contextlib.contextmanager
    def here(self) -> Iterator[Browser]:
        asyncio._set_running_loop(self.loop)
        try:
            yield self.browser
        finally:
            asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def driven() -> Iterator[Driven]:
    """One headless Chromium for the whole session."""
    path = next((path for path in CHROMIUMS if os.path.exists(path)), None)
    if path is None:
        pytest.fail("Chromium is missing: run `sudo apt-get install chromium`", pytrace=False)
    playwright = sync_playwright().start()
    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
    driven = Driven(browser=browser, loop=asyncio.get_running_loop())
    asyncio._set_running_loop(None)
    yield driven
    with driven.here():
        browser.close()
        playwright.stop()


@pytest.fixture
def live_site(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The whole site on a real port: pages, static files and WebSockets. Yields its address."""
    # Playwright runs an event loop in the test's own thread, where the ORM refuses to work.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    from omegaweb.asgi import application

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, lifespan="off", ws="websockets-sansio", log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True, name="live-site")
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > deadline:
            pytest.fail("the server did not start")
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=START_SECONDS)


@pytest.fixture
def chromium(live_site: str, driven: Driven) -> Iterator[Browser]:
    """The browser, for this test. After the site, which empties the database once the event loop is gone again."""
    with driven.here() as browser:
        yield browser


@pytest.fixture
def browser_context(chromium: Browser, live_site: str) -> Iterator[BrowserContext]:
    """A fresh browser profile at the live site, nobody signed in."""
    context = chromium.new_context(base_url=live_site, viewport={"width": 1440, "height": 900})
    yield context
    context.close()


@pytest.fixture
def another_context(chromium: Browser, live_site: str) -> Iterator[BrowserContext]:
    """A second browser at the live site, of somebody else."""
    context = chromium.new_context(base_url=live_site, viewport={"width": 1440, "height": 900})
    yield context
    context.close()


def sign_in(context: BrowserContext, user: User) -> Page:
    """Return a tab in which that person signed in through the form."""
    page = context.new_page()
    page.goto("/accounts/sign-in/")
    page.get_by_label("Name").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


@pytest.fixture
def alice_page(browser_context: BrowserContext, alice: User) -> Page:
    """A tab in which Alice signed in through the form."""
    return sign_in(browser_context, alice)


@pytest.fixture
def bob_page(another_context: BrowserContext, bob: User) -> Page:
    """A tab of another browser, in which Bob signed in."""
    return sign_in(another_context, bob)
