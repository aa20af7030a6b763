"""Chat messages become a plain text that the model only has to continue."""

from __future__ import annotations

import json

import pytest

from omegaweb.embedded.completion import FIELDS_HEADER, Conversation, fill, prompt_of, read_messages
from omegaweb.embedded.language_model import Completion, ContextExceeded
from optimizer_core.data.schema import Schema
from optimizer_core.modules import prompt

SCHEMA = {
    "type": "object",
    "properties": {"reason": {"type": "string"}, "label": {"enum": ["billing", "other"]}},
    "required": ["reason", "label"],
}


class PenWriter:
    """Writes what it is told, and remembers the prompts."""

    def __init__(self, *texts, context=10_000):
        self.texts = list(texts)
        self.prompts = []
        self.neutral = []
        self.context = context

    def write(self, prompt, output):
        if len(prompt) > self.context:
            raise ContextExceeded(fits=self.context / len(prompt), characters=len(prompt))
        self.prompts.append(prompt)
        text = self.texts.pop(0)
        return Completion(text=f" {text}", prompt_tokens=7, completion_tokens=2, cached_tokens=0, stopped=True)

    def choose(self, prompt, neutral, texts):
        self.neutral.append(neutral)
        return self.write(prompt, None)


def messages(inputs, examples=()):
    content = {"instructions": "Route the ticket.", "examples": examples}
    return prompt.render_messages(content, inputs, Schema.of(SCHEMA))


def test_the_prompt_is_what_the_page_promises():
    example = {"inputs": {"ticket": "charged\ntwice"}, "outputs": {"reason": "money", "label": "billing"}}
    writer = PenWriter("it broke", "other")
    filled = fill(read_messages(messages({"ticket": "The app crashes."}, [example])), SCHEMA, writer)
    assert filled.values == {"reason": "it broke", "label": "other"}
    assert (filled.prompt_tokens, filled.completion_tokens, filled.complete) == (7, 4, True)
    start = (
        "Route the ticket.\n\nticket: charged twice\nreason: money\nlabel: billing\n\nticket: The app crashes.\nreason:"
    )
    assert writer.prompts == [start, f"{start} it broke\nlabel:"]
    assert writer.neutral[0].endswith("ticket: N/A\nreason: N/A\nlabel:")


def test_the_header_left_out_is_the_one_the_generator_writes():
    assert FIELDS_HEADER == prompt.FIELDS_HEADER


def test_the_last_user_message_that_is_an_object_is_the_input_even_after_a_repair_request():
    chat = [
        *messages({"ticket": "help"}),
        {"role": "assistant", "content": "no JSON"},
        {"role": "user", "content": "Your answer does not fit"},
    ]
    assert read_messages(chat).inputs == {"ticket": "help"}


def test_plain_text_counts_as_an_input_called_text():
    assert read_messages([{"role": "user", "content": "hello"}]).inputs == {"text": "hello"}


def test_numbers_lists_and_objects_are_written_as_json_on_one_line():
    conversation = Conversation(instructions="", examples=(), inputs={"n": 3, "tags": ["a", "b"], "none": None})
    assert prompt_of(conversation, ()) == 'n: 3\ntags: ["a", "b"]\nnone: null\n'


def test_long_inputs_are_cut_and_examples_that_do_not_fit_are_left_out_last_first():
    examples = tuple(({"t": f"{i} " + "x" * 300}, {"label": "other"}) for i in range(40))
    text = prompt_of(Conversation(instructions="Do.", examples=examples, inputs={"t": "y" * 9000}), ("label",))
    assert len(text) <= 6000
    assert "t: 0 xx" in text
    assert "t: 39 xx" not in text
    assert text.endswith("…\n")


def test_a_prompt_too_long_for_the_model_is_made_shorter_until_it_fits():
    writer = PenWriter("r", "other", context=1500)
    fill(read_messages(messages({"ticket": "word " * 3000})), SCHEMA, writer)
    assert len(writer.prompts[0]) <= 1500


def test_instructions_that_alone_are_too_long_are_an_error():
    conversation = Conversation(instructions="do " * 2000, examples=(), inputs={"t": "x"})
    with pytest.raises(ContextExceeded):
        fill(conversation, SCHEMA, PenWriter("r", "other", context=500))


def test_a_list_cut_off_by_the_token_limit_is_reported_as_incomplete():
    schema = {"properties": {"tags": {"type": "array", "items": {"type": "string"}}}}
    filled = fill(read_messages([{"role": "user", "content": json.dumps({"t": 1})}]), schema, PenWriter('["a", "b'))
    assert not filled.complete
