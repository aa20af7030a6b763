"""What a run says: facts in the past tense, JSON values only, without run number or time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from optimizer_core.events.parts import Removed, SampleResult, Survivor
from optimizer_core.json_values import JsonObject

#: Code of the warning that says: the search is over, and only open reviews keep the run from its end.
WAITING_FOR_REVIEW = "waiting_for_review"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    kind: ClassVar[str] = "run.started"
    optimizer: str
    configuration: JsonObject
    sizes: JsonObject  # {"train": n, "validation": n, "test": n}
    seed: int
    variables: tuple[JsonObject, ...] = ()  # name, description, schema, trainable
    epochs: int | None = None  # None: until the budget is spent
    batches: int = 0  # per epoch
    resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    kind: ClassVar[str] = "run.finished"
    status: str  # completed, stopped or failed
    reason: str  # epochs_done, budget_spent, target_reached, stop_requested, finish_requested, callback, error
    best: str | None = None  # candidate
    baseline: str | None = None  # candidate
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochStarted:
    kind: ClassVar[str] = "epoch.started"
    epoch: int  # counted from 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochFinished:
    kind: ClassVar[str] = "epoch.finished"
    epoch: int
    logs: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFinished:
    kind: ClassVar[str] = "batch.finished"
    epoch: int
    batch: int  # counted from 0
    logs: JsonObject  # reward: mean of the parent on the batch, n; child: mean of the child; metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateProposed:
    kind: ClassVar[str] = "candidate.proposed"
    candidate: str  # id: hash of the content
    operator: str  # baseline, seed, mutation, crossover, few_shot, edit, manual
    content: JsonObject  # variable name → {custom fields, "examples"}
    variable: str = ""  # the one that was changed; empty for baseline
    parents: tuple[str, ...] = ()
    reasoning: str = ""
    epoch: int = 0
    batch: int = 0
    evidence: tuple[str, ...] = ()  # ids of the training samples that the proposal was shown, or took as examples


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateFlagged:
    """Something about a proposal that a person may want to know; nothing was spent on its score yet."""

    kind: ClassVar[str] = "candidate.flagged"
    candidate: str
    flag: str  # placeholder_lost, training_text_copied, length_grown, format_drifted or near_duplicate
    text: str  # one sentence
    evidence: JsonObject = field(default_factory=dict)  # variable, found, lost, sample, candidate, distance, before, …
    then: str = "score"  # what follows: score, ask or drop


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateEmbedded:
    """Where a candidate lies: told with the competition that measured it, once."""

    kind: ClassVar[str] = "candidate.embedded"
    candidate: str
    vector: str  # see optimizer_core.population.vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateScored:
    kind: ClassVar[str] = "candidate.scored"
    candidate: str
    split: str  # train, validation or test
    reward: float  # mean of these results
    results: tuple[SampleResult, ...]  # only results that were not reported before
    mean: float = 0.0  # running mean over all validation samples so far
    count: int = 0  # how many samples the running mean stands on


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFailed:
    kind: ClassVar[str] = "proposal.failed"
    operator: str
    variable: str
    reason: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateDropped:
    """A candidate that did not win the race against its parent; it never enters the population."""

    kind: ClassVar[str] = "candidate.dropped"
    candidate: str
    reason: str  # mends_nothing, fell_behind, no_clear_lead, or flagged: it was not scored
    by: str  # the parent
    better: int  # validation samples of the race on which it earned more than the parent
    worse: int  # and less
    count: int  # samples of the race that it answered


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationFinished:
    kind: ClassVar[str] = "validation.finished"
    epoch: int  # -1 before training
    candidate: str
    logs: JsonObject  # val_reward, n, metrics with val_ before their name


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequested:
    kind: ClassVar[str] = "review.requested"
    candidate: str
    reward: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDecided:
    kind: ClassVar[str] = "review.decided"
    candidate: str
    verdict: str  # approved, rejected, changes_requested, left_out, superseded or edited
    reviewer: str = ""
    comment: str = ""
    edited: str | None = None  # the candidate made from the edited text


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationUpdated:
    kind: ClassVar[str] = "population.updated"
    epoch: int
    survivors: tuple[Survivor, ...]
    removed: tuple[Removed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BestChanged:
    kind: ClassVar[str] = "best.changed"
    candidate: str
    reward: float
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendUpdated:
    kind: ClassVar[str] = "spend.updated"
    calls: int
    tokens: int
    cost: float  # US dollars, of the calls whose price is known
    seconds: float
    by_role: JsonObject = field(default_factory=dict)  # role → {calls, tokens, cost, seconds waited, unpriced_calls}
    left: JsonObject = field(default_factory=dict)  # only what is limited
    unpriced_calls: int = 0  # calls without a known price
    replayed: int = 0  # answers taken from the journal; they were paid before, and are no calls
    waited: float = 0.0  # how many of the seconds the run paused, or only waited for people


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSaved:
    kind: ClassVar[str] = "checkpoint.saved"
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningRaised:
    kind: ClassVar[str] = "warning.raised"
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPaused:
    kind: ClassVar[str] = "run.paused"
    reason: str  # asked, budget_spent, access_revoked or provider_down
    by: str = ""  # who asked


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResumed:
    kind: ClassVar[str] = "run.resumed"
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteeringApplied:
    """What a person asked of the run has taken effect, or cannot."""

    kind: ClassVar[str] = "steering.applied"
    request: str  # its reference
    action: str  # pause, resume, finish, extend, note, add, ban, pin or unpin
    author: str = ""
    fields: JsonObject = field(default_factory=dict)  # of the request
    problem: str = ""  # why it cannot; empty where it has
    proposal: int = 0  # how many proposals had been tried by then


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTroubled:
    """Something is wrong with a model's provider, or is wrong in another way than was told before."""

    kind: ClassVar[str] = "provider.troubled"
    model: str  # LiteLLM model string
    trouble: str  # rate_limited, down or access_revoked
    message: str  # what the provider said last
    seconds: float = 0.0  # since when
    wait: float = 0.0  # seconds until something is asked again
    at_once: int | None = None  # questions let through at once; None: only one at a time, which tries
    of: int | None = None  # of how many


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRecovered:
    kind: ClassVar[str] = "provider.recovered"
    model: str
    trouble: str  # what it was
    seconds: float = 0.0  # how long it took


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFinished:
    """Baseline and winner on samples that nothing before has touched."""

    kind: ClassVar[str] = "test.finished"
    __test__: ClassVar[bool] = False  # not a test class, whatever pytest thinks of the name
    baseline: JsonObject  # candidate, mean, low, high, n (95 % interval)
    winner: JsonObject  # the same
    difference: JsonObject  # mean, low, high, n of the paired differences
    verdict: str  # improved, no_reliable_improvement or worse
    test: JsonObject = field(default_factory=dict)  # name, p_value, better, worse, n of the paired test


Event: TypeAlias = (
    RunStarted
    | RunFinished
    | EpochStarted
    | EpochFinished
    | BatchFinished
    | CandidateProposed
    | CandidateFlagged
    | CandidateEmbedded
    | CandidateScored
    | CandidateDropped
    | ProposalFailed
    | ValidationFinished
    | ReviewRequested
    | ReviewDecided
    | PopulationUpdated
    | BestChanged
    | SpendUpdated
    | CheckpointSaved
    | WarningRaised
    | TestFinished
    | RunPaused
    | RunResumed
    | SteeringApplied
    | ProviderTroubled
    | ProviderRecovered
)

#: Every kind a run can say, by name.
KINDS: dict[str, type[Any]] = {event.kind: event for event in Event.__args__}
