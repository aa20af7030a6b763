"""A Python file that asks a candidate's question with LiteLLM alone, without omegaweb or optimizer_core."""

from __future__ import annotations

import json
import pprint
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

LINE_LENGTH = 110

_HEAD = """\
{comments}
#
# Needs Python 3.10 or newer and LiteLLM:  pip install litellm
# Answers one row:                         python {filename} '{example_arguments}'
# or from your own code:                   answer({example_inputs})

from __future__ import annotations

import json
import re
import sys

MODEL = {model}  # any LiteLLM model string; its key comes from the environment, as OPENAI_API_KEY does
SETTINGS = {settings}
INPUT_FIELDS = {input_fields}
OUTPUT_FIELDS = {output_fields}

# How the model is told to answer with JSON of this shape.
RESPONSE_FORMAT = {response_format}

# What comes before the question: the instructions, then the examples.
PROMPT = {prompt}
"""

_BODY = '''

def messages(inputs: dict) -> list[dict]:
    """Return the messages that ask about one row."""
    missing = [name for name in INPUT_FIELDS if name not in inputs]
    if missing:
        raise ValueError(f"these input fields are missing: {', '.join(missing)}")
    row = {name: inputs[name] for name in INPUT_FIELDS}
    return [*PROMPT, {"role": "user", "content": json.dumps(row, ensure_ascii=False)}]


def answer(inputs: dict, model: str = MODEL, **settings) -> dict:
    """Ask the model about one row and return its answer, one value for each output field."""
    import litellm  # takes some seconds, so only when a question is asked

    response = litellm.completion(
        model=model, messages=messages(inputs), drop_params=True, **{**RESPONSE_FORMAT, **SETTINGS, **settings}
    )
    return parse(response.choices[0].message.content or "")


def parse(text: str) -> dict:
    """Read the JSON object in an answer; a model may think aloud or put it in a code fence."""
    text = re.sub(r"<think>.*?</think>", "", text, flags=re.DOTALL)
    decoder = json.JSONDecoder(strict=False)
    found = None
    position = text.find("{")
    while position >= 0:
        try:
            found, position = decoder.raw_decode(text, position)
        except ValueError:
            position += 1
        else:
            if all(name in found for name in OUTPUT_FIELDS):
                return {name: found[name] for name in OUTPUT_FIELDS}
        position = text.find("{", position)
    raise ValueError(f"the answer does not hold the fields {', '.join(OUTPUT_FIELDS)}: {text[:500]!r}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"Give one row as JSON with the fields {', '.join(INPUT_FIELDS)}.")
    print(json.dumps(answer(json.loads(sys.argv[1])), ensure_ascii=False, indent=2))
'''


def python_snippet(
    *,
    comments: Iterable[str],
    filename: str,
    model: str,
    settings: Mapping[str, Any],
    response_format: Mapping[str, Any],
    prompt: Sequence[Mapping[str, Any]],
    input_fields: Sequence[str],
    output_fields: Sequence[str],
) -> str:
    """Return the text of the file.

    Every text of a person or a model is written as a Python literal, so that none of it can end a string or start a
    statement.

    Args:
        comments: what to say on top, one line each.
        filename: what the file will be called.
        model: LiteLLM model string.
        settings: keywords of `litellm.completion`, such as temperature and api_base.
        response_format: keywords of `litellm.completion` that ask for JSON.
        prompt: the messages before the row.
        input_fields: what a row has.
        output_fields: what an answer has.
    """
    sample = dict.fromkeys(input_fields, "…")
    head = _HEAD.format(
        comments="\n".join(f"# {one_line(comment)}" for comment in comments),
        filename=one_line(filename),
        example_arguments=one_line(_json_line(sample)),
        example_inputs=one_line(repr(sample)),
        model=repr(model),
        settings=literal(dict(settings)),
        input_fields=literal(list(input_fields)),
        output_fields=literal(list(output_fields)),
        response_format=literal(dict(response_format)),
        prompt=_messages_literal(prompt),
    )
    return head + _BODY


def one_line(text: str) -> str:
    """Return a text for a comment: one line, nothing invisible."""
    words = " ".join(text.split())
    return "".join(character for character in words if character.isprintable())


def literal(value: Any) -> str:
    """Return a JSON value as a Python literal."""
    return pprint.pformat(value, width=LINE_LENGTH, sort_dicts=False)


def text_literal(text: str, indent: str) -> str:
    """Return a text as a Python literal with one source line a line of text."""
    lines = text.splitlines(keepends=True)
    if len(lines) < 2:
        return repr(text)
    inner = "\n".join(f"{indent}    {line!r}" for line in lines)
    return f"(\n{inner}\n{indent})"


def _messages_literal(messages: Sequence[Mapping[str, Any]]) -> str:
    parts = [
        f"    {{\n        'role': {message['role']!r},\n"
        f"        'content': {text_literal(message['content'], ' ' * 8)},\n    }},\n"
        for message in messages
    ]
    return f"[\n{''.join(parts)}]"


def _json_line(value: Any) -> str:
    # An apostrophe would end the shell's quotes.
    return json.dumps(value, ensure_ascii=False).replace("'", "\\u0027")
