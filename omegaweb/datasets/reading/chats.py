"""Makes columns of rows as OpenAI writes them: a chat under "messages", or everything under "item"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

ITEM, MESSAGES = "item", "messages"
SYSTEM, INPUT, OUTPUT = "system", "input", "output"
SYSTEM_ROLES = ("system", "developer")
NOTE = (
    "Rows hold chats. Their last answer became the column “output”, what was said before it “input”, and the "
    "instruction, where there is one, “system”."
)


def unfolded(value: Any) -> Any:
    """Return a row with the columns that its chat, or its item, stands for; anything else as it is."""
    if isinstance(value, dict) and set(value) == {ITEM} and isinstance(value[ITEM], dict):
        value = value[ITEM]
    if not isinstance(value, dict) or not is_chat(value):
        return value
    *before, answer = value[MESSAGES]
    said = [each for each in before if each["role"] not in SYSTEM_ROLES]
    system = [_text(each["content"]) for each in before if each["role"] in SYSTEM_ROLES]
    rest = {name: item for name, item in value.items() if name != MESSAGES}
    chat = {INPUT: "\n".join(_spoken(said)), OUTPUT: _text(answer["content"])}
    return {**({SYSTEM: "\n".join(system)} if system else {}), **chat, **rest}


def is_chat(value: Mapping[str, Any]) -> bool:
    """Tell whether a row is a chat that ends with an answer, all of it text, and says nothing twice."""
    messages = value.get(MESSAGES)
    if not isinstance(messages, list) or len(messages) < 2 or {SYSTEM, INPUT, OUTPUT} & set(value):
        return False
    return all(map(_is_message, messages)) and [each["role"] for each in messages][-1] == "assistant"


def _is_message(message: Any) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        return False
    content = message.get("content")
    return isinstance(content, str) or (isinstance(content, list) and all(map(_is_text_part, content)))


def _is_text_part(part: Any) -> bool:
    return isinstance(part, dict) and isinstance(part.get("text"), str)


def _text(content: str | Sequence[Mapping[str, str]]) -> str:
    return content if isinstance(content, str) else "\n".join(part["text"] for part in content)


def _spoken(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Who said what; of a single question only that."""
    for message in messages:
        yield _text(message["content"]) if len(messages) == 1 else f"{message['role']}: {_text(message['content'])}"
