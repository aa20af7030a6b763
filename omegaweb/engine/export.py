"""What can be taken away from a candidate: its prompt, its variables, its program, a Python file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.utils.text import slugify

from omegaweb.engine.assembly import VARIABLE, build_module, build_program
from omegaweb.engine.providers import is_built_in
from omegaweb.engine.snippet import python_snippet
from omegaweb.releases.models import SealOpening
from omegaweb.releases.seal import result_of_opening, test_of
from omegaweb.reviews.approval import approval_of
from omegaweb.runs.models import Candidate
from omegaweb.runs.result import SIMULATED, Estimate
from omegaweb.runs.result_words import standing, tested
from omegaweb.runs.values import as_text

if TYPE_CHECKING:
    from optimizer_core.modules.generator import Generator

#: What the Python file asks where the run's own model exists only inside this site.
STAND_IN_MODEL = "openai/gpt-4o-mini"
NAME_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One file to take away."""

    filename: str
    content_type: str
    text: str


def export_candidate(candidate: Candidate, kind: str, *, about: str = "", opening: SealOpening | None = None) -> Export:
    """Write a candidate as one of KINDS.

    Args:
        candidate: what is written.
        kind: one of KINDS.
        about: which version it is and who approved that, instead of what the run's own reviews say.
        opening: the look at the test rows whose figures are told; None for the newest that was taken at it.

    Raises:
        KeyError: there is no such kind.
    """
    write, suffix, content_type = KINDS[kind]
    filename = f"{_safe_name(candidate)}{suffix}"
    header = _header(candidate, about, opening or test_of(candidate))
    return Export(filename=filename, content_type=content_type, text=write(candidate, filename, header))


def _prompt(candidate: Candidate, filename: str, header: list[str]) -> str:
    """The whole conversation as text, the row's values as {{column}} placeholders."""
    module = _module_of(candidate)
    titles = {"system": "Instructions", "user": "Input", "assistant": "Answer"}
    parts = [f"# {line}" for line in header]
    row = {name: f"{{{{{name}}}}}" for name in _input_names(candidate)}
    for message in module.messages(row, _content(candidate)[VARIABLE]):
        parts += ["", f"## {titles[message['role']]}", "", message["content"]]
    return "\n".join(parts) + "\n"


def _variables(candidate: Candidate, filename: str, header: list[str]) -> str:
    """The trainable variables alone: custom fields and examples."""
    return _json({"about": header, "variables": _content(candidate)})


def _program(candidate: Candidate, filename: str, header: list[str]) -> str:
    """The whole program with this candidate's content, as ``Program.load`` of optimizer_core reads it."""
    program = build_program(candidate.run.choices)
    with TemporaryDirectory() as folder:
        path = Path(folder, "program.json")
        program.save(path, content=_content(candidate))
        saved = json.loads(path.read_text(encoding="utf-8"))
    return _json({"about": header, **saved})


def _python(candidate: Candidate, filename: str, header: list[str]) -> str:
    from optimizer_core.models.structured_output import structured_output

    models = candidate.run.choices.models
    replaced = is_built_in(models.task) or models.task.startswith(SIMULATED)
    model = STAND_IN_MODEL if replaced else models.task
    comments = list(header)
    if replaced:
        comments.append(f"It was measured with {models.task}, which lives inside omegaweb: choose a model below.")
    settings: dict[str, Any] = {}
    if models.task_temperature is not None:
        settings["temperature"] = models.task_temperature
    if models.api_base and not replaced:
        settings["api_base"] = models.api_base
    module = _module_of(candidate)
    *prompt, _row = module.messages({}, _content(candidate)[VARIABLE])
    return python_snippet(
        comments=comments,
        filename=filename,
        model=model,
        settings=settings,
        response_format=structured_output(model, module.asked_schema().json_schema),
        prompt=prompt,
        input_fields=_input_names(candidate),
        output_fields=[field["name"] for field in _definition(candidate)["output_fields"]],
    )


#: Kind → how it is written, the end of its file name, its content type.
KINDS: dict[str, tuple[Callable[[Candidate, str, list[str]], str], str, str]] = {
    "prompt": (_prompt, ".txt", "text/plain"),
    "variables": (_variables, ".variables.json", "application/json"),
    "program": (_program, ".program.json", "application/json"),
    "python": (_python, ".py", "text/x-python"),
}


def _header(candidate: Candidate, about: str, opening: SealOpening | None) -> list[str]:
    """Where the file comes from, what was measured, and whether a person approved it."""
    lines = [f"Candidate #{candidate.number} of the omegaweb run “{candidate.run.name}”."]
    validation = Estimate.of_candidate(candidate)
    if validation is not None:
        lines.append(f"Reward on validation rows: {standing(validation)}.")
    lines.append(tested(candidate, result_of_opening(candidate.run, opening) if opening is not None else None))
    lines.append(about or approval_of(candidate).sentence)
    return lines


def _content(candidate: Candidate) -> dict[str, Any]:
    """The content, without halves of surrogate pairs: a model can write them, but no file can hold them."""
    content: dict[str, Any] = json.loads(as_text(candidate.content))
    return content


def _module_of(candidate: Candidate) -> Generator:
    return build_module(_definition(candidate))


def _definition(candidate: Candidate) -> Mapping[str, Any]:
    definition: Mapping[str, Any] = candidate.run.configuration["program"]
    return definition


def _input_names(candidate: Candidate) -> list[str]:
    return [field["name"] for field in _definition(candidate)["input_fields"]]


def _safe_name(candidate: Candidate) -> str:
    name = slugify(candidate.run.name)[:NAME_LENGTH].strip("-_") or f"run-{candidate.run_id}"
    return f"{name}-candidate-{candidate.number}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
