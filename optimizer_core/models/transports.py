"""Which transport carries the questions to a model, and where an OpenAI-compatible provider lives."""

from __future__ import annotations

import os
from dataclasses import dataclass

from optimizer_core.models.base import Transport
from optimizer_core.models.keys import own_key
from optimizer_core.models.prices import price_entry
from optimizer_core.models.settings import check_key
from optimizer_core.models.structured_output import provider_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An OpenAI-compatible provider."""

    address: str  # with /v1, or what stands in its place
    address_variables: tuple[str, ...] = ()  # environment variables that replace the address
    key_variables: tuple[str, ...] = ()


#: Asked directly, over aiohttp. The numbers in the issue "optimizer_core, whole" say why: 0.2 ms of CPU a call
#: instead of LiteLLM's 4.5 ms.
PROVIDERS = {
    "openai": Provider(
        address="https://api.openai.com/v1",
        address_variables=("OPENAI_BASE_URL", "OPENAI_API_BASE"),
        key_variables=("OPENAI_API_KEY",),
    ),
    "openrouter": Provider(
        address="https://openrouter.ai/api/v1",
        address_variables=("OPENROUTER_API_BASE",),
        key_variables=("OPENROUTER_API_KEY",),
    ),
    "hosted_vllm": Provider(
        address="http://localhost:8000/v1",
        address_variables=("HOSTED_VLLM_API_BASE",),
        key_variables=("HOSTED_VLLM_API_KEY",),
    ),
    "ollama": Provider(address="http://localhost:11434/v1", address_variables=("OLLAMA_API_BASE", "OLLAMA_HOST")),
}
ALIASES = {"vllm": "hosted_vllm", "ollama_chat": "ollama"}

#: They have a protocol or a way of signing in of their own, so LiteLLM carries them even to another address.
OWN_PROTOCOL = frozenset(
    {
        "anthropic", "azure", "azure_ai", "bedrock", "bedrock_converse", "cohere", "cohere_chat", "databricks",
        "gemini", "github_copilot", "huggingface", "local", "oci", "predibase", "replicate", "sagemaker",
        "sagemaker_chat", "snowflake", "triton", "vertex_ai", "vertex_ai_beta", "voyage", "watsonx", "watsonx_text",
    }
)  # fmt: skip
#: OpenAI-compatible providers of LiteLLM: with an address of their own they are asked directly, without this prefix.
SPEAKS_OPENAI = frozenset(
    {
        "cerebras", "deepinfra", "deepseek", "fireworks_ai", "groq", "lm_studio", "llamafile", "mistral", "nebius",
        "novita", "nvidia_nim", "perplexity", "sambanova", "together_ai", "xai", "xinference",
    }
)  # fmt: skip


def provider_for(model: str) -> Provider | None:
    """Return the OpenAI-compatible provider that a model string's prefix names."""
    prefix = provider_of(model)
    return PROVIDERS.get(ALIASES.get(prefix, prefix))


def speaks_openai(model: str, api_base: str | None) -> bool:
    """Return whether a model is asked directly; LiteLLM carries all others."""
    prefix = provider_of(model)
    if prefix == "openai" and api_base is None:
        # Some models of OpenAI's know only the newer Responses API, which LiteLLM translates.
        return (price_entry(model) or {}).get("mode") != "responses"
    if provider_for(model) is not None:
        return True
    return api_base is not None and prefix not in OWN_PROTOCOL


def served_name(model: str) -> str:
    """Return the name by which the server itself knows the model."""
    prefix, _, rest = model.partition("/")
    return rest if provider_for(model) or prefix.lower() in SPEAKS_OPENAI else model


def address_of(model: str, api_base: str | None) -> str:
    """Return the address that ``/chat/completions`` is put behind."""
    provider = provider_for(model)
    address = api_base
    if address is None and provider is not None:
        named = (os.environ.get(variable) for variable in provider.address_variables)
        address = next((found for found in named if found), provider.address)
    address = (address or "").rstrip("/")
    if "://" not in address:
        address = f"http://{address}"
    if provider is PROVIDERS["ollama"] and not address.endswith("/v1"):
        address += "/v1"  # Ollama's own address has no path; its OpenAI-compatible one has
    return address


def own_address() -> str | None:
    """Return the address that the environment names as the one of a server of one's own: ``API_BASE``."""
    address = os.environ.get("API_BASE", "").rstrip("/")
    return address or None


def key_of(model: str, api_key: str | None, api_base: str | None = None) -> str | None:
    """Return the key to send: the given one, else one brought along, else the provider's environment variable's.

    A provider's key only ever goes to the address that the provider or the environment names: whoever types an
    ``api_base`` must not be sent somebody else's key, so there only the given one, one that was brought along for just
    this address, or ``API_BASE_KEY`` counts, the last only where the environment names the address as ``API_BASE``.

    Raises:
        ConfigurationError: the environment's holds characters that no key has.
    """
    if api_key is not None:
        return api_key
    if (brought := own_key(model, api_base)) is not None:
        return brought
    if api_base is not None:
        return check_key(os.environ.get("API_BASE_KEY")) if api_base.rstrip("/") == own_address() else None
    provider = provider_for(model)
    named = (os.environ.get(variable) for variable in (provider.key_variables if provider else ()))
    return check_key(next((found for found in named if found), None))


def transport_for(model: str, api_base: str | None) -> Transport:
    """Return the transport for a model; nothing heavy is loaded before its first call."""
    if speaks_openai(model, api_base):
        from optimizer_core.models.openai_transport import OpenAITransport

        return OpenAITransport()
    from optimizer_core.models.litellm_transport import LiteLLMTransport

    return LiteLLMTransport()
