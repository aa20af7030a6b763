"""A small task that prompts and examples really decide, and runs of it with scripted models.

The task: a word's first letter decides its colour. The task model knows the colour only if the instructions hold a
rule for the letter ("b=green"), or an example begins with it. The proposer adds the rule of the next letter.
"""

from __future__ import annotations

import json
import re
from typing import Any

import optimizer_core as oc
from optimizer_core.testing import HashEmbedding, RecordingCallback, ScriptedModel, inputs_of

COLOURS = {"a": "red", "b": "green", "c": "blue", "d": "black"}
START = "Name the colour of {{word}}."


class Word(oc.DataModel):
    word: str


class Colour(oc.DataModel):
    colour: str


def answer(request: Any) -> Any:
    word = inputs_of(request)["word"]
    system = request.messages[0]["content"]
    shown = {
        json.loads(message["content"])["word"][0] for message in request.messages[1:-1] if message["role"] == "user"
    }
    return {"colour": COLOURS[word[0]] if f"{word[0]}={COLOURS[word[0]]}" in system or word[0] in shown else "unknown"}


def current_instructions(request: Any) -> str:
    """What the proposer is asked to improve."""
    found = re.search(r'## Current value\n\{\s*"instructions": ("(?:[^"\\]|\\.)*")', request.messages[1]["content"])
    assert found is not None
    return str(json.loads(found[1]))


def add_a_rule(request: Any) -> Any:
    text = current_instructions(request)
    missing = [letter for letter in COLOURS if f"{letter}=" not in text]
    letter = missing[0] if missing else "a"
    return {"thinking": f"{letter} is unknown", "instructions": f"{text} {letter}={COLOURS[letter]}"}


def words(number: int, start: int = 0) -> tuple[list[Word], list[Colour]]:
    letters = [list(COLOURS)[i % 4] for i in range(start, start + number)]
    return [Word(word=f"{c}{i + start}") for i, c in enumerate(letters)], [Colour(colour=COLOURS[c]) for c in letters]


def make_program(task: Any = answer, *, latency: float = 0.0, **generator: Any) -> Any:
    model = ScriptedModel(task, latency=latency)
    settings = {"instructions": START, "language_model": model, "name": "namer", **generator}
    return oc.Program(oc.Generator(inputs=Word, outputs=Colour, **settings), name="colours", description="Colours.")


def omega(script: Any = add_a_rule, **settings: Any) -> Any:
    """Return OMEGA with scripted models; the plain search, unless another is asked for."""
    settings.setdefault("search", "plain")
    return oc.optimizers.OMEGA(
        language_model=ScriptedModel(script),
        embedding_model=settings.pop("embedding_model", HashEmbedding()),
        **settings,
    )


async def run(program: Any = None, optimizer: Any = None, **fit: Any) -> tuple[Any, Any]:
    """Fit, and return the program and everything that was told."""
    program = program or make_program()
    if optimizer is not None or program.optimizer is None:
        program.compile(optimizer=optimizer or omega(), reward="exact_match")
    recorder = RecordingCallback()
    x, y = words(12)
    arguments: dict[str, Any] = {
        "validation_data": words(8, start=100),
        "epochs": 2,
        "batch_size": 4,
        "minibatch_size": 4,
        **fit,
    }
    arguments["callbacks"] = (recorder, *fit.get("callbacks", ()))
    await program.fit(x, y, **arguments)
    return program, recorder
