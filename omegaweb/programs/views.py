"""Pages of programs: list, form, detail, and a box to try one row."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from omegaweb.datasets.models import Dataset
from omegaweb.engine import assembly, providers
from omegaweb.engine.messages import plain_message
from omegaweb.engine.own_keys import means_of
from omegaweb.engine.trial import try_program
from omegaweb.page_request import PageRequest
from omegaweb.programs import services
from omegaweb.programs.forms import ProgramEditor
from omegaweb.programs.models import Program
from omegaweb.programs.rows import added_to, asks_for_rows, change_rows
from omegaweb.programs.suggestions import suggest
from omegaweb.programs.trial_form import TrialForm
from omegaweb.projects.access import require_edit
from omegaweb.projects.current import current_project, project_for_new

INVALID = 422


@require_GET
def program_list(request: PageRequest) -> HttpResponse:
    """Show the programs of the current project."""
    programs = Program.objects.visible_to(request.user).in_project(current_project(request)).with_run_count()
    return render(request, "pages/programs/list.html", {"programs": programs})


@require_http_methods(["GET", "POST"])
def create(request: PageRequest) -> HttpResponse:
    """Make a program; `?dataset=ID` fills the form from the columns of a dataset."""
    dataset = _dataset(request)
    program = Program(project=project_for_new(request, beside=dataset))
    version = dataset.latest_version if dataset else None
    start = suggest(dataset, version) if dataset and version else _blank()
    context = {"dataset": dataset if version else None, "project": program.project}
    return _editor_page(request, program, start, "pages/programs/create.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change a program; runs keep the state they were launched with."""
    program = _program_to_change(request, pk)
    return _editor_page(request, program, program.definition(), "pages/programs/edit.html", {"program": program})


def _editor_page(
    request: PageRequest, program: Program, start: dict[str, Any], template: str, context: dict[str, Any]
) -> HttpResponse:
    status = 200
    if request.method == "POST" and not asks_for_rows(request.POST):
        editor = ProgramEditor(program, request.POST)
        if editor.is_valid():
            return _save(request, program, editor)
        status = INVALID
    elif request.method == "POST":
        editor = ProgramEditor(program, start=ProgramEditor(program, change_rows(request.POST)).entered())
        editor.focus_new_row(added_to(request.POST))
    else:
        editor = ProgramEditor(program, start=start)
    context = {**context, "editor": editor, "variables": _variables(editor.draft())}
    return render(request, template, context, status=status)


def _save(request: PageRequest, program: Program, editor: ProgramEditor) -> HttpResponse:
    if program.pk is None:
        program = services.create_program(project=program.project, user=request.user, definition=editor.definition())
        messages.success(request, f"“{program.name}” is saved. Try it on a row, or launch a run.")
    else:
        program = services.change_program(program=program, user=request.user, definition=editor.definition())
        messages.success(request, f"“{program.name}” is saved.")
    dataset = _dataset(request)
    return redirect(f"{program.get_absolute_url()}{f'?dataset={dataset.pk}' if dataset else ''}")


@require_POST
def variables(request: PageRequest) -> HttpResponse:
    """Show which trainable variables the form under edit would make."""
    editor = ProgramEditor(Program(project=current_project(request)), request.POST)
    context = {"variables": _variables(editor.draft()), "placeholders": editor.placeholders, "oob": True}
    return render(request, "partials/programs/variables.html", context)


def _variables(definition: dict[str, Any]) -> dict[str, Any]:
    if not definition["instruction"].strip():
        return {"found": [], "problem": "Write an instruction: it becomes the text that an optimizer may rewrite."}
    if not definition["output_fields"]:
        return {"found": [], "problem": "Add an output field: a program needs something to answer."}
    try:
        return {"found": assembly.describe_variables(definition), "problem": ""}
    except assembly.Unusable as error:
        return {"found": [], "problem": f"{plain_message(str(error)).rstrip('.')}."}


@require_GET
def detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a program, its trainable variables, and the box to try it."""
    program = _program(request, pk)
    dataset = _dataset(request)
    context = {
        "program": program,
        "dataset": dataset,
        "variables": _variables(program.definition()),
        "runs": program.runs.visible_to(request.user)[:8],
        "trial_form": TrialForm(program=program, dataset=dataset),
        "model_names": providers.suggestions(),
    }
    return render(request, "pages/programs/detail.html", context)


@require_http_methods(["GET", "POST"])
def delete(request: PageRequest, pk: int) -> HttpResponse:
    """Ask, then delete a program that no run uses."""
    program = _program_to_change(request, pk)
    if request.method == "GET":
        return render(request, "pages/programs/delete.html", {"program": program})
    try:
        services.delete_program(program=program, user=request.user)
    except services.ProgramInUse as error:
        messages.error(request, str(error))
        return redirect(program)
    messages.success(request, f"“{program.name}” is deleted.")
    return redirect("programs:list")


@require_http_methods(["GET", "POST"])
def try_it(request: PageRequest, pk: int) -> HttpResponse:
    """Run one row. GET fills the box from a row of a dataset; POST asks the model."""
    program = _program_to_change(request, pk)  # asking a model costs money
    with means_of(program):
        return _try(request, program)


def _try(request: PageRequest, program: Program) -> HttpResponse:
    dataset = _dataset(request)
    row = request.GET.get("row", "")
    trial, status = None, 200
    if request.method == "POST":
        form = TrialForm(request.POST, program=program, dataset=dataset, row=row)
        if form.is_valid():
            trial = try_program(program.definition(), form.inputs(), form.models())
        else:
            status = INVALID
    else:
        form = TrialForm(program=program, dataset=dataset, row=row)
    context = {
        "program": program,
        "dataset": dataset,
        "trial_form": form,
        "trial": trial,
        "model_names": providers.suggestions(),
    }
    template = "partials/programs/trial.html" if request.htmx else "pages/programs/try.html"
    return render(request, template, context, status=status)


def _program(request: PageRequest, pk: int) -> Program:
    return get_object_or_404(Program.objects.visible_to(request.user).select_related("project"), pk=pk)


def _program_to_change(request: PageRequest, pk: int) -> Program:
    program = _program(request, pk)
    require_edit(request.user, program)
    return program


def _dataset(request: PageRequest) -> Dataset | None:
    """The dataset that the address names, if the reader may see it."""
    number = request.GET.get("dataset", "") or request.POST.get("dataset", "")
    if not number.isdecimal():
        return None
    return get_object_or_404(Dataset.objects.visible_to(request.user), pk=int(number))


def _blank() -> dict[str, Any]:
    return {
        "name": "",
        "description": "",
        "instruction": "",
        "style": "direct",
        "input_fields": [{"name": "", "description": ""}],
        "output_fields": [{"name": "", "type": "choice", "choices": [], "description": ""}],
        "seed_instructions": [],
    }
