"""Every parameter of the optimizers that a form offers: type, default, range and a help text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One keyword of an optimizer."""

    name: str
    label: str
    type: str  # integer, number, choice or text
    default: Any
    help: str
    least: float | None = None
    most: float | None = None
    above: float | None = None  # the value must be more than this
    options: tuple[tuple[str, str], ...] = ()  # of a choice: value, label
    optional: bool = False  # may be left empty


SELECTIONS = (
    ("softmax", "Softmax: better ones more often"),
    ("best", "Best: always the highest"),
    ("random", "Random: all alike"),
)

POPULATION_SIZE = Parameter(
    name="population_size",
    label="Population size",
    type="integer",
    default=10,
    least=1,
    most=10_000,
    help="How many candidates survive each epoch. Larger keeps more variety; above 20 is rarely worth it.",
)
SAMPLING_TEMPERATURE = Parameter(
    name="sampling_temperature",
    label="Sampling temperature",
    type="number",
    default=0.3,
    above=0,
    help="Lower draws the best examples and the worst variable more often, higher draws more evenly. More than 0.",
)
REWARD_UNCERTAINTY = Parameter(
    name="reward_uncertainty",
    label="Reward uncertainty",
    type="number",
    default=0.25,
    least=0,
    help="How much a score from few rows is distrusted: candidates rank by mean − this / √rows. 0 ranks by the mean.",
)

RANDOM_FEW_SHOT_PARAMETERS = (
    Parameter(
        name="nb_min_examples",
        label="Fewest examples",
        type="integer",
        default=1,
        least=0,
        most=64,
        help="The fewest examples in a proposal.",
    ),
    Parameter(
        name="nb_max_examples",
        label="Most examples",
        type="integer",
        default=3,
        least=0,
        most=64,
        help="The most examples in a proposal. 0 for both turns examples off.",
    ),
    Parameter(
        name="sampling",
        label="How examples are drawn",
        type="choice",
        default="softmax",
        options=SELECTIONS,
        help="From the answers given in the epoch so far, by their reward.",
    ),
    SAMPLING_TEMPERATURE,
    POPULATION_SIZE,
    REWARD_UNCERTAINTY,
)

OMEGA_PARAMETERS = (
    Parameter(
        name="instructions",
        label="Advice to the proposer",
        type="text",
        default=None,
        optional=True,
        help="Put before every request to rewrite, for example “Focus on edge cases; keep it under 100 words.”",
    ),
    Parameter(
        name="search",
        label="Search",
        type="choice",
        default="racing",
        options=(
            ("racing", "Racing: losers are dropped early"),
            ("plain", "Plain: one proposal after another"),
        ),
        help="Racing keeps several proposals under way and finds more for the same budget. Plain is the simple loop, "
        "each proposal scored on a minibatch: easier to follow.",
    ),
    Parameter(
        name="example_limit",
        label="Most examples",
        type="integer",
        default=16,
        least=0,
        most=64,
        help="How many worked examples a race may put into the prompt. 0 leaves examples as they are; each makes every "
        "call longer.",
    ),
    Parameter(
        name="proposals_in_flight",
        label="Proposals at once",
        type="integer",
        default=None,
        optional=True,
        least=1,
        most=64,
        help="Of a race. Empty: as many as keep the answers coming, fewer with a small budget, because a proposal "
        "learns only from those that are finished.",
    ),
    Parameter(
        name="algorithm",
        label="Competition",
        type="choice",
        default="dns",
        options=(
            ("dns", "Dominated novelty: different or better"),
            ("dns-rank", "Dominated novelty, by rank"),
            ("ga", "Genetic algorithm: the fittest"),
        ),
        help="How the population is thinned at the end of an epoch. Dominated novelty drops what is close to something "
        "fitter; by rank it prefers what is far from anything fitter. The genetic algorithm needs no embedding model.",
    ),
    Parameter(
        name="k_nearest_fitter",
        label="K nearest fitter",
        type="integer",
        default=5,
        least=1,
        most=10_000,
        help="With dominated novelty search, something fitter within a distance of 1 / K drops a candidate: a larger "
        "K keeps more variety. By rank, how many fitter neighbours count.",
    ),
    POPULATION_SIZE,
    Parameter(
        name="selection",
        label="Parents are chosen by",
        type="choice",
        default="softmax",
        options=SELECTIONS,
        help="Which candidates are rewritten. In a race, softmax lets each row vote for whoever answers it best.",
    ),
    Parameter(
        name="selection_temperature",
        label="Selection temperature",
        type="number",
        default=0.3,
        above=0,
        help="Of the softmax over parents: lower exploits the best, higher explores. More than 0; 0.1 is low.",
    ),
    Parameter(
        name="mutation_temperature",
        label="Mutation temperature",
        type="number",
        default=0.3,
        least=0,
        most=2,
        help="The proposer's temperature when it rewrites. Raise it to 0.5–0.8 when the search is stuck.",
    ),
    Parameter(
        name="crossover_temperature",
        label="Crossover temperature",
        type="number",
        default=0.3,
        least=0,
        most=2,
        help="The proposer's temperature when it merges two candidates.",
    ),
    Parameter(
        name="merging_rate",
        label="Merging rate",
        type="number",
        default=0.02,
        least=0,
        most=1,
        help="Two parents are merged with this probability times the epoch: 0.02 means 20 % in the tenth epoch. A race "
        "also merges two members once that are right on different rows.",
    ),
    Parameter(
        name="merging_schedule",
        label="Merging schedule",
        type="choice",
        default="epoch",
        options=(("epoch", "Grows with the epoch"), ("constant", "The same in every epoch")),
        help="Whether the merging rate is multiplied by the epoch.",
    ),
    Parameter(
        name="nb_best_predictions",
        label="Good answers shown",
        type="integer",
        default=5,
        least=0,
        most=64,
        help="Right answers that the proposer sees, so that a new rule leaves them right.",
    ),
    Parameter(
        name="nb_worst_predictions",
        label="Bad answers shown",
        type="integer",
        default=4,
        least=0,
        most=64,
        help="Failures that the proposer sees. More give a broader picture and a longer request.",
    ),
    Parameter(
        name="nb_hard_examples",
        label="Hard rows shown",
        type="integer",
        default=1,
        least=0,
        most=64,
        help="Rows that keep failing, shown to the proposer of the plain search beside the batch.",
    ),
    Parameter(
        name="hard_example_min_observations",
        label="Hard from",
        type="integer",
        default=2,
        least=1,
        most=1000,
        help="How often a row must have failed to count as hard.",
    ),
    SAMPLING_TEMPERATURE,
    Parameter(
        name="reasoning_effort",
        label="Reasoning effort",
        type="choice",
        default=None,
        optional=True,
        options=(
            ("", "As the model does by itself"),
            ("minimal", "Minimal"),
            ("low", "Low"),
            ("medium", "Medium"),
            ("high", "High"),
        ),
        help="Sent to proposers that reason. Others ignore it.",
    ),
    REWARD_UNCERTAINTY,
)
