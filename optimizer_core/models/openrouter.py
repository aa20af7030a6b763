"""Models behind OpenRouter, with the routing that its request field ``provider`` asks for."""

from __future__ import annotations

from typing import Any

from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.models.embedding_model import EmbeddingModel
from optimizer_core.models.language_model import LanguageModel
from optimizer_core.models.settings import check_extra_body, check_model_name
from optimizer_core.models.transports import key_of

_PREFIX = "openrouter/"


def create_openrouter_language_model(
    model_name: str, provider: JsonObject | None = None, **settings: Any
) -> LanguageModel:
    """Return the language model ``openrouter/<model_name>``.

    Args:
        model_name: as OpenRouter calls it, "anthropic/claude-3.5-sonnet".
        provider: who may serve it, ``{"only": ["nebius"], "allow_fallbacks": False}``; anybody when left out.
        **settings: those of :class:`~optimizer_core.models.language_model.LanguageModel`.

    Raises:
        TypeError: a keyword is unknown.
        ConfigurationError: a value cannot work.
    """
    return LanguageModel(_full_name(model_name), **_routed(provider, settings))


class OpenRouterEmbeddingModel(EmbeddingModel):
    """The embedding model ``openrouter/<model>``.

    Args:
        model: as OpenRouter calls it, "qwen/qwen3-embedding-8b".
        api_key: the environment variable ``OPENROUTER_API_KEY`` counts when left out. Never saved.
        provider: who may serve it; OpenRouter chooses when left out.
        retry: attempts in total.
        timeout: seconds, of one attempt.
        **settings: those of :class:`~optimizer_core.models.embedding_model.EmbeddingModel`.

    Raises:
        TypeError: a keyword is unknown.
        ConfigurationError: there is no key, or a value cannot work.
    """

    def __init__(
        self,
        model: str,
        *,
        api_key: str | None = None,
        provider: JsonObject | None = None,
        retry: int = 5,
        timeout: float = 30.0,
        **settings: Any,
    ) -> None:
        name = _full_name(model)
        if settings.get("transport") is None and key_of(name, api_key, settings.get("api_base")) is None:
            raise ConfigurationError("OpenRouter wants a key; give api_key=… or set OPENROUTER_API_KEY")
        super().__init__(name, api_key=api_key, retry=retry, timeout=timeout, **_routed(provider, settings))


def _full_name(model: str) -> str:
    return f"{_PREFIX}{check_model_name(model).removeprefix(_PREFIX)}"


def _routed(provider: JsonObject | None, settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings with the routing in ``extra_body``, where every request takes it from."""
    if provider is None:
        return settings
    return {**settings, "extra_body": {**check_extra_body(settings.get("extra_body")), "provider": provider}}
