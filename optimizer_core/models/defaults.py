"""The models that are asked where none was named; looked up at the time of each call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer_core.json_values import JsonObject

if TYPE_CHECKING:
    from optimizer_core.models.embedding_model import EmbeddingModel
    from optimizer_core.models.language_model import LanguageModel

_language_model: LanguageModel | None = None
_embedding_model: EmbeddingModel | None = None


def set_default_language_model(model: LanguageModel | str | JsonObject | None) -> None:
    """Set the language model for everything that names none; None clears it.

    Args:
        model: an instance, a LiteLLM model string, or what :meth:`LanguageModel.config` returned.
    """
    global _language_model
    from optimizer_core.models.language_model import as_language_model

    _language_model = None if model is None else as_language_model(model)


def get_default_language_model() -> LanguageModel | None:
    """Return it, or None where none was set."""
    return _language_model


def set_default_embedding_model(model: EmbeddingModel | str | JsonObject | None) -> None:
    """Set the embedding model for everything that names none; None clears it.

    Args:
        model: an instance, a LiteLLM model string, or what :meth:`EmbeddingModel.config` returned.
    """
    global _embedding_model
    from optimizer_core.models.embedding_model import as_embedding_model

    _embedding_model = None if model is None else as_embedding_model(model)


def get_default_embedding_model() -> EmbeddingModel | None:
    """Return it, or None where none was set."""
    return _embedding_model
