"""By what a question is known: a hash of all that its answer depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from optimizer_core.data.by_identity import ByIdentity
from optimizer_core.json_values import canonical_json, content_hash
from optimizer_core.models.base import ChatRequest
from optimizer_core.models.messages import messages_hash


def question_key(request: ChatRequest, repeat: int = 0) -> str:
    """Return the key of a question: not of who asks, nor of how long one waits.

    Args:
        request: what is asked.
        repeat: number of the repeated measurement; the same question again is another one.
    """
    schema = None if request.schema is None else schema_hash(request.schema)
    manner = _manner(request.settings, request.model, request.api_base, request.form, schema)
    text = f'{manner},"{messages_hash(request.messages)}",{repeat}]'  # canonical JSON of a list
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _manner_text(settings: Mapping[str, Any], model: str, api_base: str | None, form: str, schema: str | None) -> str:
    """Return the list as far as it is the same in many questions, without its last bracket."""
    return canonical_json([model, api_base, dict(settings), form, schema])[:-1]


_manner: ByIdentity[str] = ByIdentity(_manner_text)
schema_hash: ByIdentity[str] = ByIdentity(lambda schema: content_hash(schema, length=32))
