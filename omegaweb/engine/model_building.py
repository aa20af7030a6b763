"""Model strings of a configuration as models of optimizer_core."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from omegaweb.runs.configuration import ModelChoice
from omegaweb.server_address import reason_against
from optimizer_core.errors import ConfigurationError

if TYPE_CHECKING:
    from optimizer_core.models.embedding_model import EmbeddingModel
    from optimizer_core.models.language_model import LanguageModel

BUILT_IN = "local/"
#: Seconds to wait for one answer before it counts as failed.
TIMEOUT = 180.0
#: Seconds that a provider may ask a run to wait.
LONGEST_RETRY_AFTER = 300.0
_WAITS: dict[str, Any] = {"timeout": TIMEOUT, "retry_max_wait": LONGEST_RETRY_AFTER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """The models of one run."""

    task: LanguageModel
    proposer: LanguageModel
    judge: LanguageModel
    embedding: EmbeddingModel | None


def build_models(choice: ModelChoice) -> Models:
    """Build the models a person chose; one that was left empty is the answering model.

    Raises:
        ConfigurationError: a name cannot be a model.
    """
    task = build_language_model(choice.task, choice.api_base, temperature=choice.task_temperature)
    return Models(
        task=task,
        proposer=_other(choice.proposer, choice),
        judge=_other(choice.judge, choice),
        embedding=build_embedding_model(choice.embedding, choice.embedding_api_base),
    )


def build_language_model(name: str, api_base: str = "", **settings: Any) -> LanguageModel:
    """Build one language model; the address counts only for models that are not built in."""
    from optimizer_core.models.language_model import LanguageModel

    return LanguageModel(name, api_base=_address(name, api_base), **_WAITS, caching=True, **settings)


def build_embedding_model(name: str, api_base: str = "") -> EmbeddingModel | None:
    """Build the embedding model; an empty name is none."""
    from optimizer_core.models.embedding_model import EmbeddingModel

    return EmbeddingModel(name, api_base=_address(name, api_base), **_WAITS) if name else None


def _other(name: str, choice: ModelChoice) -> LanguageModel:
    # Proposers and judges set their own temperature with each question.
    return build_language_model(name or choice.task, choice.api_base)


def make_reachable(*names: str) -> None:
    """Let LiteLLM know the built-in models if any is among `names`; loads LiteLLM, which takes seconds."""
    if any(name.startswith(BUILT_IN) for name in names):
        from omegaweb.embedded.provider import register

        register()


def _address(name: str, api_base: str) -> str | None:
    if name.startswith(BUILT_IN) or not api_base:
        return None
    if problem := reason_against(api_base):  # a run may have come in a file, past the form
        raise ConfigurationError(problem)
    return api_base
