"""The page on which somebody answers a request for changes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from omegaweb.engine import launcher
from omegaweb.page_request import PageRequest
from omegaweb.projects.access import require_edit
from omegaweb.reviews import answers
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.runs.steering import NotNow
from omegaweb.runs.steering_forms import VariationForm

INVALID = 422


@require_http_methods(["GET", "POST"])
def answer(request: PageRequest, pk: int) -> HttpResponse:
    """Edit a candidate as somebody asked, and hand it in for another review."""
    reviews = Review.objects.visible_to(request.user).select_related("run__project", "candidate", "reviewer")
    review = get_object_or_404(reviews, pk=pk)
    require_edit(request.user, review)
    review.candidate.run = review.run
    if review.state != ReviewState.CHANGES_REQUESTED:
        messages.info(request, "No changes are requested of this candidate, so there is nothing to answer.")
        return redirect(review)
    data = request.POST if request.method == "POST" else None
    form = VariationForm(review.candidate, data, content=review.edited_content)
    if not form.is_valid():
        context = {"review": review, "form": form}
        return render(request, "pages/reviews/answer.html", context, status=INVALID if form.is_bound else 200)
    try:
        answers.answer(review, user=request.user, content=form.edited_content(), comment=form.cleaned_data["comment"])
    except (answers.NotAsked, NotNow) as problem:
        messages.warning(request, str(problem))
        return redirect(review)
    launcher.wake(review.run_id)
    messages.success(request, "Your answer is scored before the next proposal; then it waits for a review.")
    return redirect(review)
