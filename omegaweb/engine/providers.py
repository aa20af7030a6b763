"""Who offers models: names to suggest, the environment variable with the key, and prices."""

from __future__ import annotations

import os
from dataclasses import dataclass

from optimizer_core.json_values import JsonObject
from optimizer_core.models.keys import own_key
from optimizer_core.models.prices import is_own_server, own_price, price_entry, price_list
from optimizer_core.models.transports import own_address

BUILT_IN = "local/"
BUILT_IN_LANGUAGE_MODEL = "local/smollm2-135m"
BUILT_IN_EMBEDDING_MODEL = "local/wordllama"

#: The first part of a LiteLLM model string → where LiteLLM looks for the key.
KEY_VARIABLES = {
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "mistral": "MISTRAL_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
    "groq": "GROQ_API_KEY",
    "deepseek": "DEEPSEEK_API_KEY",
    "xai": "XAI_API_KEY",
    "together_ai": "TOGETHERAI_API_KEY",
    "cohere": "COHERE_API_KEY",
    "azure": "AZURE_API_KEY",
    "fireworks_ai": "FIREWORKS_AI_API_KEY",
    "perplexity": "PERPLEXITYAI_API_KEY",
    "voyage": "VOYAGE_API_KEY",
}
SUGGESTED_LANGUAGE_MODELS = (
    "openai/gpt-4o-mini",
    "openai/gpt-5-mini",
    "anthropic/claude-haiku-4-5",
    "anthropic/claude-sonnet-4-5",
    "gemini/gemini-2.5-flash",
    "mistral/mistral-small-latest",
    "deepseek/deepseek-chat",
    "openrouter/openai/gpt-4o-mini",
    "ollama_chat/llama3.2",
    "hosted_vllm/your-model",
)
SUGGESTED_EMBEDDING_MODELS = (
    "openai/text-embedding-3-small",
    "gemini/gemini-embedding-001",
    "mistral/mistral-embed",
    "ollama/nomic-embed-text",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for one token."""

    read: float
    written: float


FREE = Price(read=0.0, written=0.0)


def provider_of(model: str) -> str:
    """Return the first part of a model string; OpenAI's models may stand without it."""
    provider, slash, _ = model.partition("/")
    return provider if slash else "openai"


def is_built_in(model: str) -> bool:
    """Whether the model runs inside this site."""
    return model.startswith(BUILT_IN)


def key_variable(model: str) -> str:
    """Return the environment variable that holds the model's key; empty where none is known or needed."""
    return KEY_VARIABLES.get(provider_of(model), "") if model else ""


def site_variable(model: str, api_base: str = "") -> str:
    """Return the environment variable whose key is sent: a provider's own goes to no address that somebody typed."""
    if not api_base:
        return key_variable(model)
    return "API_BASE_KEY" if api_base.rstrip("/") == own_address() else ""


def missing_key(model: str, api_base: str = "") -> str:
    """Return the environment variable that would do instead of a key of the project; empty where nothing is missing."""
    variable = key_variable(model)
    return "" if not variable or api_base or own_key(model) or os.environ.get(variable) else variable


def price_of(model: str) -> Price | None:
    """Return what a model costs: the project's own price, else LiteLLM's; None where it is not known."""
    if (own := own_price(model)) is not None:
        return Price(read=own.read, written=own.written)
    return listed_price(model)


def listed_price(model: str) -> Price | None:
    """Return what a model costs by LiteLLM's price list; None where it is not known."""
    if is_own_server(model):
        return FREE
    entry = price_entry(model) or _entry_without_provider(model)
    if entry is None or entry.get("input_cost_per_token") is None:
        return None
    return Price(read=entry["input_cost_per_token"], written=entry.get("output_cost_per_token") or 0.0)


def _entry_without_provider(model: str) -> JsonObject | None:
    """LiteLLM lists many models by their bare name, with the provider beside it."""
    provider, _, name = model.partition("/")
    entry = price_list().get(name)
    return entry if entry and entry.get("litellm_provider") == provider else None


def suggestions() -> dict[str, list[tuple[str, str]]]:
    """Return model strings to offer, the built-in first, each with a note on its key."""
    return {
        "language": _noted((BUILT_IN_LANGUAGE_MODEL, *SUGGESTED_LANGUAGE_MODELS)),
        "embedding": _noted((BUILT_IN_EMBEDDING_MODEL, *SUGGESTED_EMBEDDING_MODELS)),
    }


def key_note(model: str, api_base: str = "") -> str:
    """Return one line on whether the model can be asked from here, and with whose key."""
    if is_built_in(model):
        return "Built-in (runs on this computer)"
    if own_key(model, api_base or None):
        return "This project’s key"
    if api_base:
        variable = site_variable(model, api_base)
        return f"Server at {api_base}, {variable if os.environ.get(variable) else 'no key'} is sent"
    if is_own_server(model):
        return "Your own server, no key needed"
    if variable := key_variable(model):
        return f"{variable} is {'set' if os.environ.get(variable) else 'not set'}"
    return "No key known for this provider"


def _noted(models: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(model, key_note(model)) for model in models]
