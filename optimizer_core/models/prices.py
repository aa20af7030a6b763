"""What calls cost, by LiteLLM's own price list, read without importing LiteLLM."""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from optimizer_core.budget import Usage
from optimizer_core.json_values import JsonObject

#: What people run themselves, so that no call costs anything: the first parts of model strings.
OWN_SERVERS = frozenset({"local", "ollama", "ollama_chat", "hosted_vllm", "vllm", "lm_studio", "llamafile"})
#: Tokens that no single call can have read or written: whoever says more, counts wrongly, and no column may take it.
MOST_TOKENS = 1_000_000_000
_PRICE_LIST = "model_prices_and_context_window_backup.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPrice:
    """What somebody pays for a model, in US dollars a token; it counts instead of the list's."""

    read: float
    written: float = 0.0


_own: ContextVar[Mapping[str, OwnPrice]] = ContextVar("own_prices", default=MappingProxyType({}))


@contextmanager
def own_prices(prices: Mapping[str, OwnPrice]) -> Iterator[None]:
    """Let these prices, by model string, count in everything that is asked from within."""
    token = _own.set(prices)
    try:
        yield
    finally:
        _own.reset(token)


def own_price(model: str) -> OwnPrice | None:
    """Return the price that somebody set for exactly this model string."""
    return _own.get().get(model)


def is_own_server(model: str) -> bool:
    """Tell whether a model string names a server that people run themselves."""
    return model.partition("/")[0].lower() in OWN_SERVERS and "/" in model


@cache
def price_list() -> dict[str, JsonObject]:
    """Return model name → prices and abilities (2 MB, read once); empty where LiteLLM is not installed."""
    spec = importlib.util.find_spec("litellm")
    if spec is None or spec.origin is None:
        return {}
    return json.loads((Path(spec.origin).parent / _PRICE_LIST).read_text())  # type: ignore[no-any-return]


@cache
def price_entry(model: str) -> JsonObject | None:
    """Return the list's entry of a model string, with or without its provider; None where it is unknown."""
    prices = price_list()
    if model in prices:
        return prices[model]
    prefix, _, rest = model.partition("/")
    entry = prices.get(rest)
    # A maker's own model behind somebody else's address has another price, or none.
    return entry if entry and str(entry.get("litellm_provider", "")).startswith(prefix) else None


def usage_of(
    model: str, *, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0, cost: float | None = None
) -> Usage:
    """Return what one call used; a price of one's own counts most, then what the provider says, then the list.

    What no call can have used counts as not said: less than nothing, which would raise the limits of a budget, or a
    billion.

    Args:
        model: model string.
        prompt_tokens: read, those from the provider's cache included.
        completion_tokens: written.
        cached_tokens: of those read, found in the provider's cache.
        cost: US dollars as the provider itself says; by the price list when left out.
    """
    prompt_tokens, completion_tokens = _possible(prompt_tokens), _possible(completion_tokens)
    cached_tokens = min(max(0, cached_tokens), prompt_tokens)
    if cost is not None and not 0 <= cost < math.inf:
        cost = None
    own = own_price(model)
    if own is not None:
        cost = prompt_tokens * own.read + completion_tokens * own.written
    elif cost is None:
        cost = _listed_cost(model, prompt_tokens, completion_tokens, cached_tokens)
    return Usage(
        calls=1,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        cost=cost or 0.0,
        unpriced_calls=int(cost is None),
    )


def _possible(tokens: int) -> int:
    return tokens if 0 <= tokens <= MOST_TOKENS else 0


def _listed_cost(model: str, prompt_tokens: int, completion_tokens: int, cached_tokens: int) -> float | None:
    if is_own_server(model):
        return 0.0
    entry = price_entry(model)
    if entry is None or "input_cost_per_token" not in entry:
        return None
    read = float(entry["input_cost_per_token"] or 0.0)
    cached = float(entry.get("cache_read_input_token_cost") or read)
    written = float(entry.get("output_cost_per_token") or 0.0)
    return (prompt_tokens - cached_tokens) * read + cached_tokens * cached + completion_tokens * written
