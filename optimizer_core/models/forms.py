"""How each server is asked for JSON: by the schema, and where it does not know that, as any object or in words alone.

What a server rejected once is remembered for the process, by model and address, so that it is not paid for again. The
answer is checked against the schema here in any case.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace

from optimizer_core.data.by_identity import ByIdentity
from optimizer_core.json_values import JsonObject
from optimizer_core.models.base import FORMS, ChatRequest

_known: dict[tuple[str, str | None], str] = {}
_lock = threading.Lock()


def forms_for(request: ChatRequest) -> Iterator[ChatRequest]:
    """Yield the question in the form that is known to work, then in the less demanding ones."""
    known = _known.get((request.model, request.api_base), FORMS[0])
    for form in FORMS[FORMS.index(known) :]:
        yield request if form == FORMS[0] else in_form(request, form)


def remember(request: ChatRequest) -> None:
    """Ask this model in this form from now on."""
    with _lock:
        _known[request.model, request.api_base] = request.form


def in_form(request: ChatRequest, form: str) -> ChatRequest:
    """Return the question with its schema in the prompt: at the end of the system message, before what changes."""
    assert request.schema is not None
    words = _in_words(request.schema)
    first, *rest = request.messages
    if first["role"] == "system":
        system, others = f"{first['content']}\n\n{words}", rest
    else:
        system, others = words, [first, *rest]
    return replace(request, form=form, messages=({"role": "system", "content": system}, *others))


_in_words: ByIdentity[str] = ByIdentity(
    lambda schema: (
        "Answer with exactly one JSON object and nothing else: no explanation, no code fence. "
        f"It must fit this JSON Schema:\n{_text(schema)}"
    )
)


def _text(schema: JsonObject) -> str:
    return json.dumps(schema, ensure_ascii=False)
