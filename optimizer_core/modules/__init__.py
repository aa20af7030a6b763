"""The pieces of a program, one per file.

* ``base``              Module, Rollout, Prediction: what every piece is, and what one run of it notes
* ``prompt``            the exact prompt of a Generator
* ``generator``         one question to a language model
* ``chain_of_thought``  the same, thinking first
* ``decision``          picks a label
* ``branch``            picks a module
* ``self_critique``     judges its own input
* ``python_synthesis``  runs evolved Python, in the ``sandbox``
* ``sequential_plan``   carries out an evolved plan, step by step
* ``registry``          module classes by name, for saving and loading
"""

from __future__ import annotations

from optimizer_core.modules.base import Module, Prediction, Rollout
from optimizer_core.modules.branch import Branch
from optimizer_core.modules.chain_of_thought import ChainOfThought
from optimizer_core.modules.decision import Decision
from optimizer_core.modules.generator import Generator
from optimizer_core.modules.python_synthesis import PythonSynthesis
from optimizer_core.modules.registry import module_from_json, module_to_json, register_module
from optimizer_core.modules.self_critique import SelfCritique
from optimizer_core.modules.sequential_plan import SequentialPlanSynthesis

__all__ = [
    "Branch",
    "ChainOfThought",
    "Decision",
    "Generator",
    "Module",
    "Prediction",
    "PythonSynthesis",
    "Rollout",
    "SelfCritique",
    "SequentialPlanSynthesis",
    "module_from_json",
    "module_to_json",
    "register_module",
]
