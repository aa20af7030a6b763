"""The socket of a version's page: who looks at it sees at once who has approved it, and that it is decided."""

from __future__ import annotations

from omegaweb.releases.ballot import ballot_context
from omegaweb.releases.models import Release
from omegaweb.runs.consumers import RegionsConsumer
from omegaweb.runs.models import Run
from omegaweb.runs.regions import Region
from omegaweb.runs.sockets.desk import Gone


class ReleaseConsumer(RegionsConsumer):
    """Draws the approvals of a version again."""

    def find_run(self) -> int:
        return self._release().run_id

    def regions(self, run: Run) -> list[Region]:
        release = self._release()
        # Approvals are no events of the run, so any news may be about one.
        context = ballot_context(release, self.user)
        return [Region(name="release-ballot", room="releases", context=lambda run, query: context)]

    def _release(self) -> Release:
        releases = Release.objects.visible_to(self.user).for_pages()
        release = releases.filter(pk=self.scope["url_route"]["kwargs"]["pk"]).first()
        if release is None:
            raise Gone
        return release
