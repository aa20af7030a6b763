"""The page of a blind comparison."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from omegaweb.accounts.models import User
from omegaweb.engine.agreement import agreement_of
from omegaweb.projects.access import require_review
from omegaweb.reviews import blind as comparison
from omegaweb.reviews.models import Review

REVEAL = "reveal"


@require_http_methods(["GET", "POST"])
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one pair of answers after the other without names; at the end the names and the tally."""
    reviews = Review.objects.visible_to(request.user).select_related("run__dataset_version__table", "candidate")
    review = get_object_or_404(reviews, pk=pk)
    require_review(request.user, review)
    assert isinstance(request.user, User)
    if request.method == "POST":
        return _picked(request, review, request.user)
    blind = comparison.blind_of(review, request.user)
    context: dict[str, object] = {"review": review, "blind": blind}
    if blind is not None and blind.is_over:
        context["judged"] = comparison.revealed(review, request.user, blind)
        context["agreement"] = agreement_of(review.run)
    elif blind is not None:
        context["pair"] = comparison.pairs_of(review, request.user, blind, blind.asked[:1])[0]
        context["percent"] = 100 * (blind.place - 1) / len(blind.indexes)
        context["progress_note"] = f"{blind.place} of {len(blind.indexes)}"
    return render(request, "pages/reviews/compare.html", context)


def _picked(request: HttpRequest, review: Review, user: User) -> HttpResponse:
    chosen, index = request.POST.get("pick", ""), request.POST.get("index", "")
    if chosen == REVEAL:
        comparison.reveal(review, user)
    elif not index.isdecimal():
        return HttpResponseBadRequest("The index must be the number of a sample.")
    else:
        try:
            comparison.pick(review, user, index=int(index), choice=chosen)
        except ValueError as error:
            return HttpResponseBadRequest(str(error), content_type="text/plain")
    return redirect("reviews:compare", review.pk)
