"""Optimizers decide: they compose operators and population.

* ``random_few_shot``     examples from the program's own answers
* ``omega``               a language model rewrites variables; dominated novelty keeps them varied
* ``drafting``            what its racing search tries next
* ``competition``         by which law its candidates compete
* ``base``                what every optimizer decides, and the choice of the variable
* ``distance_functions``  functions of the user by name
* ``registry``            ``get`` and ``register``: optimizers by identifier
"""

from __future__ import annotations

from optimizer_core.optimizers.base import Optimizable, Optimizer, Plan, Situation, child
from optimizer_core.optimizers.distance_functions import register_distance_function
from optimizer_core.optimizers.omega import OMEGA
from optimizer_core.optimizers.random_few_shot import RandomFewShot
from optimizer_core.optimizers.registry import get, register, to_json

__all__ = [
    "OMEGA",
    "Optimizable",
    "Optimizer",
    "Plan",
    "RandomFewShot",
    "Situation",
    "child",
    "get",
    "register",
    "register_distance_function",
    "to_json",
]
