"""The prompt of a Generator, word for word, so that pages can show it and built-in models can read it.

The order is fixed: what changes least comes first, the input last, so that a provider's prefix cache hits.

1. system: the instructions, a blank line, the list of output fields;
2. for each example: user (the inputs as JSON), assistant (the outputs as JSON);
3. user: the inputs as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from optimizer_core.data.schema import Schema
from optimizer_core.data.variable import EXAMPLES
from optimizer_core.json_values import JsonObject

#: The line between the instructions and the list of output fields.
FIELDS_HEADER = "Answer with one JSON object of these fields:"

_ENCODER = json.JSONEncoder(ensure_ascii=False)
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


def placeholders(text: str) -> list[str]:
    """Return the input fields that ``{{field}}`` placeholders name, each once, in the order of the text."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def fill_placeholders(text: str) -> str:
    """Return the text with each ``{{field}}`` replaced by the field's name in backticks; values are never put in."""
    return _PLACEHOLDER.sub(r"`\1`", text)


def render_messages(content: Mapping[str, Any], inputs: JsonObject, outputs_schema: Schema) -> tuple[JsonObject, ...]:
    """Return the messages that ask a model to answer ``inputs``.

    Args:
        content: of the variable: ``"instructions"`` and ``"examples"``, a list of ``{"inputs": …, "outputs": …}``.
        inputs: what the program reads.
        outputs_schema: what the answer must fit; it goes with the call as well.
    """
    return (*render_prefix(content, outputs_schema), user_message(inputs_text(inputs)))


def render_prefix(content: Mapping[str, Any], outputs_schema: Schema) -> tuple[JsonObject, ...]:
    """Return the messages that are the same for every input."""
    instructions = fill_placeholders(str(content.get("instructions", ""))).strip()
    messages = [_message("system", f"{instructions}\n\n{FIELDS_HEADER}\n{outputs_schema.describe()}".lstrip())]
    for example in content.get(EXAMPLES, []):
        messages.append(user_message(_text(example["inputs"])))
        messages.append(_message("assistant", _text(example["outputs"])))
    return tuple(messages)


def inputs_text(inputs: JsonObject) -> str:
    """Return the text of the last message: what is asked about."""
    return _text(inputs)


def user_message(text: str) -> JsonObject:
    """Return a message of whoever asks."""
    return _message("user", text)


def _message(role: str, text: str) -> JsonObject:
    return {"role": role, "content": text}


def _text(value: Any) -> str:
    return _ENCODER.encode(value)
