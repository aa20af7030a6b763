"""Messages that begin like those of many other questions: the beginning is encoded and hashed once for all of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cached_property

from optimizer_core.json_values import JsonObject, canonical_json

_ENCODER = json.JSONEncoder(ensure_ascii=False)


class Prefix:
    """What many questions begin with, such as the instructions and examples of one candidate. Only to be read."""

    def __init__(self, messages: Iterable[JsonObject]) -> None:
        self.messages = tuple(messages)

    @cached_property
    def text(self) -> str:
        """The members of a JSON list, without its brackets."""
        return _ENCODER.encode(self.messages)[1:-1]

    @cached_property
    def digest(self) -> hashlib._Hash:
        """To be copied before it is fed with the rest."""
        return _fed(hashlib.sha256(), self.messages)


class Messages(tuple[JsonObject, ...]):
    """A prefix and the one message that follows; for everybody who does not care, the tuple of all."""

    prefix: Prefix

    @classmethod
    def of(cls, prefix: Prefix, last: JsonObject) -> Messages:
        made = cls((*prefix.messages, last))
        made.prefix = prefix
        return made


def messages_text(messages: Sequence[JsonObject]) -> str:
    """Return the messages as a JSON list."""
    if not isinstance(messages, Messages) or not messages.prefix.messages:
        return _ENCODER.encode(messages)
    return f"[{messages.prefix.text}, {_ENCODER.encode(messages[-1])}]"


def messages_hash(messages: Sequence[JsonObject]) -> str:
    """Return the hash of the messages, the same for equal ones whatever they are kept in."""
    if isinstance(messages, Messages):
        return _fed(messages.prefix.digest.copy(), messages[-1:]).hexdigest()
    return _fed(hashlib.sha256(), messages).hexdigest()


def _fed(digest: hashlib._Hash, messages: Iterable[JsonObject]) -> hashlib._Hash:
    for message in messages:
        digest.update(canonical_json(message).encode())
        digest.update(b"\n")  # which canonical text never holds
    return digest
