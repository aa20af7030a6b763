"""The page of a run in a browser: it grows while the run goes on, and is never reloaded."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from omegaweb.accounts.models import User
from omegaweb.engine.recorder import Writer
from omegaweb.runs.models import Run
from omegaweb.runs.models.requests import Steer, SteeringRequest
from optimizer_core import events
from optimizer_core.events import Event
from tests import event_streams
from tests.event_streams import BASELINE
from tests.omegaweb.engine.recording import empty_run, recorded_run

SLOW = 20_000  # milliseconds that a loaded machine may need


def say(run: Run, said: list[Event]) -> None:
    """Let a run say something, as its thread would."""
    writer = Writer()
    for event in said:
        writer.write(run.pk, event)
    assert writer.close(run.pk) is None


def open_run(page: Page, run: Run, query: str = "") -> None:
    page.goto(f"{run.get_absolute_url()}{query}")
    expect(page.locator("body")).to_have_attribute("data-live", "connected", timeout=SLOW)
    page.evaluate("window.notReloaded = true")


def is_same_page(page: Page) -> bool:
    return bool(page.evaluate("window.notReloaded === true"))


def points_drawn(page: Page, number: int) -> None:
    expect(page.locator("#curve")).to_have_attribute("data-points", str(number), timeout=SLOW)


def test_curve_population_and_scores_move_without_a_reload(alice_page: Page, alice: User) -> None:
    stream = list(event_streams.whole_run(epochs=2, batches=6))
    run = empty_run(alice)
    open_run(alice_page, run)
    expect(alice_page.get_by_text("Nothing is measured yet")).to_be_visible()
    points_drawn(alice_page, 0)

    say(run, stream[:30])
    points_drawn(alice_page, Run.objects.get(pk=run.pk).measurements.count())
    say(run, stream[30:-1])
    points_drawn(alice_page, Run.objects.get(pk=run.pk).measurements.count())
    expect(alice_page.locator("#run-population tbody tr")).to_have_count(6)
    expect(alice_page.locator("#run-scores")).to_contain_text("Improved")
    expect(alice_page.locator("#run-state")).to_have_text("Running")
    expect(alice_page.get_by_role("progressbar").first).to_have_attribute("value", "99")

    say(run, stream[-1:])
    expect(alice_page.locator("#run-state")).to_have_text("Completed", timeout=SLOW)
    expect(alice_page).to_have_title(re.compile("Completed"))
    expect(alice_page.locator("#run-actions").get_by_text("Stop")).to_have_count(0)
    assert is_same_page(alice_page)


def test_a_dropped_connection_comes_back_with_nothing_missing(alice_page: Page, alice: User) -> None:
    routes: list[WebSocketRoute] = []

    def through(route: WebSocketRoute) -> None:
        route.connect_to_server()
        routes.append(route)

    alice_page.route_web_socket(re.compile(r"/ws/runs/\d+/"), through)
    stream = list(event_streams.whole_run(epochs=2, batches=6))
    run = recorded_run(alice, stream[:20])
    open_run(alice_page, run)

    routes[-1].close()
    say(run, stream[20:])

    points_drawn(alice_page, Run.objects.get(pk=run.pk).measurements.count())
    expect(alice_page.locator("body")).to_have_attribute("data-live", "connected")
    expect(alice_page.locator("#run-state")).to_have_text("Completed")
    expect(alice_page.locator("#live-status")).to_have_text("Live")
    assert len(routes) == 2
    assert is_same_page(alice_page)


def test_what_a_person_opened_and_focused_stays_while_the_page_moves(alice_page: Page, alice: User) -> None:
    stream = list(event_streams.whole_run(epochs=3, batches=6))
    run = recorded_run(alice, stream[:40])
    open_run(alice_page, run)
    alice_page.get_by_text("The curve as a table").click()
    alice_page.get_by_text("By purpose").click()
    link = alice_page.locator("#run-population tbody tr").first.get_by_role("link").first
    link.focus()

    say(run, [*stream[40:50], event_streams.spent(4321)])

    expect(alice_page.locator("#run-progress")).to_contain_text("4,321", timeout=SLOW)
    expect(alice_page.get_by_role("table", name=re.compile("measurements"))).to_be_visible()
    expect(alice_page.get_by_role("columnheader", name="Purpose")).to_be_visible()
    expect(link).to_be_focused()


def test_a_button_that_is_taken_away_leaves_the_keyboard_among_the_others(alice_page: Page, alice: User) -> None:
    stream = list(event_streams.whole_run(epochs=2, batches=6))
    run = recorded_run(alice, stream[:-1])
    open_run(alice_page, run)
    alice_page.get_by_role("button", name="Pause").focus()

    say(run, stream[-1:])

    expect(alice_page.locator("#run-state")).to_have_text("Completed", timeout=SLOW)
    expect(alice_page.locator("#run-actions :focus")).to_have_count(1)


def test_the_log_moves_with_its_filter(alice_page: Page, alice: User) -> None:
    run = recorded_run(alice, list(event_streams.whole_run(finish=False))[:30])
    open_run(alice_page, run, "?tab=log&kind=problems")
    expect(alice_page.get_by_text("Nothing of this kind was said.")).to_be_visible()

    say(run, [event_streams.spent(999), events.WarningRaised(code="slow", message="The model is slow.")])

    expect(alice_page.locator(".events li")).to_have_count(1, timeout=SLOW)
    expect(alice_page.locator(".events")).to_contain_text("The model is slow.")


def test_an_event_opened_in_the_log_stays_open_while_others_come(alice_page: Page, alice: User) -> None:
    run = recorded_run(alice, list(event_streams.whole_run(finish=False))[:5])
    open_run(alice_page, run, "?tab=log&kind=all")
    alice_page.locator("#raw-2 summary").click()
    raw = alice_page.locator("#raw-2 pre")
    expect(raw).to_contain_text('"operator": "baseline"', timeout=SLOW)

    say(run, [event_streams.spent(4321)])

    expect(alice_page.locator(".events li")).to_have_count(6, timeout=SLOW)
    expect(raw).to_be_visible()
    expect(raw).to_contain_text('"operator": "baseline"')


def test_open_reviews_are_counted_on_every_page(alice_page: Page, alice: User) -> None:
    run = recorded_run(alice, list(event_streams.whole_run(finish=False))[:10])
    alice_page.goto("/runs/")
    expect(alice_page.locator("body")).to_have_attribute("data-live", "connected", timeout=SLOW)
    badge = alice_page.locator("#review-badge")
    expect(badge).to_have_text("")

    say(run, [events.ReviewRequested(candidate=BASELINE, reward=0.5, count=4)])

    expect(badge).to_have_text("1", timeout=SLOW)


def test_a_candidates_results_grow_and_its_review_is_decided_without_a_reload(alice_page: Page, alice: User) -> None:
    key = event_streams.key_of("Answer in one word.")
    said: list[Event] = [
        event_streams.started(),
        event_streams.baseline_proposed(),
        event_streams.scored(BASELINE, [0.0, 1.0]),
    ]
    run = recorded_run(alice, [*said, event_streams.proposed("Answer in one word.")])
    alice_page.goto(f"/runs/{run.pk}/candidates/1/")
    expect(alice_page.locator("#live-status")).to_have_text("Live", timeout=SLOW)
    alice_page.evaluate("window.notReloaded = true")

    asked = events.ReviewRequested(candidate=key, reward=0.5, count=2)
    say(run, [event_streams.scored(key, [1.0, 0.0]), asked])
    expect(alice_page.locator("#candidate-review")).to_contain_text("It waits for you", timeout=SLOW)
    alice_page.locator("#outcome-fixed").click()
    expect(alice_page.locator("#outcome-fixed")).to_have_attribute("aria-current", "true")

    say(run, [events.ReviewDecided(candidate=key, verdict="approved", reviewer="alice")])
    expect(alice_page.locator("#candidate-review")).to_contain_text("Approved by alice", timeout=SLOW)
    say(run, [event_streams.scored(BASELINE, [0.0, 1.0, 0.0])])
    expect(alice_page.locator("#live-status")).to_have_text("Live")
    expect(alice_page.locator("#outcome-fixed")).to_have_attribute("aria-current", "true")
    assert is_same_page(alice_page)


def test_stop_asks_first_and_shows_that_the_run_is_stopping(alice_page: Page, alice: User) -> None:
    run = recorded_run(alice, list(event_streams.whole_run(finish=False))[:30])
    open_run(alice_page, run)

    alice_page.get_by_role("link", name="Stop").click()
    alice_page.get_by_role("button", name="Cancel").click()
    assert Run.objects.get(pk=run.pk).stop_requested_at is None
    alice_page.get_by_role("link", name="Stop").click()
    alice_page.get_by_role("button", name="Stop the run").click()

    expect(alice_page.locator("#run-state")).to_have_text("Stopping", timeout=SLOW)


def test_a_pause_and_a_note_take_effect_on_the_page_without_a_reload(alice_page: Page, alice: User) -> None:
    run = recorded_run(alice, list(event_streams.whole_run(finish=False))[:30])
    open_run(alice_page, run)
    alice_page.get_by_role("button", name="Pause").click()
    expect(alice_page.locator("#run-actions")).to_contain_text("Pausing…", timeout=SLOW)
    alice_page.evaluate("window.notReloaded = true")

    request = run.steering.get()
    applied = events.SteeringApplied(request=str(request.pk), action="pause", author="alice")
    say(run, [applied, events.RunPaused(reason="asked", by="alice")])
    expect(alice_page.locator("#run-state")).to_have_text("Paused", timeout=SLOW)
    expect(alice_page.locator("#run-actions").get_by_role("button", name="Resume")).to_be_visible()
    assert is_same_page(alice_page)

    note = SteeringRequest.objects.create(run=run, action=Steer.NOTE, payload={"text": "Be brief."}, author=alice)
    open_run(alice_page, run, "?tab=steer")
    expect(alice_page.locator("#run-steering")).to_contain_text("Waiting")
    applied = events.SteeringApplied(request=str(note.pk), action="note", fields={"text": "Be brief."}, proposal=4)
    say(run, [events.RunResumed(), applied])
    expect(alice_page.locator("#run-steering")).to_contain_text("counts from batch 5 on", timeout=SLOW)
    assert is_same_page(alice_page)


def test_on_a_small_screen_the_page_begins_at_its_top_and_shows_the_chosen_tab(alice_page: Page, alice: User) -> None:
    run = recorded_run(alice, event_streams.whole_run())
    alice_page.set_viewport_size({"width": 390, "height": 400})
    alice_page.goto(f"{run.get_absolute_url()}?tab=result")

    assert alice_page.evaluate("window.scrollY") == 0
    assert alice_page.locator(".tabs").first.evaluate("tabs => tabs.scrollLeft") > 0


def test_the_axis_can_show_time(alice_page: Page, alice: User) -> None:
    run = recorded_run(alice, event_streams.whole_run())
    open_run(alice_page, run)

    alice_page.get_by_role("button", name="Time").click()

    expect(alice_page.locator("#curve .xtitle")).to_have_text("Time running (s)")
    expect(alice_page.get_by_role("button", name="Time")).to_have_attribute("aria-pressed", "true")


def test_the_curve_of_five_thousand_events_grows_and_says_that_it_is_thinned(alice_page: Page, alice: User) -> None:
    stream = list(event_streams.whole_run(epochs=40, batches=31))
    assert len(stream) > 5000
    run = empty_run(alice)
    say(run, stream[:-60])
    open_run(alice_page, run)
    measured = run.measurements.count()
    left_out = measured - int(alice_page.locator("#curve").get_attribute("data-points") or 0)
    assert 0 < left_out < measured

    for start in range(len(stream) - 60, len(stream) - 10, 10):
        say(run, stream[start : start + 10])
        points_drawn(alice_page, run.measurements.count() - left_out)
    expect(alice_page.locator("#curve-note")).to_be_visible()


def test_without_scripts_the_page_still_shows_everything(alice_page: Page, alice: User, chromium: Browser) -> None:
    run = recorded_run(alice, event_streams.whole_run())
    context = chromium.new_context(java_script_enabled=False, storage_state=alice_page.context.storage_state())
    page = context.new_page()
    page.goto(alice_page.url.rstrip("/") + run.get_absolute_url())

    expect(page.locator("#run-population tbody tr")).to_have_count(6)
    expect(page.locator("#curve-text")).to_contain_text("candidate scores so far")
    page.get_by_text("The curve as a table").click()
    expect(page.get_by_role("table", name=re.compile("measurements"))).to_be_visible()
    context.close()
