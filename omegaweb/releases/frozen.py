"""What a version keeps from its approval on: its files, and the figures it was approved with."""

from __future__ import annotations

from typing import Any

from omegaweb.engine.export import KINDS, export_candidate
from omegaweb.releases.models import Release
from omegaweb.releases.seal import looks_of_other_runs, result_of_opening
from omegaweb.runs.comparison import Outcome, Sample, samples_of
from omegaweb.runs.result import Result
from omegaweb.runs.values import Value

#: Fixed and broken rows that a report shows of each.
EXAMPLES = 8


def files_of(release: Release, *, approved_by: str) -> dict[str, dict[str, str]]:
    """Write the files of a candidate, with who approved it in their heads."""
    if release.candidate is None:
        return {}
    about = f"Version {release.number} of {release.definition['name']}, approved by {approved_by}."
    files = {}
    for kind in KINDS:
        file = export_candidate(release.candidate, kind, about=about, opening=release.opening)
        files[kind] = {"filename": file.filename, "content_type": file.content_type, "text": file.text}
    return files


def figures_of(release: Release) -> dict[str, Any]:
    """Return what was measured: the test, what the search took, and examples of fixed and broken rows."""
    run, opening = release.run, release.opening
    found: dict[str, Any] = {
        "run": {
            "name": run.name,
            "calls": run.calls,
            "tokens": run.tokens,
            "cost": run.cost,
            "unpriced_calls": run.unpriced_calls,
            "seconds": run.seconds,
        },
        "models": {"task": run.choices.models.task},
        "dataset": str(run.dataset_version),
        "reward": run.choices.reward.kind,
        "rows": run.dataset_version.split_sizes(),
    }
    if release.candidate is not None:
        found["candidate"] = release.candidate.number
        found["validation"] = {"mean": release.candidate.reward, "n": release.candidate.count}
    result = result_of_opening(run, opening) if opening is not None else None
    if opening is not None and result is not None:
        found |= {"test": opening.figures, "looks": opening.look, "cost_per_point": result.cost_per_point}
        found |= {"other_looks": looks_of_other_runs(run)}
        found |= _examples(result)
    return found


def _examples(result: Result) -> dict[str, Any]:
    comparison = result.comparison
    if comparison is None:
        return {}
    found: dict[str, Any] = {"counts": {"fixed": comparison.fixed, "broken": comparison.broken}}
    for outcome in (Outcome.FIXED, Outcome.BROKEN):
        indexes = comparison.indexes(outcome)[:EXAMPLES]
        found[outcome.value] = [_example(sample) for sample in samples_of(comparison, indexes)]
    return found


def _example(sample: Sample) -> dict[str, Any]:
    return {
        "row": sample.row,
        "inputs": _texts(sample.inputs),
        "targets": _texts(sample.targets),
        "before": _texts(sample.before_values),
        "after": _texts(sample.after_values),
    }


def _texts(values: list[Value]) -> list[list[str]]:
    return [[value.name, value.text] for value in values]
