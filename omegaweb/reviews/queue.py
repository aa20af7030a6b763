"""What the queue of reviews shows: what waits for a person over all runs, or what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet

from omegaweb.accounts.models import User
from omegaweb.projects.models import Project
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.runs.lineage import lineages
from omegaweb.runs.models import Candidate, Run, RunState

WAITING_ON_A_PAGE, DECIDED_ON_A_PAGE = 50, 25
#: Of those that wait behind a better one; the best of them.
BEHIND_SHOWN = 100


def queue_context(user: User | AnonymousUser, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the region "queue" is drawn from.

    Args:
        user: whose queue it is.
        query: `show` ("decided" for what is settled) and `page`, as a query string.
    """
    reviews = Review.objects.visible_to(user).with_evidence()
    waiting, open_ones = reviews.waiting_for(user), reviews.reviewable_by(user).pending()
    showing = "decided" if query.get("show") == "decided" else "waiting"
    context: dict[str, Any] = {
        "showing": showing,
        "query": query,
        "decided_count": reviews.decided().count(),
        "held_runs": held_runs(user),
        "several_projects": Project.objects.visible_to(user).count() > 1,
    }
    if showing == "decided":
        context["page"] = Paginator(reviews.decided(), DECIDED_ON_A_PAGE).get_page(query.get("page"))
        context["waiting_count"] = waiting.count()
        return context
    page = Paginator(waiting, WAITING_ON_A_PAGE).get_page(query.get("page"))
    behind = Review.objects.behind(user)
    shown = list(behind.select_related("run", "candidate")[:BEHIND_SHOWN])
    return context | {
        "page": page,
        "rows": rows_with_origins(page),
        "waiting_count": page.paginator.count,
        "behind": shown,
        "behind_count": len(shown) if len(shown) < BEHIND_SHOWN else behind.count(),
        "others": open_ones.exclude(pk__in=waiting.values("pk")).exclude(pk__in=behind.values("pk")),
    }


def rows_with_origins(reviews: Iterable[Review]) -> list[tuple[Review, list[Candidate]]]:
    """Return reviews with what their candidates were made from."""
    listed = list(reviews)
    known = lineages(review.candidate for review in listed)
    return [(review, known[review.candidate_id].origins) for review in listed]


def review_ahead(review: Review, user: User | AnonymousUser) -> Review | None:
    """Return the best of what a run waits for, where this review stands behind it."""
    if not Review.objects.behind(user).filter(pk=review.pk).exists():
        return None
    waiting = Review.objects.pending().filter(run=review.run_id, candidate__reward__isnull=False)
    return waiting.select_related("candidate").order_by("-candidate__reward", "pk").first()


def held_runs(user: User | AnonymousUser) -> QuerySet[Run]:
    """Return the runs whose search is over and that only wait for reviews this person may decide."""
    waiting = Run.objects.reviewable_by(user).filter(state=RunState.WAITING, reviews__state=ReviewState.PENDING)
    return waiting.annotate(open_reviews=Count("reviews")).order_by("created_at")
