"""LanguageModel: questions to a language model, with retries, repair, fallback, cache and accounting."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

from optimizer_core.budget import Meter, Role
from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError, ModelError
from optimizer_core.json_values import JsonObject
from optimizer_core.models.answers import Answers
from optimizer_core.models.asking import Asker, reply_of
from optimizer_core.models.base import Answer, ChatRequest, Transport
from optimizer_core.models.calls import Caller, Tab
from optimizer_core.models.defaults import get_default_language_model
from optimizer_core.models.keys import own_key
from optimizer_core.models.retry import RetryPolicy
from optimizer_core.models.settings import (
    check_address,
    check_count,
    check_extra_body,
    check_key,
    check_model_name,
    check_number,
    check_reasoning_effort,
    check_switch,
    check_temperature,
)
from optimizer_core.models.slots import Slots
from optimizer_core.models.thinking import with_thinking, without_thinking
from optimizer_core.models.traffic import traffic_of
from optimizer_core.models.transports import transport_for


class Unset(Enum):
    """Says "as the model was set up", where None says "send nothing"."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
_Unset: TypeAlias = Literal[Unset.UNSET]


class LanguageModel:
    """A language model and how it is asked. May be used from several event loops and threads.

    Args:
        model: LiteLLM model string, "openai/gpt-4o-mini".
        api_base: address of an OpenAI-compatible server; the provider's own when left out.
        api_key: the provider's environment variable counts when left out. Never saved.
        timeout: seconds, of one attempt.
        retry: attempts in total; only failures that another attempt can help are repeated. In a run, what fails while
            the provider is in trouble does not count: see ``provider_patience`` of :meth:`Program.fit`.
        retry_max_wait: seconds; a provider's ``Retry-After`` counts up to this.
        retry_first_wait: seconds before the second attempt where the provider names none; doubles up to ten.
        fallback: the model that is asked where this one gave no usable answer.
        caching: the same question with the same settings is asked once; a run with a journal does so anyway.
        temperature: of the answers; None sends nothing.
        reasoning_effort: "minimal" … "xhigh"; None sends nothing.
        max_tokens: of one answer; None sends nothing.
        max_concurrency: attempts under way at once, over all who use this object.
        extra_body: fields added to each request, such as OpenRouter's ``{"provider": {...}}``.
        transport: who carries the attempts; chosen by the model string when left out.

    Raises:
        ConfigurationError: a value cannot work.
    """

    def __init__(
        self,
        model: str,
        *,
        api_base: str | None = None,
        api_key: str | None = None,
        timeout: float = 600.0,
        retry: int = 5,
        retry_max_wait: float = 60.0,
        retry_first_wait: float = 1.0,
        fallback: LanguageModel | str | JsonObject | None = None,
        caching: bool = False,
        temperature: float | None = None,
        reasoning_effort: str | None = None,
        max_tokens: int | None = None,
        max_concurrency: int | None = None,
        extra_body: JsonObject | None = None,
        transport: Transport | None = None,
    ) -> None:
        self.model = check_model_name(model)
        self.api_base = check_address(api_base)
        self._api_key = check_key(api_key)
        self.timeout = check_number("timeout", timeout, above=0)
        self.retry: int = check_count("retry", retry)
        self.retry_max_wait = check_number("retry_max_wait", retry_max_wait, least=0)
        self.retry_first_wait = check_number("retry_first_wait", retry_first_wait, least=0)
        self.fallback = None if fallback is None else as_language_model(fallback)
        self.caching = check_switch("caching", caching)
        self.temperature = check_temperature(temperature)
        self.reasoning_effort = check_reasoning_effort(reasoning_effort)
        self.max_tokens: int | None = check_count("max_tokens", max_tokens, optional=True)
        self.max_concurrency: int | None = check_count("max_concurrency", max_concurrency, optional=True)
        self.extra_body = check_extra_body(extra_body)
        self._known_settings: dict[tuple[float | None, str | None], JsonObject] = {}
        self._transport = transport or transport_for(self.model, self.api_base)
        caller = Caller(
            retry=RetryPolicy(attempts=self.retry, first_wait=self.retry_first_wait, max_wait=self.retry_max_wait),
            slots=Slots(self.max_concurrency),
            traffic=traffic_of(
                self.model,
                self.api_base,
                self._api_key or own_key(self.model, self.api_base),
                is_shared=transport is None,
            ),
            has_fallback=self.fallback is not None,
        )
        answers = Answers(caching=self.caching, read=reply_of)
        self._asker = Asker(transport=self._transport, caller=caller, answers=answers)

    async def generate(
        self,
        messages: Sequence[JsonObject],
        *,
        schema: Schema | Mapping[str, Any] | None = None,
        temperature: float | _Unset | None = UNSET,
        reasoning_effort: str | _Unset | None = UNSET,
        meter: Meter,
        role: Role = Role.TASK,
        repeat: int = 0,
    ) -> Answer:
        """Ask once, and return an answer that fits ``schema``.

        Args:
            messages: ``{"role": …, "content": …}`` objects.
            schema: what the answer must fit; without it the answer is ``{"content": text}``. A Schema is checked
                faster than a plain JSON Schema.
            temperature: instead of the model's own; None sends nothing.
            reasoning_effort: instead of the model's own; None sends nothing.
            meter: is asked before every attempt.
            role: what the attempts are for.
            repeat: number of the repeated measurement; keeps answers apart in the cache.

        Returns:
            The answer. Its usage sums all attempts that this call paid for; nothing where it came from the cache.

        Raises:
            ModelError: no usable answer, from the fallback neither.
            BudgetExhausted: the next attempt would go over the budget.
            RunStopped: the run was asked to stop.
        """
        tab = Tab(meter=meter, role=role, repeat=repeat)
        settings = self._settings(
            self.temperature if temperature is UNSET else check_temperature(temperature),
            self.reasoning_effort if reasoning_effort is UNSET else check_reasoning_effort(reasoning_effort),
        )
        wanted = schema if schema is None or isinstance(schema, Schema) else _schema_of(json.dumps(schema))
        asked = without_thinking(self.model, wanted, settings)
        request = self._request(messages if isinstance(messages, tuple) else tuple(messages), asked, settings)
        try:
            answer = await self._asker.answer(request, asked, tab)
            return answer if asked is wanted else replace(answer, value=with_thinking(answer.value, answer.reasoning))
        except ModelError as error:
            if self.fallback is None:
                raise
            try:
                answer = await self.fallback.generate(
                    messages,
                    schema=wanted,
                    temperature=temperature,
                    reasoning_effort=reasoning_effort,
                    meter=meter,
                    role=role,
                    repeat=repeat,
                )
            except ModelError as second:
                raise second from error
            return replace(answer, usage=tab.usage + answer.usage)

    async def aclose(self) -> None:
        """Close this event loop's connections; ``asyncio.run`` and the blocking twins do so when they end."""
        close = getattr(self._transport, "aclose", None)
        if close is not None:
            await close()

    def config(self) -> JsonObject:
        """Return the keyword arguments that make it again, as JSON: no key, no transport."""
        return {
            "model": self.model,
            "api_base": self.api_base,
            "timeout": self.timeout,
            "retry": self.retry,
            "retry_max_wait": self.retry_max_wait,
            "retry_first_wait": self.retry_first_wait,
            "fallback": self.fallback.config() if self.fallback else None,
            "caching": self.caching,
            "temperature": self.temperature,
            "reasoning_effort": self.reasoning_effort,
            "max_tokens": self.max_tokens,
            "max_concurrency": self.max_concurrency,
            "extra_body": self.extra_body,
        }

    @classmethod
    def from_config(cls, config: JsonObject, *, api_key: str | None = None) -> LanguageModel:
        """Make it from what :meth:`config` returned.

        Raises:
            TypeError: a keyword is unknown.
            ConfigurationError: a value cannot work.
        """
        return cls(**config, api_key=api_key)

    def __repr__(self) -> str:
        return f"LanguageModel({self.model!r})"

    def _settings(self, temperature: float | None, reasoning_effort: str | None) -> JsonObject:
        """Return what goes with a question: the same object for all like it, so that it may be a key to a cache."""
        known = self._known_settings.get((temperature, reasoning_effort))
        if known is None:
            given = {
                "temperature": temperature,
                "reasoning_effort": reasoning_effort,
                "max_tokens": self.max_tokens,
                "extra_body": self.extra_body or None,
            }
            known = {name: value for name, value in given.items() if value is not None and value != "none"}
            self._known_settings[temperature, reasoning_effort] = known
        return known

    def _request(self, messages: tuple[JsonObject, ...], schema: Schema | None, settings: JsonObject) -> ChatRequest:
        return ChatRequest(
            model=self.model,
            messages=messages,
            schema=schema.shared if schema else None,
            settings=settings,
            api_base=self.api_base,
            api_key=self._api_key,
            timeout=self.timeout,
        )


def as_language_model(source: LanguageModel | str | JsonObject | None) -> LanguageModel:
    """Return the model that an instance, a model string or a configuration means; None means the default one.

    Raises:
        ConfigurationError: it is something else, or None where no default is set.
    """
    if source is None:
        source = get_default_language_model()
        if source is None:
            raise ConfigurationError(
                'no language model: give language_model="openai/…" or call set_default_language_model("openai/…")'
            )
    if isinstance(source, LanguageModel):
        return source
    if isinstance(source, str):
        return LanguageModel(source)
    if isinstance(source, Mapping):
        return LanguageModel.from_config(dict(source))
    raise ConfigurationError(f"a language model must be a LanguageModel or a model string, got {source!r}")


@lru_cache(maxsize=256)
def _schema_of(text: str) -> Schema:
    return Schema.of(json.loads(text))
