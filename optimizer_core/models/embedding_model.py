"""EmbeddingModel: texts to vectors, each distinct text once."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from optimizer_core.budget import Meter, Role, Usage
from optimizer_core.errors import ConfigurationError, ModelError, ModelUnavailable
from optimizer_core.json_values import JsonObject, content_hash
from optimizer_core.models.answers import Answers, Made
from optimizer_core.models.base import EmbeddingRequest, Transport
from optimizer_core.models.calls import Caller, Tab
from optimizer_core.models.defaults import get_default_embedding_model
from optimizer_core.models.journal import Entry
from optimizer_core.models.keys import own_key
from optimizer_core.models.retry import RetryPolicy
from optimizer_core.models.settings import (
    check_address,
    check_count,
    check_extra_body,
    check_key,
    check_model_name,
    check_number,
    check_switch,
)
from optimizer_core.models.slots import Slots
from optimizer_core.models.traffic import traffic_of
from optimizer_core.models.transports import transport_for

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_EMPTY = " "  # in place of an empty text, which providers reject


class EmbeddingModel:
    """An embedding model and how it is asked. May be used from several event loops and threads.

    Args:
        model: LiteLLM model string, "openai/text-embedding-3-small".
        api_base: address of an OpenAI-compatible server; the provider's own when left out.
        api_key: the provider's environment variable counts when left out. Never saved.
        timeout: seconds, of one attempt.
        retry: attempts in total; only failures that another attempt can help are repeated. In a run, what fails while
            the provider is in trouble does not count: see ``provider_patience`` of :meth:`Program.fit`.
        retry_max_wait: seconds; a provider's ``Retry-After`` counts up to this.
        retry_first_wait: seconds before the second attempt where the provider names none; doubles up to ten.
        fallback: the model that is asked where this one gave no vectors. It should be the same model elsewhere:
            vectors of different models cannot be compared.
        caching: False forgets a text's vector after the call.
        batch_size: texts in one request.
        max_concurrency: requests under way at once, over all who use this object.
        dimensions: of the vectors, where the model lets one choose.
        extra_body: fields added to each request.
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
        fallback: EmbeddingModel | str | JsonObject | None = None,
        caching: bool = True,
        batch_size: int = 128,
        max_concurrency: int | None = 8,
        dimensions: int | None = None,
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
        self.fallback = None if fallback is None else as_embedding_model(fallback)
        self.caching = check_switch("caching", caching)
        self.batch_size: int = check_count("batch_size", batch_size)
        self.max_concurrency: int | None = check_count("max_concurrency", max_concurrency, optional=True)
        self.dimensions: int | None = check_count("dimensions", dimensions, optional=True)
        self.extra_body = check_extra_body(extra_body)
        self._transport = transport or transport_for(self.model, self.api_base)
        self._caller = Caller(
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
        self._vectors = Answers(caching=self.caching, read=_vector_of)

    async def embed(self, texts: Sequence[object], *, meter: Meter) -> npt.NDArray[np.float32]:
        """Return one row for each text, shape (texts, dimensions); shape (0, 0) without texts.

        Leaves of JSON values that are no texts, such as numbers, true or null, become texts first.

        Raises:
            ModelError: the model gave no vectors, the fallback neither.
            BudgetExhausted: the next attempt would go over the budget.
            RunStopped: the run was asked to stop.
        """
        import numpy as np

        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        words = [str(text) or _EMPTY for text in texts]
        keys = [self._key(text) for text in words]
        text_of = dict(zip(keys, words, strict=True))

        async def make(missing: list[str]) -> list[Made[npt.NDArray[np.float32]]]:
            asked = [text_of[key] for key in missing]
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._embed_batch(batch, meter)) for batch in self._batches(asked)]
            return [made for task in tasks for made in task.result()]

        try:
            rows = await self._vectors.get(keys, make, meter=meter)
        except BaseExceptionGroup as group:
            # All batches are asked at once; one error speaks for those that failed together.
            raise group.exceptions[0] from group
        return np.stack(rows)

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
            "batch_size": self.batch_size,
            "max_concurrency": self.max_concurrency,
            "dimensions": self.dimensions,
            "extra_body": self.extra_body,
        }

    @classmethod
    def from_config(cls, config: JsonObject, *, api_key: str | None = None) -> EmbeddingModel:
        """Make it from what :meth:`config` returned.

        Raises:
            TypeError: a keyword is unknown.
            ConfigurationError: a value cannot work.
        """
        return cls(**config, api_key=api_key)

    def __repr__(self) -> str:
        return f"EmbeddingModel({self.model!r})"

    @cached_property  # so that what is known by its identity is known
    def _settings(self) -> JsonObject:
        settings: JsonObject = {} if self.dimensions is None else {"dimensions": self.dimensions}
        return {**settings, "extra_body": self.extra_body} if self.extra_body else settings

    def _batches(self, texts: list[str]) -> list[list[str]]:
        return [texts[start : start + self.batch_size] for start in range(0, len(texts), self.batch_size)]

    def _key(self, text: str) -> str:
        return content_hash(["embedding", self.model, self.api_base, self._settings, text], length=32)

    async def _embed_batch(self, texts: list[str], meter: Meter) -> list[Made[npt.NDArray[np.float32]]]:
        tab = Tab(meter=meter, role=Role.EMBEDDING)
        rows = await self._ask(texts, tab)
        shares = [tab.usage, *[Usage()] * (len(texts) - 1)]
        return [
            Made(value=row, entry=partial(self._entry, text, row, share))
            for text, row, share in zip(texts, rows, shares, strict=True)
        ]

    def _entry(self, text: str, row: npt.NDArray[np.float32], usage: Usage) -> Entry:
        return Entry(
            role=Role.EMBEDDING.value,
            model=self.model,
            request={"text": text, "settings": self._settings, "api_base": self.api_base},
            answer={"vector": base64.b64encode(row.astype("<f4").tobytes()).decode()},
            usage=usage,
        )

    async def _ask(self, texts: list[str], tab: Tab) -> Sequence[npt.NDArray[np.float32]]:
        import numpy as np

        request = EmbeddingRequest(
            model=self.model,
            texts=tuple(texts),
            settings=self._settings,
            api_base=self.api_base,
            api_key=self._api_key,
            timeout=self.timeout,
        )
        try:
            reply = await self._caller.call(lambda: self._transport.embed(request), tab)
        except ModelError as error:
            if self.fallback is None:
                raise
            try:
                return [row for part in self.fallback._batches(texts) for row in await self.fallback._ask(part, tab)]
            except ModelError as second:
                raise second from error
        try:
            rows = np.asarray(reply.vectors, dtype=np.float32)
        except (TypeError, ValueError) as error:  # lists of unequal length, or of something else
            raise ModelUnavailable(f"{self.model}: the answer holds no vectors: {error}") from error
        if rows.shape[:1] != (len(texts),) or rows.ndim != 2 or not np.isfinite(rows).all():
            raise ModelUnavailable(f"{self.model}: vectors of unequal length or with values that are no numbers")
        return list(rows)


def _vector_of(entry: Entry) -> npt.NDArray[np.float32]:
    import numpy as np

    return np.frombuffer(base64.b64decode(entry.answer["vector"]), dtype="<f4").astype(np.float32)


def as_embedding_model(source: EmbeddingModel | str | JsonObject | None) -> EmbeddingModel:
    """Return the model that an instance, a model string or a configuration means; None means the default one.

    Raises:
        ConfigurationError: it is something else, or None where no default is set.
    """
    if source is None:
        source = get_default_embedding_model()
        if source is None:
            raise ConfigurationError(
                'no embedding model: give embedding_model="openai/…" or call set_default_embedding_model("openai/…")'
            )
    if isinstance(source, EmbeddingModel):
        return source
    if isinstance(source, str):
        return EmbeddingModel(source)
    if isinstance(source, Mapping):
        return EmbeddingModel.from_config(dict(source))
    raise ConfigurationError(f"an embedding model must be an EmbeddingModel or a model string, got {source!r}")
