"""Putting a candidate up for release: what the test will take, why, and the start of the test."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from omegaweb.engine import sealed_test
from omegaweb.engine.estimate import AnswersEstimate, estimate_test, measure_rows
from omegaweb.page_request import PageRequest
from omegaweb.projects.access import Right, people_with, require_edit
from omegaweb.releases import services
from omegaweb.releases.forms import PutUpForm
from omegaweb.releases.seal import reason_against, seal_of
from omegaweb.releases.views.release import release_of
from omegaweb.runs.models import Candidate
from omegaweb.runs.views.candidate import candidate_of

INVALID = 422
#: A test may take so many times the calls that are expected, for answers that have to be asked for again.
MARGIN = 2


@require_http_methods(["GET", "POST"])
def put_up(request: PageRequest, run: int, number: int) -> HttpResponse:
    """Say what opening the seal will take, and open it for a candidate."""
    candidate = candidate_of(request, run, number)
    require_edit(request.user, candidate.run)
    form = PutUpForm(request.POST or None)
    expected = expected_of(candidate)
    if not (request.method == "POST" and form.is_valid()):
        rule = candidate.run.choices.review.of_releases
        approvers = people_with(Right.REVIEW, candidate.run)
        context = {
            "candidate": candidate,
            "run": candidate.run,
            "form": form,
            "rule": rule,
            "approvers": [person for person in approvers if rule.author_may_approve or person != request.user],
            "expected": expected,
            "most_calls": MARGIN * expected.calls,
            "seal": seal_of(candidate.run),
            "test_rows": candidate.run.dataset_version.split_sizes()["test"],
            "problem": reason_against(candidate),
        }
        return render(request, "pages/releases/put_up.html", context, status=INVALID if form.is_bound else 200)
    try:
        release = services.put_up(
            candidate,
            user=request.user,
            reason=form.cleaned_data["reason"],
            wanted=expected.answers,
            most_calls=MARGIN * expected.calls,
        )
    except services.NotPossible as problem:
        messages.error(request, str(problem))
        return redirect(candidate)
    if release.opening is not None and release.opening.is_running:
        sealed_test.start(release.opening.pk)
    return redirect(release)


@require_POST
def try_again(request: PageRequest, pk: int) -> HttpResponse:
    """Let a test that failed go on."""
    release = release_of(request, pk)
    require_edit(request.user, release)
    try:
        if release.candidate is None:
            raise services.NotPossible("The candidate is gone, so it cannot be tested.")
        release.candidate.run = release.run
        expected = expected_of(release.candidate)
        opening = services.try_again(
            release, user=request.user, wanted=expected.answers, most_calls=MARGIN * expected.calls
        )
    except services.NotPossible as problem:
        messages.error(request, str(problem))
    else:
        sealed_test.start(opening.pk)
    return redirect(release)


def expected_of(candidate: Candidate) -> AnswersEstimate:
    """Estimate what testing a candidate beside the start of its run will take."""
    run = candidate.run
    rows = run.dataset_version.split_sizes()["test"]
    compared = list({each.pk: each for each in (run.baseline, candidate) if each is not None}.values())
    wanted = sealed_test.answers_wanted(compared, rows)
    characters = measure_rows(run.dataset_version, run.choices.program)
    return estimate_test(run.choices, wanted, row_characters=characters)
