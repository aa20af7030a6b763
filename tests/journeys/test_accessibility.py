"""Every page that links lead to, in light and dark, has no serious fault that axe can find."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import parse_qs, urljoin, urlsplit

from playwright.sync_api import Page

from omegaweb.accounts.models import User
from omegaweb.releases.tokens import make_token
from optimizer_core import events
from tests import event_streams
from tests.event_streams import BASELINE
from tests.factories_runs import make_release, make_review
from tests.omegaweb.engine.recording import record, recorded_run

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RUN = """([where, rules]) => axe.run(where, {resultTypes: ["violations"], runOnly: rules})
    .then(found => found.violations.filter(fault => ["serious", "critical"].includes(fault.impact)))"""
#: The same on most pages.
FRAME = ".sidebar"
#: In the dark only contrasts are others.
THEMES: tuple[tuple[Literal["light", "dark"], list[str]], ...] = (
    ("light", ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]),
    ("dark", ["color-contrast"]),
)
#: Files, and pages that are Django's own.
NOT_OURS = re.compile(
    r"/export/|/whole/$|\.csv$|/releases/N/(report|files)/|^/admin/|^/accounts/sign-out/|^/static/|/events/"
)
MUST_BE_SEEN = {
    "/",
    "/datasets/",
    "/datasets/N/",
    "/datasets/N/delete/",
    "/datasets/upload/",
    "/programs/",
    "/programs/N/",
    "/programs/N/edit/",
    "/programs/new/",
    "/releases/N/",
    "/releases/programs/N/",
    "/runs/",
    "/runs/N/",
    "/runs/N/?result",
    "/runs/N/?samples as a table",
    "/runs/N/go-on/",
    "/runs/N/candidates/N/",
    "/runs/N/stop/",
    "/runs/launch/",
    "/reviews/",
    "/reviews/N/",
    "/reviews/N/answer/",
    "/reviews/N/edit/",
    "/accounts/password/",
}


def shape_of(address: str) -> str:
    """The kind of page behind an address: numbers do not matter, tabs do."""
    parts = urlsplit(address)
    query = parse_qs(parts.query)
    tab = query.get("tab", [""])[0] + (" as a table" if "table" in query else "")
    return re.sub(r"\d+", "N", parts.path) + (f"?{tab}" if tab else "")


def frame_of(page: Page) -> str:
    """What stands beside the page, without its secret."""
    parts = page.locator(FRAME).evaluate_all("parts => parts.map(part => part.outerHTML)")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", "".join(parts))


def faults_of(page: Page, shape: str, frames: set[str] | None = None) -> list[str]:
    """What axe finds on the page that is open, a line each; `frames` were looked at beside other pages."""
    found = []
    frames = set() if frames is None else frames
    frame = frame_of(page)
    where = {"exclude": [[FRAME]]} if frame in frames else {"include": [["html"]]}
    frames.add(frame)
    page.emulate_media(reduced_motion="reduce")  # a colour on its way to another has a contrast of its own
    page.evaluate(AXE)
    for theme, rules in THEMES:
        page.emulate_media(color_scheme=theme)
        faults: list[dict[str, Any]] = page.evaluate(RUN, [where, rules])
        found += [
            f"{shape}, {theme}: {fault['id']} at {node['target']}: {node['failureSummary']}"
            for fault in faults
            for node in fault["nodes"]
        ]
    return found


def links_of(page: Page) -> list[str]:
    """The addresses on this site that the page links to."""
    links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    site = urlsplit(page.url).netloc
    addresses = [urljoin(page.url, link) for link in links]
    return [
        address for address in addresses if urlsplit(address).netloc == site and not NOT_OURS.search(shape_of(address))
    ]


def test_no_page_has_a_serious_fault(alice_page: Page, alice: User, live_site: str) -> None:
    finished = recorded_run(alice, event_streams.whole_run(epochs=1, batches=3), name="Finished")
    make_release(finished.candidates.get(number=1), opening=finished.openings.get())
    make_token(finished.program, user=alice, name="production")
    waiting = recorded_run(alice, list(event_streams.whole_run(batches=3, finish=False))[:20], name="Waiting")
    asked = waiting.candidates.exclude(key=BASELINE).latest("number")
    record(waiting, events.ReviewRequested(candidate=asked.key, reward=0.5, count=4))
    refused = make_review(waiting.candidates.exclude(key__in=[BASELINE, asked.key])[0], state="changes_requested")
    finished.checkpoints.create(part="", state={})
    faults: list[str] = []
    seen: set[str] = set()
    frames: set[str] = set()
    put_up = f"{live_site}/releases/runs/{finished.pk}/candidates/2/"
    open_ = [
        f"{live_site}/reviews/{refused.pk}/answer/",
        put_up,
        f"{live_site}/runs/{waiting.pk}/stop/",
        f"{live_site}/accounts/password/",
        f"{live_site}/",
    ]
    while open_:
        address = open_.pop()
        shape = shape_of(address)
        if shape in seen:
            continue
        seen.add(shape)
        alice_page.goto(address)
        faults += faults_of(alice_page, shape, frames)
        open_ += links_of(alice_page)

    assert not faults, "\n".join(faults)
    assert seen >= MUST_BE_SEEN, f"no link led to {sorted(MUST_BE_SEEN - seen)}"


def test_the_pages_of_somebody_signed_out_have_no_serious_fault(alice_page: Page) -> None:
    alice_page.context.clear_cookies()
    alice_page.goto("/")
    assert faults_of(alice_page, "/accounts/sign-in/") == []
    alice_page.get_by_label("Name").fill("nobody")
    alice_page.get_by_label("Password").fill("wrong")
    alice_page.get_by_role("button", name="Sign in").click()
    assert faults_of(alice_page, "/accounts/sign-in/ refused") == []
    alice_page.goto("/there-is-no-such-page/")
    assert faults_of(alice_page, "404") == []
