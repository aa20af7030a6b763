"""A whole server with one run to do, until it is killed: ``python -m tests.faults.doomed_server DATA PORT MODEL KIND``.

A kind is a name, or JSON of what is special about it.

Started again with the same folder it finds what the killed one left behind.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any

import django

ROWS = "t" * 24 + "v" * 24 + "s" * 8
#: Runs that are killed: what is special about each.
KINDS: dict[str, dict[str, Any]] = {
    "racing": {
        "optimizer": {"kind": "omega", "parameters": {"population_size": 4, "proposals_in_flight": 3}},
        "training": {"epochs": 3, "batch_size": 4, "minibatch_size": 8, "concurrency": 8},
    },
    "a short race": {
        "optimizer": {"kind": "omega", "parameters": {"population_size": 4, "proposals_in_flight": 3}},
        "training": {"epochs": 1, "batch_size": 4, "minibatch_size": 8, "concurrency": 8},
    },
    "racing within a budget": {
        "optimizer": {"kind": "omega", "parameters": {"population_size": 4, "proposals_in_flight": 3}},
        "training": {"epochs": None, "batch_size": 4, "minibatch_size": 8, "concurrency": 8},
        "budget": {"calls": 900},
    },
    "random few-shot": {
        "optimizer": {"kind": "random_few_shot", "parameters": {}},
        "training": {"epochs": 5, "batch_size": 6, "minibatch_size": 8, "concurrency": 8},
    },
}


def main(folder: str, port: str, model_url: str, kind: str) -> None:
    """Make the run where there is none, and serve."""
    os.environ |= {
        "OMEGAWEB_DATA_DIR": folder,
        "OMEGAWEB_PORT": port,
        "OMEGAWEB_DEBUG": "1",
        "OMEGAWEB_AUTO_CONTINUE": "1",
        "DJANGO_SETTINGS_MODULE": "omegaweb.settings",
    }
    django.setup()
    from django.core.management import call_command

    from omegaweb import server
    from omegaweb.engine import endings, warmup

    call_command("migrate", interactive=False, verbosity=0)
    _make_run(model_url, kind)
    warmup.start = lambda: None  # type: ignore[assignment, return-value]  # LiteLLM is of no use here
    threading.Thread(target=_end_with_the_harness, daemon=True).start()
    endings.TRIES = 1000  # a harness kills more often than any run deserves
    server.main()


def _end_with_the_harness() -> None:
    """Whoever started this holds the other end of its input, also if it is killed itself."""
    sys.stdin.buffer.read()
    os._exit(1)


def _make_run(model_url: str, kind: str) -> None:
    from omegaweb.accounts.models import User
    from omegaweb.runs.configuration import RunConfiguration
    from omegaweb.runs.models import Run, RunState
    from tests.factories_runs import make_program, make_run, make_version
    from tests.faults.world import INSTRUCTION

    if Run.objects.exists():
        return
    owner = User.objects.create_user("doomed", password="nobody signs in")
    program = make_program(owner, instruction=INSTRUCTION)
    models = {
        "task": "openai/task",
        "proposer": "openai/proposer",
        "embedding": "openai/embedding",
        "api_base": model_url,
        "embedding_api_base": model_url,
    }
    special = KINDS[kind] if kind in KINDS else json.loads(kind)
    chosen = RunConfiguration.from_json({"program": program.definition(), "models": models, **special})
    run = make_run(
        owner, name="doomed", version=make_version(owner, splits=ROWS), program=program, state=RunState.QUEUED
    )
    run.events.all().delete()
    Run.objects.filter(pk=run.pk).update(
        configuration=chosen.to_json(), last_sequence=0, started_at=None, epochs=chosen.training.epochs
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
