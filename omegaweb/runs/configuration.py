"""What a person chose when launching a run: written by the launch form, kept with the run, read by the engine."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any

from omegaweb.server_address import is_near


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardChoice:
    kind: str = "exact_match"  # exact_match, similarity or judge
    fields: tuple[str, ...] = ()  # output fields that count; empty: all
    ignore_case: bool = True  # exact match only: case and surrounding spaces do not count
    instructions: str = ""  # judge only: what a good answer is
    preferences: tuple[dict[str, Any], ...] = ()  # judge only: pairs of answers that people compared before the launch


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerChoice:
    kind: str = "random_few_shot"  # random_few_shot or omega
    parameters: dict[str, Any] = field(default_factory=dict)  # keywords of the optimizer, models apart

    @property
    def races(self) -> bool:
        """Whether several proposals are under way at once and race; a batch is then one proposal."""
        return self.kind == "omega" and self.parameters.get("search", "racing") == "racing"

    @property
    def measures_distance(self) -> bool:
        """Whether candidates are embedded, because distance decides who survives."""
        return self.kind == "omega" and self.parameters.get("algorithm", "dns") != "ga"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """LiteLLM model strings; "local/smollm2-135m" and "local/wordllama" are built in."""

    task: str = "local/smollm2-135m"
    proposer: str = ""  # OMEGA only; empty: the same as task
    judge: str = ""  # judge only; empty: the same as task
    embedding: str = "local/wordllama"
    task_temperature: float | None = 0.0
    api_base: str = ""  # for the task, proposer and judge models
    embedding_api_base: str = ""

    def own_server_of(self, model: str) -> str:
        """Return the address that a model is asked at, if that is in one's own computer or network; else nothing."""
        asked = self.task, self.proposer, self.judge
        bases = [(self.api_base, model in asked), (self.embedding_api_base, model == self.embedding)]
        return next((base for base, is_asked in bases if is_asked and base and is_near(base)), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetChoice:
    calls: int | None = None
    tokens: int | None = None
    cost: float | None = None  # US dollars
    minutes: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingChoice:
    epochs: int | None = 4  # None: go on until the budget is spent
    batch_size: int = 8
    minibatch_size: int = 16
    concurrency: int = 8
    seed: int = 0
    shuffle: bool = True


class Asks(StrEnum):
    """What people are asked about."""

    NOBODY = "nobody"
    EVERY = "every"  # each scored candidate waits for a person before it enters the population
    NEW_BEST = "new_best"  # only one that would lead
    RELEASE = "release"  # nothing during the search; what becomes a version of the program is approved


class OnWarning(StrEnum):
    """What becomes of a proposal that was flagged before it is scored."""

    SCORE = "score"
    ASK = "ask"  # it waits for a person; a run that asks nobody else holds it until somebody looks
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewChoice:
    asks: str = Asks.NOBODY
    approvals: int = 1  # how many different people must say yes
    author_may_approve: bool = True  # of an edit, or of a candidate made by hand
    hours: float | None = None  # after so many the default is taken; None: it waits
    after_hours: str = "left_out"  # approved, rejected or left_out

    @property
    def in_search(self) -> bool:
        """Whether candidates wait for people while the run goes on."""
        return self.asks in (Asks.EVERY, Asks.NEW_BEST)

    @property
    def of_releases(self) -> ReviewChoice:
        """What holds for versions from this run; where nobody is asked, no rule was chosen and one yes is enough."""
        return ReviewChoice() if self.asks == Asks.NOBODY else self


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfiguration:
    program: dict[str, Any]  # Program.definition() at launch
    reward: RewardChoice = RewardChoice()
    optimizer: OptimizerChoice = OptimizerChoice()
    models: ModelChoice = ModelChoice()
    budget: BudgetChoice = BudgetChoice()
    training: TrainingChoice = TrainingChoice()
    start: dict[str, Any] = field(default_factory=dict)  # a candidate of an earlier run: run, number, content
    pause_when_spent: bool = False  # True: a spent budget pauses the run, so that somebody can extend it
    test_at_end: bool = True  # False: the test rows stay sealed until a candidate is put up for release
    review: ReviewChoice = ReviewChoice()
    on_warning: str = OnWarning.SCORE

    @property
    def asks_in_search(self) -> bool:
        """Whether any candidate may wait for people while the run goes on."""
        return self.review.in_search or self.on_warning == OnWarning.ASK

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> RunConfiguration:
        """Read what :meth:`to_json` wrote, also by an older version: missing members get their defaults."""
        parts = {
            "reward": RewardChoice,
            "optimizer": OptimizerChoice,
            "models": ModelChoice,
            "budget": BudgetChoice,
            "training": TrainingChoice,
            "review": ReviewChoice,
        }
        if value.get("ask_me") and "review" not in value:  # of before there was a choice of what is asked
            value = {**value, "review": {"asks": Asks.EVERY}}
        known = {name: _build(part, value.get(name, {})) for name, part in parts.items()}
        return cls(
            program=value["program"],
            start=value.get("start", {}),
            pause_when_spent=value.get("pause_when_spent", False),
            test_at_end=value.get("test_at_end", True),
            on_warning=value.get("on_warning", OnWarning.SCORE),
            **known,
        )


def _build(part: type[Any], value: dict[str, Any]) -> Any:
    names = {f.name for f in fields(part)}
    return part(**{k: tuple(v) if isinstance(v, list) else v for k, v in value.items() if k in names})
