"""What the report of a version says to people without an account; all of an approved one was frozen with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from omegaweb.releases.ballot import ballot_of
from omegaweb.releases.frozen import figures_of
from omegaweb.releases.models import Release, ReleaseStep, StepKind
from omegaweb.runs.diffs import ContentDiff, diff_contents
from omegaweb.runs.result import Result, result_from
from omegaweb.runs.settings_words import REWARDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything the report shows."""

    figures: dict[str, Any]
    result: Result | None
    diff: ContentDiff
    steps: list[ReleaseStep]
    prompt: str
    needed: int  # approvals

    @property
    def reward(self) -> str:
        kind = str(self.figures["reward"])
        return REWARDS.get(kind, kind)

    @property
    def approvals(self) -> list[ReleaseStep]:
        return [step for step in self.steps if step.kind == StepKind.APPROVED]

    @property
    def given(self) -> int:
        return len(self.approvals)


def report_of(release: Release) -> Report:
    """Collect the report; of a version that nobody has approved yet, with the figures as they are now."""
    figures = release.figures or figures_of(release)
    payload = figures.get("test")
    start = release.run.baseline
    return Report(
        figures=figures,
        result=result_from(release.run, payload, looks=figures.get("looks", 1)) if payload else None,
        diff=diff_contents(start.content if start else {}, release.content),
        steps=list(release.steps.select_related("by")),
        needed=ballot_of(release).needed,
        prompt=release.files.get("prompt", {}).get("text", ""),
    )
