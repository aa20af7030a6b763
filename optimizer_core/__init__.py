"""Optimize the trainable parts of language-model programs: prompts, examples, plans, code.

The names below are loaded when they are first used, so that importing the package stays fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer_core import callbacks, metrics, modules, optimizers, plots, rewards, steering, testing
    from optimizer_core.budget import Budget, Meter
    from optimizer_core.callbacks import Callback, CSVLogger, EarlyStopping, History, ProgramCheckpoint, ProgressBar
    from optimizer_core.data.data_model import DataModel, Field
    from optimizer_core.errors import ConfigurationError, OptimizerError
    from optimizer_core.models.defaults import (
        get_default_embedding_model,
        get_default_language_model,
        set_default_embedding_model,
        set_default_language_model,
    )
    from optimizer_core.models.embedding_model import EmbeddingModel
    from optimizer_core.models.journal import CountingJournal, Entry, Journal, MemoryJournal
    from optimizer_core.models.journal_file import FileJournal
    from optimizer_core.models.language_model import LanguageModel
    from optimizer_core.models.openrouter import OpenRouterEmbeddingModel, create_openrouter_language_model
    from optimizer_core.modules.base import Module
    from optimizer_core.modules.branch import Branch
    from optimizer_core.modules.chain_of_thought import ChainOfThought
    from optimizer_core.modules.combine import Combine
    from optimizer_core.modules.decision import Decision
    from optimizer_core.modules.function_calling_agent import FunctionCallingAgent
    from optimizer_core.modules.generator import Generator
    from optimizer_core.modules.masked import Masked
    from optimizer_core.modules.python_synthesis import PythonSynthesis
    from optimizer_core.modules.self_critique import SelfCritique
    from optimizer_core.modules.sequential import Sequential
    from optimizer_core.modules.sequential_plan import SequentialPlanSynthesis
    from optimizer_core.modules.tool import Tool
    from optimizer_core.program import Program
    from optimizer_core.review import ApproveAll, Proposal, ReviewGate, ReviewPolicy, Verdict
    from optimizer_core.saving import FileCheckpoints

__all__ = [
    "ApproveAll",
    "Branch",
    "Budget",
    "CSVLogger",
    "Callback",
    "ChainOfThought",
    "Combine",
    "ConfigurationError",
    "CountingJournal",
    "DataModel",
    "Decision",
    "EarlyStopping",
    "EmbeddingModel",
    "Entry",
    "Field",
    "FileCheckpoints",
    "FileJournal",
    "FunctionCallingAgent",
    "Generator",
    "History",
    "Journal",
    "LanguageModel",
    "Masked",
    "MemoryJournal",
    "Meter",
    "Module",
    "OpenRouterEmbeddingModel",
    "OptimizerError",
    "Program",
    "ProgramCheckpoint",
    "ProgressBar",
    "Proposal",
    "PythonSynthesis",
    "ReviewGate",
    "ReviewPolicy",
    "SelfCritique",
    "Sequential",
    "SequentialPlanSynthesis",
    "Tool",
    "Verdict",
    "callbacks",
    "create_openrouter_language_model",
    "get_default_embedding_model",
    "get_default_language_model",
    "metrics",
    "modules",
    "optimizers",
    "plots",
    "rewards",
    "set_default_embedding_model",
    "set_default_language_model",
    "steering",
    "testing",
]

_PACKAGES = ("callbacks", "metrics", "modules", "optimizers", "plots", "rewards", "steering", "testing")
_HOMES = {
    "budget": ("Budget", "Meter"),
    "callbacks": ("CSVLogger", "Callback", "EarlyStopping", "History", "ProgramCheckpoint", "ProgressBar"),
    "data.data_model": ("DataModel", "Field"),
    "errors": ("ConfigurationError", "OptimizerError"),
    "models.defaults": (
        "get_default_embedding_model",
        "get_default_language_model",
        "set_default_embedding_model",
        "set_default_language_model",
    ),
    "models.embedding_model": ("EmbeddingModel",),
    "models.journal": ("CountingJournal", "Entry", "Journal", "MemoryJournal"),
    "models.journal_file": ("FileJournal",),
    "models.language_model": ("LanguageModel",),
    "models.openrouter": ("OpenRouterEmbeddingModel", "create_openrouter_language_model"),
    "modules": (
        "Branch",
        "ChainOfThought",
        "Combine",
        "Decision",
        "FunctionCallingAgent",
        "Generator",
        "Masked",
        "Module",
        "PythonSynthesis",
        "SelfCritique",
        "Sequential",
        "SequentialPlanSynthesis",
        "Tool",
    ),
    "program": ("Program",),
    "review": ("ApproveAll", "Proposal", "ReviewGate", "ReviewPolicy", "Verdict"),
    "saving": ("FileCheckpoints",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:
        return importlib.import_module(f"optimizer_core.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'optimizer_core' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"optimizer_core.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
