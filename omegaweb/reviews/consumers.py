"""The sockets of reviews: the queue, and the page of one."""

from __future__ import annotations

from omegaweb.reviews.decision import decision_context
from omegaweb.reviews.models import Review
from omegaweb.reviews.queue import queue_context
from omegaweb.runs.consumers import RegionsConsumer, WholeConsumer
from omegaweb.runs.models import Run
from omegaweb.runs.regions import Region, render
from omegaweb.runs.sockets.desk import Gone


class QueueConsumer(WholeConsumer):
    """Draws the queue again when a run has moved in one of the person's projects."""

    region = "queue"

    def html(self) -> str:
        return render(
            "partials/reviews/queue.html", {"user": self.user, **queue_context(self.user, self.query)}, self.query
        )


class ReviewConsumer(RegionsConsumer):
    """Draws the decision of a review again: whoever else has it open sees at once who was first."""

    def find_run(self) -> int:
        return self._review().run_id

    def regions(self, run: Run) -> list[Region]:
        review = self._review()
        review.run = review.candidate.run = run
        # Votes are no events of the run, so any news may be about one.
        return [Region(name="decision", room="reviews", context=lambda run, query: decision_context(review, self.user))]

    def _review(self) -> Review:
        reviews = Review.objects.visible_to(self.user).select_related("candidate", "reviewer", "edited_by")
        review = reviews.filter(pk=self.scope["url_route"]["kwargs"]["pk"]).first()
        if review is None:
            raise Gone
        return review
