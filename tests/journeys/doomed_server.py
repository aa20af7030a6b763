"""A process that works on queued runs with a scripted model until it is killed. Started by test_killed.py.

python -m tests.journeys.doomed_server DATA_DIR DATABASE
"""

from __future__ import annotations

import os
import sys
import threading

import django

os.environ["OMEGAWEB_DATA_DIR"] = sys.argv[1]
os.environ["DJANGO_SETTINGS_MODULE"] = "omegaweb.settings"

from omegaweb import settings

settings.DATABASES["default"]["NAME"] = sys.argv[2]
django.setup()

from omegaweb.engine import assembly  # noqa: E402
from omegaweb.engine.launcher import launcher  # noqa: E402
from omegaweb.engine.model_building import Models  # noqa: E402
from optimizer_core.testing import HashEmbedding, ScriptedModel  # noqa: E402
from tests.omegaweb.engine.scripted_runs import Script  # noqa: E402

#: Seconds that an answer takes, so that the run is still under way when the end comes.
LATENCY = 0.02


def build(choice: object) -> Models:
    model = ScriptedModel(Script(), latency=LATENCY)
    return Models(task=model, proposer=model, judge=model, embedding=HashEmbedding())


assembly.build_models = build
launcher.fill()
threading.Event().wait()
