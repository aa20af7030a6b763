"""The launch page, its estimate, and the ready-made example."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from omegaweb.engine import choices, launcher, providers
from omegaweb.engine import example as ready_made
from omegaweb.engine.estimate import Estimate, measure_rows
from omegaweb.engine.estimate import estimate as estimate_run
from omegaweb.engine.workload import Sizes
from omegaweb.page_request import PageRequest
from omegaweb.runs.form_values import current_preset
from omegaweb.runs.forms import LaunchForm
from omegaweb.runs.launch_sections import sections
from omegaweb.runs.launch_start import preset_values, starting_values, values_of_optimizer
from omegaweb.runs.services import launch_run

INVALID = 422
#: Submit buttons that change the form instead of launching.
PRESET, REFRESH, SWITCH = "preset", "refresh", "switch"


@require_http_methods(["GET", "POST"])
def launch(request: PageRequest) -> HttpResponse:
    """Choose everything a run needs and launch it; `?from=RUN` starts from an earlier run."""
    if request.method == "GET":
        return _page(request, LaunchForm(user=request.user, initial=starting_values(request.user, request.GET.dict())))
    if {PRESET, REFRESH, SWITCH} & request.POST.keys():
        return _page(request, LaunchForm(user=request.user, initial=_changed(request)))
    form = LaunchForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form, status=INVALID)
    with transaction.atomic():
        run = launch_run(
            owner=request.user,
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
    return render(request, "partials/runs/estimate.html", {"estimate": _estimate(request.user, request.POST)})


@require_POST
def example(request: PageRequest) -> HttpResponse:
    """Create the ready-made example and open the launch page with everything filled in."""
    made = ready_made.create_example(owner=request.user)
    messages.success(
        request, f"The example is ready: {made.rows} support tickets and a program. Look around, then launch."
    )
    return redirect(
        f"{reverse('runs:launch')}?program={made.program.pk}&dataset={made.dataset.pk}&preset={made.preset}"
    )


def _page(request: PageRequest, form: LaunchForm, *, status: int = 200) -> HttpResponse:
    values = {name: form[name].value() for name in form.fields}
    version = form.chosen_version
    context = {
        "form": form,
        "sections": sections(form),
        "optimizers": choices.OPTIMIZERS,
        "rewards": choices.REWARDS,
        "preset": current_preset(values),
        "chosen_optimizer": values["optimizer"],
        "chosen_reward": values["reward"],
        "model_names": providers.suggestions(),
        "estimate": _estimate(request.user, _as_sent(values)),
        "has_datasets": bool(form.fields["version"].queryset),  # type: ignore[attr-defined]
        "has_programs": bool(form.fields["program"].queryset),  # type: ignore[attr-defined]
        "program": form.chosen_program,
        "version": version,
        "sizes": version.split_sizes() if version else {},
    }
    return render(request, "pages/runs/launch.html", context, status=status)


def _changed(request: PageRequest) -> dict[str, Any]:
    """What was sent, with the preset that its button asks for, or that suits the optimizer just chosen."""
    sent = LaunchForm(request.POST, user=request.user)
    values = {name: sent[name].value() for name in sent.fields}
    if SWITCH in request.POST:
        return {**values, **values_of_optimizer(values)}
    return {**values, **(preset_values(request.POST.get(PRESET, "")) or {})}


def _estimate(user: Any, sent: QueryDict) -> Estimate | None:
    """Estimate what was sent; nothing while it is unfinished."""
    form = LaunchForm(sent, user=user, checks_rows=False)
    if not form.is_valid():
        return None
    version = form.cleaned_data["version"]
    sizes = Sizes(**version.split_sizes())
    configuration = form.configuration()
    return estimate_run(configuration, sizes, row_characters=measure_rows(version, configuration.program))


def _as_sent(values: dict[str, Any]) -> QueryDict:
    """Form values as a browser would send them."""
    sent = QueryDict(mutable=True)
    for name, value in values.items():
        if isinstance(value, (list, tuple)):
            sent.setlist(name, [str(item) for item in value])
        elif value is not None and value is not False:
            sent[name] = "on" if value is True else str(value)
    return sent
