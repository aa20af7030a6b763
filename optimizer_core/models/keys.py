"""Keys of providers that somebody brought along: they count, instead of the environment's, in what is asked within."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from optimizer_core.models.prices import price_entry
from optimizer_core.models.structured_output import provider_of

SHORTEST = 8  # characters of a key that is looked for in texts
_NONE: Mapping[str, str] = MappingProxyType({})


class OwnKeys:
    """Keys by provider ("openai") and by address ("https://models.example.org/v1").

    They can be replaced while somebody asks: the next question takes the new ones.
    """

    def __init__(self, by_provider: Mapping[str, str] = _NONE, by_address: Mapping[str, str] = _NONE) -> None:
        self.replace(by_provider, by_address)

    def replace(self, by_provider: Mapping[str, str] = _NONE, by_address: Mapping[str, str] = _NONE) -> None:
        """Take other keys from now on."""
        self._keys = {**by_provider, **{_plain(address): key for address, key in by_address.items()}}

    def key_for(self, model: str, api_base: str | None) -> str | None:
        """Return the key that may be sent; a provider's never goes to an address that anybody may have typed."""
        return self._keys.get(_plain(api_base) if api_base else _provider(model))

    def hidden_in(self, text: str) -> str:
        """Return a text without any of the keys."""
        for key in self._keys.values():
            text = hidden(key, text)
        return text

    def __repr__(self) -> str:
        return f"OwnKeys({', '.join(self._keys)})"  # never the keys: this may end in a log


_own: ContextVar[OwnKeys | None] = ContextVar("own_keys", default=None)


@contextmanager
def own_keys(keys: OwnKeys) -> Iterator[None]:
    """Let these keys count in everything that is asked from within."""
    token = _own.set(keys)
    try:
        yield
    finally:
        _own.reset(token)


def own_key(model: str, api_base: str | None = None) -> str | None:
    """Return the key that somebody brought along for a model."""
    keys = _own.get()
    return None if keys is None else keys.key_for(model, api_base)


def without_keys(text: str, key: str | None = None) -> str:
    """Return what a provider said without the keys that it may have repeated."""
    keys = _own.get()
    text = text if keys is None else keys.hidden_in(text)
    return hidden(key, text) if key else text


def hidden(key: str, text: str) -> str:
    """Return a text without a key; one that is too short to be a key is a word like others."""
    return text.replace(key, "(key)") if len(key) >= SHORTEST else text


def _plain(address: str) -> str:
    return address.strip().rstrip("/")


def _provider(model: str) -> str:
    """Return whose key a model takes; a bare name is OpenAI's only where the price list says so."""
    named = provider_of(model)
    return named or str((price_entry(model) or {}).get("litellm_provider", ""))
