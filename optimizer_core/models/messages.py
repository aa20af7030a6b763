"""Messages that are put together from what stands in many questions: each part is encoded and hashed once for all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cached_property

from optimizer_core.json_values import JsonObject, canonical_json

_ENCODER = json.JSONEncoder(ensure_ascii=False)


class Part:
    """Messages that stand in many questions, encoded once for all of them. Only to be read."""

    def __init__(self, messages: Iterable[JsonObject]) -> None:
        self.messages = tuple(messages)

    @cached_property
    def text(self) -> str:
        """The members of a JSON list, without its brackets."""
        return _ENCODER.encode(self.messages)[1:-1]

    @cached_property
    def canonical(self) -> bytes:
        """What tells them from others, also together with those before and after them."""
        # A line for each: canonical text never holds a line break.
        return b"".join(canonical_json(message).encode() + b"\n" for message in self.messages)


class Prefix(Part):
    """What many questions begin with, such as the instructions and examples of one candidate."""

    @cached_property
    def digest(self) -> hashlib._Hash:
        """To be copied before it is fed with the rest."""
        return hashlib.sha256(self.canonical)

    @cached_property
    def key(self) -> str:
        """By what a journal knows it."""
        return self.digest.hexdigest()[:32]


class Messages(tuple[JsonObject, ...]):
    """A prefix and what follows, such as a sample; for everybody who does not care, the tuple of all messages."""

    prefix: Prefix
    rest: Part

    @classmethod
    def of(cls, prefix: Prefix, rest: Part) -> Messages:
        made = cls((*prefix.messages, *rest.messages))
        made.prefix, made.rest = prefix, rest
        return made


def messages_text(messages: Sequence[JsonObject]) -> str:
    """Return the messages as a JSON list."""
    if not isinstance(messages, Messages):
        return _ENCODER.encode(messages)
    return f"[{', '.join(part.text for part in (messages.prefix, messages.rest) if part.messages)}]"


def messages_hash(messages: Sequence[JsonObject]) -> str:
    """Return the hash of the messages, the same for equal ones whatever they are kept in."""
    if not isinstance(messages, Messages):
        return hashlib.sha256(Part(messages).canonical).hexdigest()
    digest = messages.prefix.digest.copy()
    digest.update(messages.rest.canonical)
    return digest.hexdigest()
