"""By what a question is known: a hash of all that its answer depends on."""

from __future__ import annotations

from optimizer_core.data.by_identity import ByIdentity
from optimizer_core.json_values import content_hash
from optimizer_core.models.base import ChatRequest
from optimizer_core.models.messages import messages_hash


def question_key(request: ChatRequest, repeat: int = 0) -> str:
    """Return the key of a question: not of who asks, nor of how long one waits.

    Args:
        request: what is asked.
        repeat: number of the repeated measurement; the same question again is another one.
    """
    schema = None if request.schema is None else schema_hash(request.schema)
    asked = [request.model, request.api_base, dict(request.settings), request.form, schema]
    return content_hash([*asked, messages_hash(request.messages), repeat], length=32)


schema_hash: ByIdentity[str] = ByIdentity(lambda schema: content_hash(schema, length=32))
