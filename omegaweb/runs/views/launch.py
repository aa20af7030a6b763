"""The launch page, its estimate, and the ready-made example."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from omegaweb.engine import choices, launcher, providers
from omegaweb.engine import example as ready_made
from omegaweb.engine.estimate import estimate as estimate_run
from omegaweb.engine.estimate import measure_rows
from omegaweb.engine.own_keys import means_of
from omegaweb.engine.workload import Sizes
from omegaweb.page_request import PageRequest
from omegaweb.projects.current import project_for_new
from omegaweb.projects.models import Project
from omegaweb.runs.advice.given import asked_changes
from omegaweb.runs.form_values import current_preset
from omegaweb.runs.forms import LaunchForm
from omegaweb.runs.launch_keys import keys_asked
from omegaweb.runs.launch_sections import sections
from omegaweb.runs.launch_start import made_from, preset_values, starting_values, teacher, values_of_optimizer
from omegaweb.runs.models import Run
from omegaweb.runs.services import launch_run

INVALID = 422
#: Submit buttons that change the form instead of launching.
PRESET, REFRESH, SWITCH = "preset", "refresh", "switch"


@require_http_methods(["GET", "POST"])
def launch(request: PageRequest) -> HttpResponse:
    """Choose everything a run needs and launch it; `?from=RUN` starts from an earlier run."""
    asked = request.GET.dict()
    project = project_for_new(request, beside=made_from(request.user, asked))
    with means_of(project):
        return _launch(request, project, asked)


def _launch(request: PageRequest, project: Project, asked: dict[str, str]) -> HttpResponse:
    if request.method == "GET":
        form = LaunchForm(project=project, initial=starting_values(project, asked))
        return _page(request, form, changed=asked_changes(asked, form.fields), taught_by=teacher(project, asked))
    if {PRESET, REFRESH, SWITCH} & request.POST.keys():
        return _page(request, LaunchForm(project=project, initial=_changed(project, request.POST)))
    form = LaunchForm(request.POST, project=project)
    if not form.is_valid():
        return _page(request, form, status=INVALID)
    with transaction.atomic():
        run = launch_run(
            user=request.user,
            name=form.run_name(),
            version=form.cleaned_data["version"],
            program=form.cleaned_data["program"],
            configuration=form.configuration(),
        )
        transaction.on_commit(lambda: launcher.start(run.pk))
    return redirect(run)


@require_POST
def estimate(request: PageRequest) -> HttpResponse:
    """Show what the form as it stands would take."""
    project = project_for_new(request)
    with means_of(project):
        context = {**_estimate(project, request.POST), "project": project}
        return render(request, "partials/runs/estimate.html", context)


@require_POST
def example(request: PageRequest) -> HttpResponse:
    """Create the ready-made example and open the launch page with everything filled in."""
    made = ready_made.create_example(project=project_for_new(request), user=request.user)
    messages.success(
        request, f"The example is ready: {made.rows} support tickets and a program. Look around, then launch."
    )
    return redirect(
        f"{reverse('runs:launch')}?program={made.program.pk}&dataset={made.dataset.pk}&preset={made.preset}"
    )


def _page(
    request: PageRequest,
    form: LaunchForm,
    *,
    status: int = 200,
    changed: Iterable[str] = (),
    taught_by: Run | None = None,
) -> HttpResponse:
    for name in changed:
        attributes = form.fields[name].widget.attrs
        attributes["class"] = f"{attributes.get('class', '')} is-changed".strip()
    values = {name: form[name].value() for name in form.fields}
    version = form.chosen_version
    context = {
        "form": form,
        "changed": [form[name] for name in changed],
        "taught_by": taught_by,
        "project": form.project,
        "sections": sections(form),
        "optimizers": choices.OPTIMIZERS,
        "rewards": choices.REWARDS,
        "preset": current_preset(values),
        "chosen_optimizer": values["optimizer"],
        "chosen_reward": values["reward"],
        "model_names": providers.suggestions(),
        **_estimate(form.project, _as_sent(values)),
        "has_datasets": bool(form.fields["version"].queryset),  # type: ignore[attr-defined]
        "has_programs": bool(form.fields["program"].queryset),  # type: ignore[attr-defined]
        "program": form.chosen_program,
        "version": version,
        "sizes": version.split_sizes() if version else {},
    }
    return render(request, "pages/runs/launch.html", context, status=status)


def _changed(project: Project, posted: QueryDict) -> dict[str, Any]:
    """What was sent, with the preset that its button asks for, or that suits the optimizer just chosen."""
    sent = LaunchForm(posted, project=project)
    values = {name: sent[name].value() for name in sent.fields}
    if SWITCH in posted:
        return {**values, **values_of_optimizer(values)}
    return {**values, **(preset_values(posted.get(PRESET, "")) or {})}


def _estimate(project: Project, sent: QueryDict) -> dict[str, Any]:
    """What the form as it was sent would take, nothing while it is unfinished; and with whose keys it would ask."""
    form = LaunchForm(sent, project=project, checks_rows=False)
    if not form.is_valid():
        return {"estimate": None, "keys": keys_asked(form)}
    version = form.cleaned_data["version"]
    sizes = Sizes(**version.split_sizes())
    configuration = form.configuration()
    found = estimate_run(configuration, sizes, row_characters=measure_rows(version, configuration.program))
    return {"estimate": found, "keys": keys_asked(form)}


def _as_sent(values: dict[str, Any]) -> QueryDict:
    """Form values as a browser would send them."""
    sent = QueryDict(mutable=True)
    for name, value in values.items():
        if isinstance(value, (list, tuple)):
            sent.setlist(name, [str(item) for item in value])
        elif value is not None and value is not False:
            sent[name] = "on" if value is True else str(value)
    return sent
