"""Pages of reviews: what waits, one proposal with its evidence, and the decision."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from omegaweb.accounts.models import User
from omegaweb.engine.agreement import agreement_of
from omegaweb.engine.endings import announce
from omegaweb.projects.access import require_review
from omegaweb.reviews import services
from omegaweb.reviews.blind import blind_of
from omegaweb.reviews.decision import decision_context
from omegaweb.reviews.edits import InvalidEdit
from omegaweb.reviews.forms import ChangesForm, EditForm, RejectForm
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.reviews.queue import held_runs, queue_context, review_ahead
from omegaweb.runs.changes import changes_of
from omegaweb.runs.comparison import DIFFERENT
from omegaweb.runs.diff_layout import chosen_layout, remember_layout
from omegaweb.runs.evidence import samples_beside
from omegaweb.runs.lineage import lineage_of
from omegaweb.runs.models import Run

INVALID = 422
REGIONS = {
    "candidate-changes": "partials/runs/candidate_changes.html",
    "candidate-samples": "partials/runs/candidate_samples.html",
}

#: How a request for changes is answered that no proposing model will read any more.
AFTER_THE_END = "The search is over: once the run has ended, continue it to answer."


@require_GET
def review_list(request: HttpRequest) -> HttpResponse:
    """Show what waits for the reader over all runs, oldest first, or what was decided."""
    context = queue_context(request.user, request.GET.dict())
    part = request.headers.get("HX-Target") == "queue"
    return render(request, "partials/reviews/queue.html" if part else "pages/reviews/list.html", context)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one proposal with what speaks for and against it."""
    return _detail_page(request, _review_of(request, pk))


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, reject with a reason, or ask for changes; then go on to the next one that waits."""
    if request.method == "GET":  # the address of a form that was refused, opened again
        return redirect(_review_of(request, pk))
    review = _review_to_decide(request, pk)
    verdict = request.POST.get("verdict")
    if verdict == ReviewState.APPROVED:
        return _settle(request, review, verdict)
    if verdict == ReviewState.REJECTED:
        reject_form = RejectForm(request.POST, is_read=review.run.can_be_steered)
        if not reject_form.is_valid():
            return _detail_page(request, review, status=INVALID, reject_form=reject_form)
        return _settle(request, review, verdict, reject_form.cleaned_data["reason"])
    if verdict == ReviewState.CHANGES_REQUESTED:
        changes_form = ChangesForm(request.POST, is_read=review.run.can_be_steered)
        if not changes_form.is_valid():
            return _detail_page(request, review, status=INVALID, changes_form=changes_form)
        return _settle(request, review, verdict, changes_form.cleaned_data["changes"])
    return HttpResponseBadRequest("The verdict must be approved, rejected or changes_requested.")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the text of a proposal and approve the changed one."""
    review = _review_to_decide(request, pk)
    if not review.is_pending and request.method == "GET":
        return redirect(review)
    form = EditForm(review, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            return _settle(request, review, ReviewState.EDITED, form.cleaned_data["comment"], form.edited_content())
        except InvalidEdit as error:
            for problem in error.problems:
                form.add_error(None, problem)
    status = INVALID if form.is_bound else 200
    rule = review.run.choices.review
    others_needed = rule.approvals > 1 or not rule.author_may_approve
    context = {"review": review, "form": form, "edition": _edition_of(request, review), "others_needed": others_needed}
    return render(request, "pages/reviews/edit.html", context, status=status)


@require_POST
def leave_out(request: HttpRequest, run_pk: int) -> HttpResponse:
    """Let a run whose search is over finish without the reviews that are still open."""
    run = get_object_or_404(Run.objects.visible_to(request.user).select_related("project"), pk=run_pk)
    require_review(request.user, run)
    assert isinstance(request.user, User)
    count = services.leave_out(run, user=request.user)
    if count:
        announce(run.pk)
        messages.success(request, f"{run.name} goes on without {count} review{'' if count == 1 else 's'}.")
    else:
        messages.info(request, f"{run.name} does not wait for reviews any more.")
    return redirect(run)


def _review_of(request: HttpRequest, pk: int) -> Review:
    reviews = Review.objects.visible_to(request.user).select_related(
        "run__project",
        "run__dataset_version__table",
        "run__baseline",
        "run__best",
        "candidate",
        "reviewer",
        "edited_by",
    )
    review = get_object_or_404(reviews, pk=pk)
    review.candidate.run = review.run
    return review


def _review_to_decide(request: HttpRequest, pk: int) -> Review:
    review = _review_of(request, pk)
    require_review(request.user, review)
    return review


def _settle(
    request: HttpRequest, review: Review, verdict: str, reason: str = "", content: dict[str, object] | None = None
) -> HttpResponse:
    assert isinstance(request.user, User)
    try:
        review = services.decide(
            review,
            user=request.user,
            verdict=verdict,
            reason=reason,
            edited_content=content,
            edition=_edition_of(request, review),
        )
    except (services.AlreadyDecided, services.EditedMeanwhile, services.MayNotApprove) as error:
        messages.warning(request, str(error))
        return redirect(review)
    announce(review.run_id)
    done = _done(review, verdict)
    waiting = Review.objects.waiting_for(request.user)
    following = waiting.after(review).first() or waiting.order_by("requested_at", "pk").first()
    messages.success(request, done if following else f"{done} Nothing else waits for you.")
    return redirect(following) if following else redirect("reviews:list")


def _done(review: Review, verdict: str) -> str:
    number = review.candidate.number
    if review.is_pending:
        said = "Your edit of" if verdict == ReviewState.EDITED else "Your approval of"
        return f"{said} #{number} is noted. It waits for another person."
    if verdict == ReviewState.EDITED and review.state == ReviewState.APPROVED:
        return f"Nothing was changed, so #{number} is approved as it is."
    is_read = review.run.can_be_steered
    answering = "The proposing model is asked for what you want." if is_read else AFTER_THE_END
    return {
        ReviewState.APPROVED: f"Approved #{number}.",
        ReviewState.REJECTED: f"Rejected #{number}.{' The proposing model will read why.' if is_read else ''}",
        ReviewState.CHANGES_REQUESTED: f"Sent #{number} back. {answering}",
        ReviewState.EDITED: f"The edit of #{number} is approved and will be scored as a new candidate.",
    }[ReviewState(review.state)]


def _edition_of(request: HttpRequest, review: Review) -> int:
    """The edition of the text that the person saw."""
    sent = request.POST.get("edition", "")
    return int(sent) if sent.isdecimal() else review.edition


def _detail_page(
    request: HttpRequest,
    review: Review,
    *,
    status: int = 200,
    reject_form: RejectForm | None = None,
    changes_form: ChangesForm | None = None,
) -> HttpResponse:
    target = request.headers.get("HX-Target", "")
    choice = request.GET.dict()
    context: dict[str, object] = {"review": review, "candidate": review.candidate, "run": review.run}
    if target != "candidate-samples":
        context["changes"] = changes_of(review.candidate, {**choice, "layout": chosen_layout(request)})
    if target != "candidate-changes":
        context["samples"] = samples_beside(review.candidate, choice, outcome=DIFFERENT, parent_first=True)
    if target in REGIONS:
        return remember_layout(request, render(request, REGIONS[target], context))
    waiting = Review.objects.waiting_for(request.user)
    context |= decision_context(review, request.user, reject_form=reject_form, changes_form=changes_form)
    if context["may_decide"] and isinstance(request.user, User):
        context["blind"] = blind_of(review, request.user)
    context |= {
        "agreement": agreement_of(review.run),
        "lineage": lineage_of(review.candidate),
        "next_review": waiting.after(review).first(),
        "previous_review": waiting.before(review).first(),
        "place": waiting.before(review).count() + 1,
        "waiting_count": waiting.count(),
        "held_runs": held_runs(request.user).filter(pk=review.run_id),
        "ahead": review_ahead(review, request.user),
    }
    return remember_layout(request, render(request, "pages/reviews/detail.html", context, status=status))
