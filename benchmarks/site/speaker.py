"""The site, and in it a large invented run that goes on, through its recorder, when standard input tells it to.

    python -m benchmarks.site.speaker

Each line asks for something, and one line of JSON answers. `begin CANDIDATES EVALUATIONS EVENTS PEOPLE` creates a run
of which so many events are written, and people who may watch it. `speak EVENTS RATE` lets it say more. Between two
events the run computes for a while, as a real one does to put prompts together, and then waits, as for a model.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from omegaweb import server

if TYPE_CHECKING:
    from omegaweb.runs.models import Run
    from optimizer_core.events import Event

#: Seconds that a run computes for each event; OMEGA needs about this: some five questions at 2 ms.
WORK_SECONDS = 0.01
ROWS = 1000
#: What those who watch are in the project, in turn.
ROLES = ("viewer", "editor", "reviewer")


def main() -> None:
    """Serve, and listen to standard input beside that."""
    threading.Thread(target=_listen, daemon=True).start()
    server.main()


class Speaker:
    """A run that is under way, and what it is still going to say."""

    run: Run
    coming: Iterator[Event]

    def begin(self, candidates: int, evaluations: int, events: int, people: int) -> dict[str, Any]:
        from django.db import transaction
        from django.utils import timezone

        from omegaweb.accounts.models import User
        from omegaweb.engine.simulation import writing

        owner = User.objects.order_by("pk")[0]
        sizes = {"candidates": candidates, "evaluations": evaluations, "rows": ROWS}
        # Begun and claimed at once, or the server would start it as any run that waits for its turn.
        with transaction.atomic():
            self.run, self.coming = writing.begin_run(owner=owner, **sizes)
            writing.write(self.run, itertools.islice(self.coming, 1))
            self.run.claimed_by, self.run.heartbeat_at = "benchmark", timezone.now() + timedelta(days=1)
            self.run.save(update_fields=["claimed_by", "heartbeat_at"])
        writing.write(self.run, itertools.islice(self.coming, events - 1))
        return {"run": self.run.pk, "sessions": [self._session(number) for number in range(people)]}

    def speak(self, events: int, rate: float) -> dict[str, Any]:
        from omegaweb.engine.recorder import Recorder, writer
        from omegaweb.runs.models import Run

        first = Run.objects.values_list("last_sequence", flat=True).get(pk=self.run.pk) + 1
        recorder, rounds = Recorder(self.run.pk), _rounds()
        coming = list(itertools.islice(self.coming, events))
        if len(coming) < events:
            return {"problem": f"the run ends after {len(coming)} more events: make it larger, or let it say fewer"}
        said: list[float] = []
        began = time.perf_counter()
        for event in coming:
            _work(rounds)
            said.append(time.time())
            recorder.on_event(event)
            time.sleep(1 / rate - WORK_SECONDS)
        seconds = time.perf_counter() - began
        writer.submit(self.run.pk, lambda: None).result()
        return {"first": first, "said": said, "seconds": seconds}

    def _session(self, number: int) -> str:
        """Sign somebody in who is in the project, and return the session."""
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore

        from omegaweb.accounts.models import User
        from omegaweb.projects.models import Membership

        person, _ = User.objects.get_or_create(username=f"watcher-{number}")
        role = ROLES[number % len(ROLES)]
        Membership.objects.update_or_create(project=self.run.project, user=person, defaults={"role": role})
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        return str(session.session_key)


def _listen() -> None:
    speaker = Speaker()
    for line in sys.stdin:
        name, *numbers = line.split()
        if name == "begin":
            answer = speaker.begin(*map(int, numbers))
        else:
            answer = speaker.speak(int(numbers[0]), float(numbers[1]))
        print(json.dumps(answer), flush=True)


def _work(rounds: int) -> None:
    text = "As a real run does: JSON, hashes, and lists. " * 10
    for _ in range(rounds):
        hashlib.sha256(json.dumps({"text": text}).encode()).hexdigest()


def _rounds() -> int:
    """Return how many rounds of work take WORK_SECONDS of processor time."""
    trial = 2000
    began = time.thread_time()
    _work(trial)
    return max(1, round(trial * WORK_SECONDS / (time.thread_time() - began)))


if __name__ == "__main__":
    main()
