"""LiteLLM's custom provider ``local``: the one door to the built-in models.

:func:`register` must be called before the first question; it imports LiteLLM (4 s), so not before it is needed.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from omegaweb.embedded.completion import PLAIN_TOKENS, Filled, fill, read_messages
from omegaweb.embedded.embedding_model import shared_embedding_model
from omegaweb.embedded.grammar import UnsupportedSchema
from omegaweb.embedded.language_model import SLOTS, ContextExceeded, shared_language_model
from omegaweb.embedded.weights import WeightsMissing
from omegaweb.embedded.writer import Writer

PROVIDER = "local"
LANGUAGE_MODEL = "local/smollm2-135m"
EMBEDDING_MODEL = "local/wordllama"

Result = TypeVar("Result")

_registering = threading.Lock()
#: Waiting happens here and not in the runtime, so that a cancelled question that has not begun never runs.
_workers = ThreadPoolExecutor(max_workers=SLOTS, thread_name_prefix="built-in-model")


def register() -> None:
    """Make LiteLLM know the built-in models; calling it again does nothing."""
    with _registering:
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else LiteLLM fetches its price list
        litellm: Any = importlib.import_module("litellm")
        if any(entry["provider"] == PROVIDER for entry in litellm.custom_provider_map):
            return
        litellm.custom_provider_map.append({"provider": PROVIDER, "custom_handler": _handler()})
        litellm.utils.custom_llm_setup()
        free = dict.fromkeys(
            (
                "input_cost_per_token",
                "output_cost_per_token",
                "cache_read_input_token_cost",
                "cache_creation_input_token_cost",
            ),
            0.0,
        )
        litellm.register_model(
            {
                LANGUAGE_MODEL: {**free, "litellm_provider": PROVIDER, "mode": "chat"},
                EMBEDDING_MODEL: {**free, "litellm_provider": PROVIDER, "mode": "embedding"},
            }
        )


def answer(messages: list[Mapping[str, Any]], settings: Mapping[str, Any]) -> tuple[str, Filled]:
    """Answer a chat with the shared model; blocks.

    Returns:
        The message's text, a JSON object where ``settings["response_format"]`` names a schema, and what it took.

    Raises:
        WeightsMissing: the weights are not installed.
        UnsupportedSchema: the schema cannot be put as a grammar.
        ContextExceeded: the instructions are too long.
    """
    model = shared_language_model()
    temperature, seed = float(settings.get("temperature") or 0.0), settings.get("seed")
    limit = settings.get("max_tokens") or settings.get("max_completion_tokens")
    schema = _schema_of(settings.get("response_format"))
    if schema is None:
        prompt = "\n\n".join([*(str(m.get("content") or "") for m in messages), ""])
        completion = model.complete(
            prompt, max_tokens=limit or PLAIN_TOKENS, temperature=temperature, seed=seed, stop=("\n\n\n",)
        )
        filled = Filled(complete=completion.stopped)
        filled.count(completion)
        return completion.text.strip(), filled

    writer = Writer(model=model, temperature=temperature, seed=seed, limit=limit)
    filled = fill(read_messages(messages), schema, writer)
    return json.dumps(filled.values, ensure_ascii=False), filled


def _schema_of(response_format: Any) -> Mapping[str, Any] | None:
    if not isinstance(response_format, Mapping):
        return None
    schema = response_format.get("json_schema", {}).get("schema")
    return schema if isinstance(schema, Mapping) else None


async def _in_worker(work: Callable[[], Result]) -> Result:
    """Run ``work`` in one of the model's threads; failures become what LiteLLM maps to its own errors."""
    refused = _litellm_error()
    try:
        return await asyncio.get_running_loop().run_in_executor(_workers, work)
    except WeightsMissing as error:
        raise refused(status_code=404, message=str(error)) from error
    except (UnsupportedSchema, ContextExceeded) as error:
        raise refused(status_code=400, message=str(error)) from error


def _handler() -> Any:
    import litellm
    from litellm.llms.custom_llm import CustomLLM

    class BuiltInModels(CustomLLM):
        """What LiteLLM calls for ``local/...``."""

        async def acompletion(  # type: ignore[override]  # LiteLLM passes everything by name
            self, model: str, messages: list[Any], model_response: Any, optional_params: Any, *args: Any, **kwargs: Any
        ) -> Any:
            _check_name(f"{PROVIDER}/{model}", LANGUAGE_MODEL)
            text, filled = await _in_worker(lambda: answer(messages, optional_params))
            choice = model_response.choices[0]
            choice.message.content = text
            choice.finish_reason = "stop" if filled.complete else "length"
            model_response.model = model
            model_response.usage = litellm.Usage(
                prompt_tokens=filled.prompt_tokens,
                completion_tokens=filled.completion_tokens,
                total_tokens=filled.prompt_tokens + filled.completion_tokens,
            )
            return model_response

        async def aembedding(self, model: str, input: list[str], model_response: Any, *args: Any, **kwargs: Any) -> Any:
            _check_name(f"{PROVIDER}/{model}", EMBEDDING_MODEL)
            texts = [input] if isinstance(input, str) else list(input)
            vectors, tokens = await _in_worker(lambda: shared_embedding_model().embed(texts))
            model_response.model = model
            model_response.data = [
                {"object": "embedding", "index": index, "embedding": vector}
                for index, vector in enumerate(vectors.tolist())
            ]
            model_response.usage = litellm.Usage(prompt_tokens=tokens, completion_tokens=0, total_tokens=tokens)
            return model_response

    return BuiltInModels()


def _litellm_error() -> Any:
    return importlib.import_module("litellm.llms.custom_llm").CustomLLMError


def _check_name(name: str, known: str) -> None:
    if name != known:
        raise _litellm_error()(status_code=404, message=f"there is no built-in model {name!r}; there is {known!r}")
