"""The real built-in models, through LiteLLM and our own LanguageModel, as a run uses them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from omegaweb.embedded.provider import EMBEDDING_MODEL, LANGUAGE_MODEL, register
from omegaweb.embedded.weights import SMOLLM2, WORDLLAMA_TOKENIZER, WeightsMissing
from optimizer_core.budget import Meter, Role
from optimizer_core.data.schema import Schema
from optimizer_core.errors import ModelAccessDenied
from optimizer_core.models.embedding_model import EmbeddingModel
from optimizer_core.models.language_model import LanguageModel
from optimizer_core.models.litellm_loop import in_litellm_loop
from optimizer_core.modules.prompt import render_messages

try:
    SMOLLM2.locate()
    missing = ""
except WeightsMissing as error:
    missing = str(error)

pytestmark = pytest.mark.skipif(bool(missing), reason=missing)

SCHEMA = Schema.of(
    {
        "type": "object",
        "properties": {"label": {"enum": ["billing", "delivery", "billing address"]}},
        "required": ["label"],
    }
)
FORMAT = {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": SCHEMA.json_schema}}
EXAMPLES = [
    {"inputs": {"ticket": "I was charged twice."}, "outputs": {"label": "billing"}},
    {"inputs": {"ticket": "My parcel never came."}, "outputs": {"label": "delivery"}},
    {"inputs": {"ticket": "Refund the double payment, please."}, "outputs": {"label": "billing"}},
    {"inputs": {"ticket": "The courier left the box in the rain."}, "outputs": {"label": "delivery"}},
]


@pytest.fixture(scope="module", autouse=True)
def _registered():
    register()
    register()  # a second call must not add it again


def question(ticket):
    return render_messages({"instructions": "Route the ticket.", "examples": EXAMPLES}, {"ticket": ticket}, SCHEMA)


async def test_it_classifies_by_its_examples_costs_nothing_and_counts_tokens():
    meter = Meter()
    model = LanguageModel(LANGUAGE_MODEL, temperature=0, retry=1)
    paid = await model.generate(question("I was charged twice for one order."), schema=SCHEMA, meter=meter)
    sent = await model.generate(question("The courier never rang and the parcel is gone."), schema=SCHEMA, meter=meter)
    assert (paid.value, sent.value) == ({"label": "billing"}, {"label": "delivery"})
    assert meter.total.calls == 2
    assert meter.total.prompt_tokens > 100
    assert (meter.total.cost, meter.total.unpriced_calls) == (0.0, 0)


async def test_fields_of_every_kind_fit_their_schema():
    schema = Schema.of(
        {
            "type": "object",
            "properties": {
                "why": {"type": "string", "maxLength": 40},
                "urgency": {"type": "integer", "minimum": 1, "maximum": 5},
                "share": {"type": "number", "minimum": 0, "maximum": 1},
                "human": {"type": "boolean"},
                "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
                "extra": {
                    "anyOf": [
                        {"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]},
                        {"type": "null"},
                    ]
                },
            },
            "required": ["why", "urgency", "share", "human", "tags", "extra"],
        }
    )
    messages = render_messages({"instructions": "Judge the ticket."}, {"ticket": "The app crashes."}, schema)
    answer = await LanguageModel(LANGUAGE_MODEL, retry=1, temperature=0).generate(
        messages, schema=schema, meter=Meter()
    )
    assert schema.problems(answer.value) == []


async def test_the_schema_reaches_it_through_plain_litellm():
    answer = await in_litellm_loop(
        lambda litellm: litellm.acompletion(
            model=LANGUAGE_MODEL, messages=list(question("Where is my box?")), response_format=FORMAT
        )
    )
    assert SCHEMA.problems(json.loads(answer.choices[0].message.content)) == []


async def test_a_very_long_input_is_cut_instead_of_failing():
    model = LanguageModel(LANGUAGE_MODEL, retry=1, temperature=0)
    answer = await model.generate(question("漢字 " * 5000), schema=SCHEMA, meter=Meter())
    assert SCHEMA.problems(answer.value) == []


async def test_an_unknown_name_is_denied_and_names_the_ones_there_are():
    with pytest.raises(ModelAccessDenied, match="local/smollm2-135m"):
        await LanguageModel("local/none", retry=3).generate(question("x"), schema=SCHEMA, meter=Meter())


async def test_without_a_schema_it_continues_the_text():
    answer = await LanguageModel(LANGUAGE_MODEL, retry=1, temperature=0, max_tokens=12).generate(
        [{"role": "user", "content": "The capital of France is"}], meter=Meter()
    )
    assert answer.value["content"]


def test_several_threads_with_loops_of_their_own_get_the_same_answers_as_one():
    model = LanguageModel(LANGUAGE_MODEL, temperature=0, retry=1)
    tickets = ["You took the money two times.", "The courier never rang.", "Wrong invoice.", "The box was wet."]

    async def ask_all():
        return [
            answer.value["label"]
            for answer in await asyncio.gather(
                *(model.generate(question(ticket), schema=SCHEMA, meter=Meter()) for ticket in tickets)
            )
        ]

    alone = asyncio.run(ask_all())
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda _: asyncio.run(ask_all()), range(3)))
    assert together == [alone] * 3


async def test_embeddings_are_those_of_wordllama_itself():
    meter = Meter()
    texts = ["a cat sits on the mat", "the invoice is wrong", ""]
    vectors = await EmbeddingModel(EMBEDDING_MODEL, retry=1).embed(texts, meter=meter)
    assert vectors.shape == (3, 256)
    assert meter.by_role[Role.EMBEDDING].calls == 1
    program = (
        "import json, pathlib, sys; from wordllama import WordLlama;"
        "folder = pathlib.Path(sys.argv[1]);"
        "print(json.dumps(WordLlama.load(cache_dir=folder, disable_download=True).embed(sys.argv[2:]).tolist()))"
    )
    folder = WORDLLAMA_TOKENIZER.locate().parent.parent
    # In a process of its own: importing wordllama configures the root logger.
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder), *texts[:2]], capture_output=True, text=True, check=True
    )
    np.testing.assert_allclose(vectors[:2], np.array(json.loads(done.stdout)), atol=1e-5)


def test_nothing_heavy_is_loaded_by_importing_the_provider():
    program = (
        "import sys, omegaweb.embedded.provider;"
        "print([m for m in ('litellm', 'xllamacpp', 'wordllama', 'tokenizers', 'django') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Without LiteLLM, which takes seconds to load and passes the question on as it is.
WEIGH_AND_PRINT = """
import sys
from omegaweb.embedded.language_model import EmbeddedLanguageModel
from omegaweb.embedded.provider import answer
from tests.omegaweb.embedded.test_built_in_models import FORMAT, question

weigh, found = EmbeddedLanguageModel.weigh, {}

def note(self, prompt, before, options):
    weighed = weigh(self, prompt, before, options)
    found[prompt, tuple(before)] = weighed.weights
    return weighed

EmbeddedLanguageModel.weigh = note
for ticket in sys.argv[1:]:
    answer(list(question(ticket)), {"temperature": 0, "response_format": FORMAT})
print(*sorted(found.items()), sep="\\n")
"""


def test_the_same_question_is_weighed_the_same_to_the_last_bit_whatever_was_asked_before():
    """Then a run repeats with its seed."""
    tickets = ["You took the money two times.", "The courier never rang.", "Wrong invoice.", "The box was wet."]
    printed = [
        subprocess.run(
            [sys.executable, "-c", WEIGH_AND_PRINT, *order], capture_output=True, text=True, check=True
        ).stdout
        for order in (tickets, tickets[::-1])
    ]
    assert printed[0] == printed[1]
    assert len(printed[0].splitlines()) > len(tickets)
