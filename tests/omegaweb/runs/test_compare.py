"""The page that compares runs, and its socket."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.urls import reverse

from omegaweb.engine.recorder import Writer
from omegaweb.runs.configuration import BudgetChoice, ModelChoice, RewardChoice, TrainingChoice
from omegaweb.runs.models import Run
from optimizer_core.events import Event
from tests import event_streams
from tests.factories_runs import make_run, make_version
from tests.omegaweb.engine.recording import recorded_run
from tests.sockets import Socket

URL = reverse("runs:compare")


def address(*runs: Run) -> str:
    return URL + "?" + "&".join(f"run={run.pk}" for run in runs)


def say(run: Run, event: Event) -> None:
    writer = Writer()
    writer.write(run.pk, event)
    assert writer.close(run.pk) is None


def figure_in(page: str) -> Any:
    start = page.index('id="compare-figure"')
    return json.loads(page[page.index(">", start) + 1 : page.index("</script>", start)])


@pytest.mark.django_db
def test_two_runs_are_drawn_and_told_in_figures(alice, alice_client):
    runs = [recorded_run(alice, event_streams.whole_run(seed=seed), name=f"Try {seed}") for seed in (1, 2)]

    page = alice_client.get(address(*runs)).content.decode()

    traces = figure_in(page)["traces"]
    assert [trace["name"] for trace in traces] == ["A Try 1", "B Try 2"]
    assert [len(trace["points"]) for trace in traces] == [
        run.measurements.filter(series="best").count() for run in runs
    ]
    for run in runs:
        assert run.best is not None
        assert run.result is not None
        assert f"{run.best.reward:.2f}" in page
        assert f"{run.result['winner']['mean']:.2f}" in page
        assert f"n = {run.result['winner']['n']}" in page
        assert f"{run.calls:,}" in page


@pytest.mark.django_db
def test_free_and_unknown_are_not_written_alike(alice, alice_client):
    own = {"models": ModelChoice(task="openai/mine", api_base="http://localhost:8000/v1")}
    runs = [make_run(alice, name="free"), make_run(alice, name="own", configuration=own), make_run(alice, name="other")]
    Run.objects.update(calls=9)
    Run.objects.exclude(pk=runs[0].pk).update(unpriced_calls=9)
    paid = make_run(alice, name="paid")
    Run.objects.filter(pk=paid.pk).update(calls=9, cost=1.5)

    page = alice_client.get(address(*runs, paid)).content.decode()

    for words in ("Free", "Not reckoned", "Price unknown", "$1.50"):
        assert f'<span class="interval-words text-faint">{words}</span>' in page


@pytest.mark.django_db
def test_only_settings_that_differ_are_in_the_table(alice, alice_client):
    version = make_version(alice)
    one, two = (
        make_run(
            alice,
            name=name,
            version=version,
            configuration={"training": TrainingChoice(seed=seed), "budget": BudgetChoice(calls=300)},
        )
        for name, seed in (("one", 1), ("two", 2))
    )

    context = alice_client.get(address(one, two)).context

    differing = {setting.name: setting.values for setting in context["differing"]}
    assert differing["Seed"] == ("1", "2")
    assert "Budget" not in differing
    assert "Budget" in {setting.name for setting in context["alike"]}
    assert context["clashes"] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("other", "title"),
    [
        ({"dataset": "Mails"}, "Different datasets"),
        ({"version": 2}, "Different versions of a dataset"),
        ({"reward": RewardChoice(kind="judge")}, "Different rewards"),
    ],
)
def test_rewards_that_do_not_compare_are_flagged(alice, alice_client, other, title):
    version = make_version(alice)
    changed = version
    if "dataset" in other:
        changed = make_version(alice, name=other["dataset"])
    elif "version" in other:
        changed = make_version(alice, name="Other")
        changed.dataset, changed.number = version.dataset, 2
        changed.save()
    configuration = {"reward": other["reward"]} if "reward" in other else {}
    one = make_run(alice, name="one", version=version)
    two = make_run(alice, name="two", version=changed, configuration=configuration)

    page = alice_client.get(address(one, two))

    assert [clash.title for clash in page.context["clashes"]] == [title]
    assert title in page.content.decode()


@pytest.mark.django_db
def test_runs_whose_judges_were_shown_what_people_prefer_compare(alice, alice_client):
    pair = {"inputs": {"text": "a"}, "preferred": {"label": "x"}, "other": {"label": "y"}}
    version, shown = make_version(alice), RewardChoice(kind="judge", preferences=(pair,))
    alike = [make_run(alice, name=f"Alike {n}", version=version, configuration={"reward": shown}) for n in (1, 2)]
    without = make_run(alice, version=version, configuration={"reward": RewardChoice(kind="judge")})

    assert "Different rewards" not in alice_client.get(address(*alike)).content.decode()
    assert "Different rewards" in alice_client.get(address(alike[0], without)).content.decode()


@pytest.mark.django_db
def test_eight_runs_fit_and_the_rest_is_said(alice, alice_client):
    version = make_version(alice)
    runs = [make_run(alice, name=f"run {number}", version=version) for number in range(9)]

    page = alice_client.get(address(*runs))

    assert len(page.context["chosen"]) == 8
    assert "1 more was chosen" in page.content.decode()


@pytest.mark.django_db
def test_no_run_odd_numbers_and_the_same_twice(alice, alice_client):
    run = make_run(alice, name="<b>bold</b>")

    assert "No runs chosen" in alice_client.get(URL).content.decode()
    assert "No runs chosen" in alice_client.get(URL + "?run=x&run=-1&run=" + "9" * 30).content.decode()
    page = alice_client.get(address(run, run))
    assert len(page.context["chosen"]) == 1
    assert "<b>bold" not in page.content.decode()


@pytest.mark.django_db
def test_one_run_of_somebody_else_hides_all(alice, bob_client):
    assert bob_client.get(address(make_run(alice))).status_code == 404


@pytest.mark.django_db(transaction=True)
async def test_the_socket_sends_the_lines_that_moved(alice, alice_client):
    done = await sync_to_async(recorded_run)(alice, event_streams.whole_run(), name="done")
    going = await sync_to_async(recorded_run)(alice, list(event_streams.whole_run())[:6], name="going")
    socket = Socket(f"/ws/runs/compare/?run={done.pk}&run={going.pk}", alice_client)
    assert await socket.connect() is None
    first = await socket.frame()
    assert set(first["lines"]) == {str(done.pk), str(going.pk)}

    await sync_to_async(say)(going, event_streams.spent(700))
    second = await socket.frame()

    assert list(second["lines"]) == [str(going.pk)]
    assert second["lines"][str(going.pk)]["spent"][0] == 700
    assert "700" in second["regions"]["compare-figures"]
    await socket.disconnect()
