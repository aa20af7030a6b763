"""What a launch form offers: optimizers with their parameters, presets, rewards. Defaults are those of the library.

Models have a section of their own in the form. `distance_function`, `name` and `description` are not offered: the
first is code, the others name an object in a program, and a run has a name already.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from omegaweb.engine.parameters import OMEGA_PARAMETERS, RANDOM_FEW_SHOT_PARAMETERS, Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A set of choices that fits together, by how long one wants to wait."""

    name: str
    label: str
    note: str
    parameters: dict[str, Any] = field(default_factory=dict)  # what differs from the defaults
    training: dict[str, Any] = field(default_factory=dict)
    calls: int | None = None  # budget


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerCard:
    """One optimizer as the form shows it."""

    kind: str
    label: str
    icon: str
    summary: str
    use_when: str
    parameters: tuple[Parameter, ...]
    presets: tuple[Preset, ...]

    def defaults(self) -> dict[str, Any]:
        """Return each parameter's default."""
        return {parameter.name: parameter.default for parameter in self.parameters}


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardCard:
    """One reward as the form shows it."""

    kind: str
    label: str
    summary: str


RANDOM_FEW_SHOT = OptimizerCard(
    kind="random_few_shot",
    label="RandomFewShot",
    icon="shuffle",
    summary="Tries sets of worked examples, taken from the program's own best answers, and keeps the sets that help. "
    "The instruction stays as it is.",
    use_when="Start here: it needs no second model, and works with the built-in one.",
    parameters=RANDOM_FEW_SHOT_PARAMETERS,
    presets=(
        Preset(
            name="quick",
            label="Quick",
            note="A first look",
            parameters={"nb_max_examples": 6},
            training={"epochs": 1, "batch_size": 8, "minibatch_size": 16},
            calls=600,
        ),
        Preset(
            name="balanced",
            label="Balanced",
            note="A good search",
            parameters={"nb_min_examples": 3, "nb_max_examples": 8},
            training={"epochs": 3, "batch_size": 8, "minibatch_size": 24},
            calls=2500,
        ),
        Preset(
            name="thorough",
            label="Thorough",
            note="When it matters",
            parameters={"nb_min_examples": 3, "nb_max_examples": 8},
            training={"epochs": 8, "batch_size": 8, "minibatch_size": 32},
            calls=10_000,
        ),
    ),
)

OMEGA = OptimizerCard(
    kind="omega",
    label="OMEGA",
    icon="dna",
    summary="Lets a model rewrite the instruction, learning from what went wrong, and adds worked examples. Each child "
    "races against its parent; losers are dropped after a few rows, winners join a varied population.",
    use_when="Use it when the wording matters and a capable model can propose: a key, or a server of your own.",
    parameters=OMEGA_PARAMETERS,
    presets=(
        Preset(
            name="quick",
            label="Quick",
            note="A first look",
            training={"epochs": None, "batch_size": 8, "minibatch_size": 8},
            calls=500,
        ),
        Preset(
            name="balanced",
            label="Balanced",
            note="A good search",
            training={"epochs": None, "batch_size": 8, "minibatch_size": 8},
            calls=1500,
        ),
        Preset(
            name="thorough",
            label="Thorough",
            note="When it matters",
            training={"epochs": None, "batch_size": 8, "minibatch_size": 8},
            calls=4000,
        ),
    ),
)

OPTIMIZERS = (RANDOM_FEW_SHOT, OMEGA)

REWARDS = (
    RewardCard(
        kind="exact_match",
        label="Exact match",
        summary="1 if the answer equals the table, else 0. For labels, numbers, yes or no.",
    ),
    RewardCard(
        kind="similarity",
        label="Similarity",
        summary="How close the meaning is to the table, by an embedding model. For free text.",
    ),
    RewardCard(
        kind="judge",
        label="Judge",
        summary="A model grades each answer by what you say a good answer is. One more call a row.",
    ),
)


def card_of(kind: str) -> OptimizerCard:
    """Return an optimizer's card.

    Raises:
        KeyError: there is no such optimizer.
    """
    return {card.kind: card for card in OPTIMIZERS}[kind]


def preset_of(kind: str, name: str) -> Preset:
    """Return a preset of an optimizer.

    Raises:
        KeyError: there is no such optimizer or preset.
    """
    return {preset.name: preset for preset in card_of(kind).presets}[name]
