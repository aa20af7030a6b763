"""What came of a proposal: what was answered on the way, the steps of its stride, and its race."""

from __future__ import annotations

from dataclasses import dataclass, field

from optimizer_core.data.candidate import Candidate
from optimizer_core.inspection.flag import Flag
from optimizer_core.training.measuring import Answered
from optimizer_core.training.racing.proposals import Proposal
from optimizer_core.training.racing.race import differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rewriting within a stride."""

    child: Candidate
    trial: list[Answered] = field(default_factory=list)  # training samples that its predecessor failed on
    seen: list[Answered] = field(default_factory=list)  # further training samples that it answered
    mends: bool = True  # False: nothing was mended of what ``failed_by`` failed on, by it and those tried with it
    failed_by: str = ""  # id of the candidate whose failures were shown
    flags: tuple[Flag, ...] = ()
    kept_back: bool = False  # it was flagged, so it is dropped or waits for a person, unscored


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of a proposal."""

    proposal: Proposal
    variable: str = ""
    failure: str = ""  # why there is no child
    dropped: str = ""  # why the last step that mends did not win: fell_behind or no_clear_lead
    child: Candidate | None = None  # the last step that mends, the one that races
    evidence: list[Answered] = field(default_factory=list)  # training samples answered by the parent
    steps: list[Step] = field(default_factory=list)
    raced: list[Answered] = field(default_factory=list)  # validation samples answered by the child
    against: list[Answered] = field(default_factory=list)  # the same answered by the parent

    @property
    def differences(self) -> list[float]:
        """What the child earned on each sample of the race, less what the parent earned."""
        return differences(self.raced, self.against)
