"""What the rules of the advice look at: a run's figures, read once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, Q

from omegaweb.engine.choices import card_of
from omegaweb.runs.models import UNDECIDED, Candidate, CandidateState, Run, RunState, SampleScore, Series
from omegaweb.runs.progress import limits_of

#: Operators of the search; what people or the start brought is not its work.
PROPOSALS = ("mutation", "crossover", "few_shot")
UNFINISHED = (CandidateState.PROPOSED, CandidateState.STEP)
#: Those that somebody still has to decide about.
WAITING = Q(state=CandidateState.WAITING, review__state=UNDECIDED)
#: Those that no competition has taken in or dropped; the run may have ended before it could.
COMPETING = Q(state=CandidateState.SCORED) | Q(fate="run_ended", reward__isnull=False)
#: The newest answers that failures are counted in, and of how many candidates: to put all answers of a run in order
#: takes a tenth of a second where there are 100,000.
RECENT = 500
RECENT_CANDIDATES = 200
#: What providers write when they refuse because of too many questions.
REFUSALS = ("rate limit", "ratelimit", "too many requests", "429")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Figures of one run."""

    optimizer: str  # its kind
    parameters: dict[str, Any] = field(default_factory=dict)  # of the optimizer, defaults included
    concurrency: int = 8
    proposals: int = 0  # that were compared
    since_best: int = 0  # of them, made after the best
    mending_nothing: int = 0  # of them, that mended nothing of what their parent failed on
    calls: int = 0
    calls_at_best: int = 0
    members: int = 0
    competing: int = 0  # for a place at the end of the epoch, also of one that never ended
    best: float | None = None  # reward
    waiting: int = 0  # for people, before they may enter
    best_waiting: float | None = None
    has_searched: bool = False  # the search is over; only people's decisions are to come
    left_out: int = 0  # waited for people until the run ended without them
    best_left_out: float | None = None
    novelties: tuple[float, ...] = ()  # of members that something fitter is near or far from
    train: tuple[float, ...] = ()  # rewards of the best on training rows
    validation: tuple[float, ...] = ()
    answers: int = 0  # the newest ones, at most RECENT
    failed: int = 0  # of them, samples without an answer
    refused: int = 0  # of them, because of a rate limit
    used: dict[str, float] = field(default_factory=dict)  # share of each limit of the budget, 0 to 1
    limits: dict[str, float] = field(default_factory=dict)

    def parameter(self, name: str) -> Any:
        """Return a parameter of the optimizer; None where it has none of that name."""
        return self.parameters.get(name)


def measure(run: Run) -> Measured:
    """Return the figures of a run."""
    choices = run.choices
    compared = run.candidates.filter(operator__in=PROPOSALS).exclude(state__in=UNFINISHED)
    counts = compared.aggregate(
        proposals=Count("pk"),
        since_best=Count("pk", filter=Q(number__gt=run.best.number if run.best else 0)),
        mending_nothing=Count("pk", filter=Q(fate="mends_nothing")),
        competing=Count("pk", filter=COMPETING),
        waiting=Count("pk", filter=WAITING),
        best_waiting=Max("reward", filter=WAITING),
        left_out=Count("pk", filter=Q(fate="left_out")),
        best_left_out=Max("reward", filter=Q(fate="left_out")),
    )
    rewards = _rewards(run.best)
    members = list(
        run.candidates.filter(state=CandidateState.IN_POPULATION).order_by("number").values_list("novelty", flat=True)
    )
    newest = run.measurements.filter(series=Series.BEST).order_by("-sequence").first()
    newcomers = list(run.candidates.order_by("-number").values_list("pk", flat=True)[:RECENT_CANDIDATES])
    answered = SampleScore.objects.filter(candidate__in=newcomers).order_by("-pk")
    recent = list(answered.annotate(is_failed=Q(output__isnull=True)).values_list("is_failed", "error")[:RECENT])
    failures = [error for is_failed, error in recent if is_failed]
    limits = limits_of(run)
    return Measured(
        optimizer=choices.optimizer.kind,
        has_searched=run.run_state is RunState.WAITING or run.run_state.is_over,
        parameters={**card_of(choices.optimizer.kind).defaults(), **choices.optimizer.parameters},
        concurrency=choices.training.concurrency,
        **counts,
        best=run.best.reward if run.best else None,
        calls=run.calls,
        calls_at_best=newest.calls if newest else 0,
        members=len(members),
        novelties=tuple(novelty for novelty in members if novelty is not None),
        train=rewards["train"],
        validation=rewards["validation"],
        answers=len(recent),
        failed=len(failures),
        refused=sum(_is_refusal(error) for error in failures),
        used={limit.unit: 1 - limit.left / limit.limit for limit in limits},
        limits={limit.unit: limit.limit for limit in limits},
    )


def _rewards(candidate: Candidate | None) -> dict[str, tuple[float, ...]]:
    """Return a candidate's rewards by split."""
    found: dict[str, list[float]] = {"train": [], "validation": []}
    if candidate is not None:
        for split, reward in candidate.scores.filter(split__in=found).values_list("split", "reward"):
            found[split].append(reward)
    return {split: tuple(rewards) for split, rewards in found.items()}


def _is_refusal(error: str) -> bool:
    lowered = error.lower()
    return any(words in lowered for words in REFUSALS)
