"""The names other programs use, and what they bring with them."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import optimizer_core as oc

PACKAGES = [
    "optimizer_core",
    *(f"optimizer_core.{name}" for name in ("callbacks", "metrics", "modules", "optimizers", "rewards")),
]


@pytest.mark.parametrize("package", PACKAGES)
def test_exported_names_are_sorted_and_there(package):
    module = importlib.import_module(package)
    assert module.__all__ == sorted(module.__all__)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_the_public_surface_is_complete():
    wanted = """
        DataModel Field LanguageModel EmbeddingModel set_default_language_model set_default_embedding_model Program
        Generator optimizers rewards metrics Budget Callback History EarlyStopping ProgramCheckpoint CSVLogger
        ProgressBar
    """
    assert [name for name in wanted.split() if name not in oc.__all__] == []
    for name in ("compile", "fit", "fit_sync", "predict", "predict_sync", "evaluate", "evaluate_sync", "save", "load"):
        assert callable(getattr(oc.Program, name))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = oc.Nonsense


def test_litellm_is_not_loaded_before_the_first_call():
    code = "import sys, optimizer_core as oc; oc.Program, oc.optimizers, oc.rewards; print('litellm' in sys.modules)"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
