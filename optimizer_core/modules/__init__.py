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
* ``function_calling_agent``  calls ``tool`` functions until it knows enough
* ``sequential``, ``combine``, ``masked``  put modules and answers together
* ``registry``          module classes by name, for saving and loading
"""

from __future__ import annotations

from optimizer_core.data.json_operators import json_and, json_concat, json_not, json_or, json_xor
from optimizer_core.modules.base import Module, Prediction, Rollout
from optimizer_core.modules.branch import Branch
from optimizer_core.modules.chain_of_thought import ChainOfThought
from optimizer_core.modules.combine import Combine
from optimizer_core.modules.decision import Decision
from optimizer_core.modules.function_calling_agent import FunctionCallingAgent
from optimizer_core.modules.generator import Generator
from optimizer_core.modules.masked import Masked
from optimizer_core.modules.python_synthesis import PythonSynthesis
from optimizer_core.modules.registry import module_from_json, module_to_json, register_module
from optimizer_core.modules.self_critique import SelfCritique
from optimizer_core.modules.sequential import Sequential
from optimizer_core.modules.sequential_plan import SequentialPlanSynthesis
from optimizer_core.modules.tool import Tool, register_tool

__all__ = [
    "Branch",
    "ChainOfThought",
    "Combine",
    "Decision",
    "FunctionCallingAgent",
    "Generator",
    "Masked",
    "Module",
    "Prediction",
    "PythonSynthesis",
    "Rollout",
    "SelfCritique",
    "Sequential",
    "SequentialPlanSynthesis",
    "Tool",
    "json_and",
    "json_concat",
    "json_not",
    "json_or",
    "json_xor",
    "module_from_json",
    "module_to_json",
    "register_module",
    "register_tool",
]
