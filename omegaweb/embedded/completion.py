"""Chat messages to a plain completion prompt, answered field by field.

A chat with a JSON schema makes a model of this size answer the same label every time; a plain text that it only has to
continue works. So the messages (instructions, examples as pairs of JSON objects, the input as a JSON object) become::

    Route the ticket to a queue.

    ticket: I was charged twice.
    label: billing

    ticket: The app crashes at start.
    label:

What never changes within a run (instructions, examples) comes first, so that the model finds its state for that part
ready and reads only the input.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias

from omegaweb.embedded.grammar import Field, Schema, field_of
from omegaweb.embedded.language_model import Completion, ContextExceeded

JsonObject: TypeAlias = dict[str, Any]

PROMPT_CHARACTERS = 6000  # about 1,400 tokens of English, of the 2,048 a slot holds
EXAMPLE_CHARACTERS = 400  # of one value in an example
NEUTRAL = "N/A"  # an input that says nothing
#: The line before the list of output fields in the messages this provider is sent (optimizer_core.modules.prompt; a
#: test compares them). The list is left out: the fields are enforced anyway, and with it the same sets of eight
#: examples answered fewer tickets right (0.43 instead of 0.46 on average).
FIELDS_HEADER = "Answer with one JSON object of these fields:"
PLAIN_TOKENS = 256  # of an answer without a schema where the caller sets no limit


class FieldWriter(Protocol):
    """Writes one field after a prompt; :class:`omegaweb.embedded.writer.Writer` does it with the model."""

    def write(self, prompt: str, output: Field) -> Completion: ...

    def choose(self, prompt: str, neutral: str, texts: Sequence[str]) -> Completion: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The messages, taken apart again."""

    instructions: str
    examples: tuple[tuple[JsonObject, JsonObject], ...]
    inputs: JsonObject


@dataclass(slots=True, kw_only=True)
class Filled:
    """The answer so far and what it took."""

    values: JsonObject = field(default_factory=dict)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    complete: bool = True  # False where the token limit cut a value off

    def count(self, completion: Completion) -> None:
        """Add what one completion took; only the first reads the prompt, the next find it ready."""
        self.prompt_tokens = self.prompt_tokens or completion.prompt_tokens
        self.completion_tokens += completion.completion_tokens


def read_messages(messages: Sequence[Mapping[str, Any]]) -> Conversation:
    """Take chat messages apart; texts that are not JSON objects count as an input called ``text``."""
    system = (_text(m).partition(FIELDS_HEADER)[0].strip() for m in messages if m.get("role") == "system")
    instructions = "\n\n".join(system)
    turns = [m for m in messages if m.get("role") in ("user", "assistant")]
    examples = []
    inputs: JsonObject = {}
    for turn, following in zip(turns, [*turns[1:], None], strict=True):
        if turn["role"] != "user":
            continue
        value = _json_object(turn)
        answered = following is not None and following["role"] == "assistant"
        outputs = _json_object(following) if answered and following is not None else None
        if value is not None and outputs is not None:
            examples.append((value, outputs))
        elif value is not None or not inputs:
            inputs = value or {"text": _text(turn)}
    if not inputs and examples:
        inputs = examples.pop()[0]
    return Conversation(instructions=instructions, examples=tuple(examples), inputs=inputs)


def fill(conversation: Conversation, schema: Schema, writer: FieldWriter) -> Filled:
    """Let the model write one output field after the other.

    A prompt that does not fit the model's context is made shorter and tried again: the examples go, last first, then
    values are cut at their end.

    Raises:
        UnsupportedSchema: a field cannot be put as a grammar.
        ContextExceeded: the instructions alone are too long.
    """
    fields = {name: field_of(member, schema) for name, member in schema.get("properties", {}).items()}
    room = PROMPT_CHARACTERS
    while True:
        try:
            return _fill(conversation, fields, room, writer)
        except ContextExceeded as error:
            room = int(min(room, error.characters) * error.fits * 0.7)
            if room < len(conversation.instructions):
                raise


def prompt_of(conversation: Conversation, outputs: tuple[str, ...], room: int = PROMPT_CHARACTERS) -> str:
    """Return the text up to where the first output field begins, of about ``room`` characters at most."""
    head = f"{conversation.instructions.strip()}\n\n" if conversation.instructions.strip() else ""
    left = max(room - len(head), 0)
    inputs = _lines(conversation.inputs, max(left // 2, 80) // max(len(conversation.inputs), 1))
    left -= len(inputs)
    blocks = []
    for given, wanted in conversation.examples:
        answers = {name: wanted[name] for name in outputs if name in wanted}
        block = _lines(given, EXAMPLE_CHARACTERS) + _lines(answers, EXAMPLE_CHARACTERS) + "\n"
        left -= len(block)
        if left < 0:
            break
        blocks.append(block)
    return head + "".join(blocks) + inputs


def characters_too_many(messages: Sequence[Mapping[str, Any]], outputs: tuple[str, ...]) -> int:
    """Return how long the prompt of these messages would be, if that is more than the model is given; else 0.

    A text of few characters and many tokens can be cut as well; only the model can tell.
    """
    conversation = read_messages(messages)
    whole = prompt_of(conversation, outputs, sys.maxsize)
    return 0 if prompt_of(conversation, outputs) == whole else len(whole)


def one_line(value: Any, limit: int) -> str:
    """Return a value as it stands behind its name: texts bare, all else as JSON."""
    text = " ".join(value.split()) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + "…"


def _fill(conversation: Conversation, fields: Mapping[str, Field], room: int, writer: FieldWriter) -> Filled:
    silent = replace(conversation, inputs=dict.fromkeys(conversation.inputs, NEUTRAL))
    prompt, neutral = (prompt_of(each, tuple(fields), room) for each in (conversation, silent))
    filled = Filled()
    for name, output in fields.items():
        prompt, neutral = f"{prompt}{name}:", f"{neutral}{name}:"
        if output.choices:
            completion = writer.choose(prompt, neutral, output.choices)
            neutral += f"{completion.text}\n"
        else:
            completion = writer.write(prompt, output)
            neutral += f" {NEUTRAL}\n"
        filled.count(completion)
        prompt += f"{completion.text}\n"
        text = completion.text.removeprefix(" ")
        try:
            filled.values[name] = output.read(text)
        except (ValueError, KeyError):
            # The token limit cut the value off, so it is no whole JSON value.
            filled.values[name] = text
            filled.complete = False
    return filled


def _lines(values: Mapping[str, Any], limit: int) -> str:
    return "".join(f"{name}: {one_line(value, limit)}\n" for name, value in values.items())


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))


def _json_object(message: Mapping[str, Any]) -> JsonObject | None:
    try:
        value = json.loads(_text(message))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
