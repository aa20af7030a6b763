"""Tries a provider's key with one tiny question."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass

from omegaweb.engine.messages import plain_message
from omegaweb.keys.models import ProviderKey
from omegaweb.keys.secret import decrypted
from optimizer_core.budget import Budget, Meter
from optimizer_core.errors import OptimizerError
from optimizer_core.models.keys import OwnKeys, own_keys

#: A small model of each provider that takes a key; what else there is, whoever tests has to name.
SMALL_MODELS = {
    "openai": "openai/gpt-4o-mini",
    "anthropic": "anthropic/claude-haiku-4-5",
    "gemini": "gemini/gemini-2.5-flash",
    "mistral": "mistral/mistral-small-latest",
    "openrouter": "openrouter/openai/gpt-4o-mini",
    "groq": "groq/llama-3.1-8b-instant",
    "deepseek": "deepseek/deepseek-chat",
    "xai": "xai/grok-3-mini",
    "cohere": "cohere/command-r7b-12-2024",
    "voyage": "voyage/voyage-3-lite",
}
#: Providers that only embed.
EMBEDS = frozenset({"voyage"})
SECONDS = 20.0
LOST = "This key cannot be read any more, because the secret that encrypted it is gone. Set it again."
TOO_LATE = f"No answer within {SECONDS:g} seconds."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of it."""

    works: bool
    note: str  # how long it took, or why it did not work


def try_key(row: ProviderKey, model: str) -> Tried:
    """Ask a model of the key's provider one question. Blocks until it is answered or time is up."""
    key = decrypted(row.encrypted)
    if key is None:
        return Tried(works=False, note=LOST)
    keys = OwnKeys({row.provider: key}) if row.provider else OwnKeys(by_address={row.address: key})
    try:
        with own_keys(keys), ThreadPoolExecutor(max_workers=1, thread_name_prefix="key-test") as executor:
            # A thread of its own, because the caller's may have an event loop already.
            seconds = executor.submit(copy_context().run, lambda: asyncio.run(_within(row, model))).result()
    except TimeoutError:
        return Tried(works=False, note=TOO_LATE)
    except OptimizerError as error:
        return Tried(works=False, note=plain_message(str(error)))
    return Tried(works=True, note=f"answered in {seconds:.1f} s")


async def _within(row: ProviderKey, model: str) -> float:
    return await asyncio.wait_for(_ask(row, model), SECONDS)


async def _ask(row: ProviderKey, model: str) -> float:
    """Ask, and return how many seconds the answer took."""
    from optimizer_core.models.embedding_model import EmbeddingModel
    from optimizer_core.models.language_model import LanguageModel

    meter, address = Meter(budget=Budget(calls=1)), row.address or None
    if row.provider in EMBEDS:
        await EmbeddingModel(model, api_base=address, timeout=SECONDS, retry=1).embed(["yes"], meter=meter)
    else:
        question = {"role": "user", "content": "Answer with the word yes."}
        await LanguageModel(model, api_base=address, timeout=SECONDS, retry=1).generate([question], meter=meter)
    return meter.total.seconds
