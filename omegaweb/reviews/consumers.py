"""The socket of the queue of reviews."""

from __future__ import annotations

from omegaweb.reviews.queue import queue_context
from omegaweb.runs.consumers import WholeConsumer
from omegaweb.runs.live import render


class QueueConsumer(WholeConsumer):
    """Draws the queue again when a run has moved in one of the person's projects."""

    region = "queue"

    def html(self) -> str:
        return render(
            "partials/reviews/queue.html", {"user": self.user, **queue_context(self.user, self.query)}, self.query
        )
