"""The way to every other provider: LiteLLM, imported at the first call (4 s, 215 MB)."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from optimizer_core.budget import Usage
from optimizer_core.errors import (
    AccessRevoked,
    FormatRejected,
    ModelAccessDenied,
    ModelError,
    ModelRefused,
    ModelUnavailable,
    RateLimited,
)
from optimizer_core.json_values import JsonObject
from optimizer_core.models.base import ChatAnswer, ChatRequest, EmbeddingAnswer, EmbeddingRequest
from optimizer_core.models.http_errors import is_out_of_credit, names_format, retry_after
from optimizer_core.models.keys import own_key, without_keys
from optimizer_core.models.litellm_log import write_no_log
from optimizer_core.models.litellm_loop import in_litellm_loop
from optimizer_core.models.prices import usage_of
from optimizer_core.models.structured_output import structured_output
from optimizer_core.models.transports import key_of


class LiteLLMTransport:
    """Carries one attempt through LiteLLM; LiteLLM's own retries are off."""

    async def chat(self, request: ChatRequest) -> ChatAnswer:
        """Ask once.

        Raises:
            ModelError: with the subclass that says whether trying again can help.
        """
        call = {
            **_common(request),
            # A copy, because LiteLLM rewrites what it is given.
            **copy.deepcopy(structured_output(request.model, request.schema, request.form)),
            "messages": list(request.messages),
        }
        answer = await _bounded(request, lambda litellm: litellm.acompletion(**call))
        choice = answer.choices[0]
        message = choice.message
        return ChatAnswer(
            text=_answer_text(message),
            usage=_usage(request.model, answer),
            reasoning=str(getattr(message, "reasoning_content", None) or ""),
            finish_reason=str(choice.finish_reason or "stop"),
            refusal=str(getattr(message, "refusal", None) or ""),
        )

    async def embed(self, request: EmbeddingRequest) -> EmbeddingAnswer:
        """Embed once.

        Raises:
            ModelError: with the subclass that says whether trying again can help.
        """
        call = {**_common(request), "input": list(request.texts)}
        answer = await _bounded(request, lambda litellm: litellm.aembedding(**call))
        vectors = [row["embedding"] for row in answer.data]
        if len(vectors) != len(request.texts):
            raise ModelUnavailable(f"{request.model}: {len(vectors)} vectors for {len(request.texts)} texts")
        return EmbeddingAnswer(vectors=vectors, usage=_usage(request.model, answer))


def _common(request: ChatRequest | EmbeddingRequest) -> JsonObject:
    key = request.api_key
    if key is None and request.api_base is not None:
        # Without a key of its own LiteLLM would send the provider's to an address that anybody may have typed.
        key = key_of(request.model, None, request.api_base) or "none"
    elif key is None:
        key = own_key(request.model)  # the environment's LiteLLM finds by itself
    given = {"api_base": request.api_base, "api_key": key}
    return {
        "model": request.model,
        "timeout": request.timeout,
        "num_retries": 0,
        "max_retries": 0,
        "drop_params": True,  # a provider that knows no temperature still answers
        **{name: value for name, value in given.items() if value is not None},
        **request.settings,
    }


async def _bounded(request: ChatRequest | EmbeddingRequest, call: Callable[[Any], Awaitable[Any]]) -> Any:
    """Await a LiteLLM call; not all its providers keep to the time-out themselves."""

    async def bounded(litellm: Any) -> Any:
        write_no_log(litellm)
        try:
            async with asyncio.timeout(request.timeout):
                return await call(litellm)
        except TimeoutError as error:
            raise ModelUnavailable(f"{request.model}: no answer within {request.timeout:g} s") from error
        except litellm.exceptions.openai.OpenAIError as error:  # the base of all LiteLLM's own errors
            raise translate(litellm, request.model, error) from error

    return await in_litellm_loop(bounded)


def translate(litellm: Any, model: str, error: Exception) -> ModelError:
    """Return our error for one of LiteLLM's."""
    found = _kind_of(litellm, model, error)
    # A time-out or a lost connection may have been answered, and paid, all the same.
    found.is_free = not isinstance(error, litellm.exceptions.openai.APIConnectionError)
    return found


def _kind_of(litellm: Any, model: str, error: Exception) -> ModelError:
    text = without_keys(f"{model}: {error}")[:500]
    kinds = litellm.exceptions
    if isinstance(error, kinds.ContentPolicyViolationError):
        return ModelRefused(text)
    if isinstance(error, (kinds.AuthenticationError, kinds.PermissionDeniedError)) or is_out_of_credit(str(error)):
        return AccessRevoked(text)
    if isinstance(error, kinds.RateLimitError):
        headers: Mapping[str, str] = getattr(getattr(error, "response", None), "headers", None) or {}
        return RateLimited(text, retry_after=retry_after(headers))
    # The permanent ones; everything else may pass: time-outs, 5xx, a connection that broke.
    denied = (kinds.NotFoundError, kinds.BadRequestError, kinds.UnprocessableEntityError)
    if not isinstance(error, denied):
        return ModelUnavailable(text)
    return FormatRejected(text) if names_format(str(error)) else ModelAccessDenied(text)


def _answer_text(message: Any) -> str:
    if message.content:
        return str(message.content)
    calls = getattr(message, "tool_calls", None) or ()
    return next((str(call.function.arguments) for call in calls if call.function.arguments), "")


def _usage(model: str, answer: Any) -> Usage:
    usage = getattr(answer, "usage", None)
    details = getattr(usage, "prompt_tokens_details", None)
    cost = (getattr(answer, "_hidden_params", None) or {}).get("response_cost")
    return usage_of(
        model,
        prompt_tokens=int(getattr(usage, "prompt_tokens", 0) or 0),
        completion_tokens=int(getattr(usage, "completion_tokens", 0) or 0),
        cached_tokens=int(getattr(details, "cached_tokens", 0) or 0),
        cost=float(cost) if cost is not None else None,
    )
