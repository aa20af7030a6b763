"""Whole runs through the engine with scripted models."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from omegaweb.accounts.models import User
from omegaweb.engine import assembly
from omegaweb.engine.launcher import launcher
from omegaweb.engine.model_building import Models
from omegaweb.runs.configuration import ModelChoice, OptimizerChoice, ReviewChoice, TrainingChoice
from omegaweb.runs.models import Run, RunState
from optimizer_core.models.base import ChatRequest
from optimizer_core.testing import HashEmbedding, ScriptedModel
from tests.factories_runs import make_run, make_version

#: Seconds that a test waits for a thread before it fails; nothing here needs that long.
PATIENCE = 120.0


def is_proposal(request: ChatRequest) -> bool:
    """Whether a request asks for a new instruction."""
    return "instructions" in (request.schema or {}).get("properties", {})


class Script:
    """What the scripted model answers: every row "billing", every proposal a new instruction."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.answer: Callable[[ChatRequest], Any] = lambda request: {"label": "billing"}
        self.asked = 0

    def begin_again(self) -> None:
        """Propose what was proposed first."""
        self._numbers = itertools.count(1)

    def __call__(self, request: ChatRequest) -> Any:
        self.asked += 1
        if is_proposal(request):
            return {"thinking": "It was vague.", "instructions": f"Wording {next(self._numbers)}: read {{{{text}}}}."}
        return self.answer(request)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """Puts a script in the place of all models; waits for run threads at the end."""
    script = Script()

    def build(choice: ModelChoice) -> Models:
        model = ScriptedModel(script)
        return Models(task=model, proposer=model, judge=model, embedding=HashEmbedding())

    monkeypatch.setattr(assembly, "build_models", build)
    monkeypatch.setattr(assembly, "make_reachable", lambda *names: None)  # it imports for seconds
    yield script
    for run in Run.objects.active():
        Run.objects.filter(pk=run.pk).update(state=RunState.INTERRUPTED)  # its watcher stops it
    until(lambda: not launcher.working_on())


def queued_run(
    owner: User,
    *,
    name: str = "Scripted",
    ask_me: bool = False,
    epochs: int = 2,
    review: ReviewChoice | None = None,
    **changes: Any,
) -> Run:
    """A run that is ready to be started."""
    configuration = {
        "optimizer": OptimizerChoice(kind="omega", parameters={"population_size": 4, "search": "plain"}),
        "training": TrainingChoice(epochs=epochs, batch_size=4, minibatch_size=4, concurrency=2),
        "review": review or ReviewChoice(asks="every" if ask_me else "nobody"),
    }
    version = changes.pop("version", None) or make_version(owner, splits="t" * 8 + "v" * 6 + "s" * 4, name=name)
    run = make_run(
        owner, name=name, version=version, configuration=configuration, state=RunState.QUEUED, started_at=None
    )
    run.events.all().delete()
    Run.objects.filter(pk=run.pk).update(last_sequence=0, **changes)
    run.refresh_from_db()
    return run


def until(condition: Callable[[], Any], *, seconds: float = PATIENCE) -> Any:
    """Wait for another thread; fail where it takes too long."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"nothing happened for {seconds} s")
        time.sleep(0.02)
    return value


def finished(run: Run) -> Run:
    """Wait for the end of a run's thread and return its row."""
    assert launcher.wait(run.pk, seconds=PATIENCE)
    return Run.objects.get(pk=run.pk)


def sequences(run: Run) -> list[int]:
    return list(run.events.order_by("sequence").values_list("sequence", flat=True))
