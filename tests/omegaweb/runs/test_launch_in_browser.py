"""The launch form with JavaScript: presets and the estimate move without a reload."""

from __future__ import annotations

from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from omegaweb.accounts.models import User
from tests.factories_runs import make_program, make_version


def test_presets_and_the_estimate_move_without_a_reload(alice_page: Page, alice: User):
    version, program = make_version(alice), make_program(alice)
    page = alice_page
    page.goto(f"{reverse('runs:launch')}?program={program.pk}&dataset={version.dataset.pk}")
    page.evaluate("window.untouched = true")
    estimate = page.locator("#launch-estimate")
    expect(estimate).to_contain_text("proposal")
    expect(page.get_by_text("Advanced: OMEGA")).to_be_hidden()

    page.get_by_role("group", name="Presets of OMEGA").get_by_role("button", name="Quick").click()
    expect(page.get_by_text("Advanced: OMEGA")).to_be_visible()
    expect(page.get_by_text("OMEGA wants a capable proposer")).to_be_visible()

    page.get_by_label("Calls").fill("5")
    expect(estimate).to_contain_text("This buys no proposal")
    page.get_by_label("Proposes").select_option("other")
    page.get_by_label("Name of the proposing model").fill("ollama_chat/llama3.2")
    expect(page.get_by_text("OMEGA wants a capable proposer")).to_be_hidden()
    assert page.evaluate("window.untouched")


def test_nothing_can_be_entered_while_the_settings_are_replaced(alice_page: Page, alice: User):
    version, program = make_version(alice), make_program(alice)
    page = alice_page
    page.goto(f"{reverse('runs:launch')}?program={program.pk}&dataset={version.dataset.pk}")
    waiting: list[Route] = []
    page.route("**" + reverse("runs:launch"), lambda route: waiting.append(route))

    page.locator("[name=optimizer][value=omega]").check()
    expect(page.get_by_label("Calls")).to_be_disabled()
    expect(page.locator("[name=optimizer][value=omega]")).to_be_focused()
    launch = page.locator(".button-launch")
    expect(launch).to_be_disabled()  # a launch now would send none of the disabled fields
    waiting[0].continue_()

    expect(page.get_by_label("Calls")).to_be_enabled()
    expect(launch).to_be_enabled()
    expect(page.get_by_text("Advanced: OMEGA")).to_be_visible()
    expect(page.locator("[name=optimizer][value=omega]")).to_be_focused()


def test_the_settings_are_free_again_where_they_could_not_be_replaced(alice_page: Page, alice: User):
    version, program = make_version(alice), make_program(alice)
    page = alice_page
    page.goto(f"{reverse('runs:launch')}?program={program.pk}&dataset={version.dataset.pk}")
    page.route("**" + reverse("runs:launch"), lambda route: route.abort())
    page.locator("[name=optimizer][value=omega]").check()
    page.get_by_label("Calls").fill("7")
