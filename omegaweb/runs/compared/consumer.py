"""The socket of the page that compares runs: their figures, and the curves of those that moved."""

from __future__ import annotations

from django.http import Http404, QueryDict

from omegaweb.engine.announcer import Moved
from omegaweb.runs.compared.choice import Chosen, asked_numbers, chosen_runs
from omegaweb.runs.compared.curves import line_of, spent_of
from omegaweb.runs.compared.figures import figures_of
from omegaweb.runs.regions import render
from omegaweb.runs.sockets.base import BEAT, LiveConsumer
from omegaweb.runs.sockets.desk import Gone
from omegaweb.runs.sockets.shared import Frame, Shared


class CompareConsumer(LiveConsumer):
    """`run` in its address, once for each run, says which."""

    seconds_between_frames = 2 * BEAT

    def prepare(self) -> None:
        # Not `self.query`: that keeps one value of each name.
        asked = QueryDict(self.scope["query_string"]).getlist("run")
        self._numbers = asked_numbers(asked)
        self._sequences: dict[int, int] = {}
        self._drawn = ""
        self._runs = frozenset(each.run.pk for each in self._chosen())

    def wants(self, moved: Moved) -> bool:
        return moved.run_id in self._runs

    def frame(self, shared: Shared) -> Frame | None:
        chosen = self._chosen()
        moved = [each for each in chosen if self._sequences.get(each.run.pk) != each.run.last_sequence]
        html = render("partials/runs/compare_figures.html", {"figures": figures_of(chosen), "user": self.user}, {})
        if not moved and html == self._drawn:
            return None
        self._drawn = html
        self._sequences |= {each.run.pk: each.run.last_sequence for each in moved}
        lines = {each.run.pk: {"points": line_of(each), "spent": spent_of(each)} for each in moved}
        return {"regions": {"compare-figures": html}, "lines": lines}

    def _chosen(self) -> list[Chosen]:
        try:
            return chosen_runs(self.user, self._numbers)
        except Http404 as missing:
            raise Gone from missing
