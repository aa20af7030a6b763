"""The only prompts of the optimizer: what a model is told when it rewrites a variable."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer_core.data.variable import EXAMPLES, TrainableVariable
from optimizer_core.json_values import JsonObject
from optimizer_core.operators.evidence import Evidence, Labelled, Note, Rejection, ScoredPrediction

#: Characters of one value that are shown; longer ones are cut, so that one long document cannot fill the prompt.
SHOWN_CHARACTERS = 2000
#: Characters that samples without an answer may take in all: they are a help, not the heart of the evidence.
LABELLED_CHARACTERS = 8000
#: Rejected proposals that are shown, the newest; as many that were sent back, and as many that people rewrote.
SHOWN_REJECTIONS = 5
#: Notes of people that are shown, the newest.
SHOWN_NOTES = 20
_LINE = json.JSONEncoder(ensure_ascii=False)

_TASK = """\
You improve one part of a program that answers questions with a language model. The part is a JSON object, its value \
decides how the program behaves, and the program is scored on examples. Write a better value for it.

How to work:
- First think, in "{thinking}": compare wrong answers with the expected ones, find the rule that explains the \
difference, and decide on one change. Name the evidence for it.
- State what is generally true of the task. Do not copy single examples into the value, do not mention ids or names \
that only occur in them.
- Keep what already works: the well scored answers must stay right, general knowledge in the value must stay in. A \
rule that fails on some inputs may be right for others: rather narrow it, or add the exception, than take it out.
- The value must do what its description asks, and every field must be filled.
- Placeholders in double braces, such as {{{{field}}}}, must stay exactly as they are.
- Code must be a general algorithm, never a table of the examples."""

_MUTATION = """
- Add what is missing, sharpen what is vague, take out what the evidence speaks against, and be brief about it."""

_CROSSOVER = """
- You get two values that both do well. Combine what is strong in each into one coherent value; where they disagree, \
let the scored answers decide. It must not be longer than the longer of the two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What both operators tell the model."""

    program: str  # what the program is for
    variable: TrainableVariable
    evidence: Evidence
    instructions: str = ""  # of the user, before everything else


def mutation_messages(brief: Brief, current: Mapping[str, Any], *, thinking: str) -> tuple[JsonObject, ...]:
    """Return the question for a better value than ``current``."""
    return _messages(brief, _TASK.format(thinking=thinking) + _MUTATION, {"Current value": current})


def crossover_messages(
    brief: Brief, current: Mapping[str, Any], other: Mapping[str, Any], *, thinking: str
) -> tuple[JsonObject, ...]:
    """Return the question for a combination of two values."""
    values = {"Current value": current, "Other value": other}
    return _messages(brief, _TASK.format(thinking=thinking) + _CROSSOVER, values)


def _messages(brief: Brief, task: str, values: Mapping[str, Mapping[str, Any]]) -> tuple[JsonObject, ...]:
    system = "\n\n".join(part for part in (brief.instructions.strip(), task) if part)
    variable, evidence = brief.variable, brief.evidence
    sections = [
        ("The program", brief.program or "No description."),
        ("The part to improve", f"{variable.name}: {variable.description or 'no description'}"),
        ("Fields of its value", variable.schema.describe()),
        *((title, _whole(shown_value(variable, value))) for title, value in values.items()),
        ("Well scored answers", _predictions(evidence.good)),
        ("Badly scored answers, worst first", _predictions(evidence.bad)),
        ("Inputs that keep failing, from earlier batches", _predictions(evidence.hard)),
        ("More inputs, with nothing but what is expected of them", _labelled(evidence.labelled)),
        ("Notes of the people who supervise this: heed them, the newest last", _notes(evidence.notes)),
        *_verdicts(brief),
    ]
    text = "\n\n".join(f"## {title}\n{body}" for title, body in sections if body)
    return ({"role": "system", "content": system}, {"role": "user", "content": text})


def shown_value(variable: TrainableVariable, content: Mapping[str, Any]) -> JsonObject:
    """Return the part of a variable's content that operators see and rewrite."""
    return {key: item for key, item in content.items() if key != EXAMPLES or evolves_examples(variable)}


def evolves_examples(variable: TrainableVariable) -> bool:
    """Return True where operators rewrite the examples as well."""
    return variable.uses_examples and variable.evolve_examples


def _predictions(predictions: Sequence[ScoredPrediction]) -> str:
    return "\n".join(_json(_shown_prediction(prediction)) for prediction in predictions)


def _labelled(samples: Sequence[Labelled]) -> str:
    """Show as many as fit into the space for them."""
    lines: list[str] = []
    room = LABELLED_CHARACTERS
    for sample in samples:
        line = _json({"inputs": sample.inputs, "expected": _without_echo(sample.target, sample.inputs)})
        room -= len(line)
        if room < 0:
            break
        lines.append(line)
    return "\n".join(lines)


def _shown_prediction(prediction: ScoredPrediction) -> JsonObject:
    shown: JsonObject = {"inputs": prediction.inputs, "answer": _without_echo(prediction.output, prediction.inputs)}
    if prediction.target is not None:
        shown["expected"] = _without_echo(prediction.target, prediction.inputs)
    shown["reward"] = round(prediction.reward, 4)
    if prediction.feedback:
        shown["feedback"] = prediction.feedback
    if prediction.note:
        shown["said_before_about_this_row"] = prediction.note
    if prediction.error:
        shown["failed"] = prediction.error
    if prediction.observations > 1:
        shown["times_seen"] = prediction.observations
    return shown


def _without_echo(output: JsonObject | None, inputs: JsonObject) -> JsonObject | None:
    """Leave out fields that only repeat an input."""
    if output is None:
        return None
    return {key: item for key, item in output.items() if key not in inputs or inputs[key] != item}


def _verdicts(brief: Brief) -> Iterator[tuple[str, str]]:
    rejections = brief.evidence.rejections
    turned_down = [each for each in rejections if not each.wants_changes and each.edited is None]
    yield (
        "Proposals that a reviewer rejected: do not propose them again, heed the reason",
        _rejections(brief.variable, turned_down),
    )
    yield (
        "Proposals that a reviewer sent back: propose a value that does what they ask for",
        _rejections(brief.variable, [each for each in rejections if each.wants_changes]),
    )
    yield (
        "Proposals that a reviewer rewrote: learn from the change what they want",
        _rejections(brief.variable, [each for each in rejections if each.edited is not None]),
    )


def _rejections(variable: TrainableVariable, rejections: Sequence[Rejection]) -> str:
    return "\n".join(_json(_shown_rejection(variable, rejection)) for rejection in rejections[-SHOWN_REJECTIONS:])


def _notes(notes: Sequence[Note]) -> str:
    return "\n".join(f"- {_json(note.text)}" for note in notes[-SHOWN_NOTES:])


def _shown_rejection(variable: TrainableVariable, rejection: Rejection) -> JsonObject:
    value = shown_value(variable, rejection.content.get(variable.name, {}))
    if rejection.edited is not None:
        after = shown_value(variable, rejection.edited.get(variable.name, {}))
        return {"before": value, "after": after, "reason": rejection.reason or "none given"}
    return {"proposal": value, "asked_for" if rejection.wants_changes else "reason": rejection.reason or "none given"}


def _whole(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _json(value: Any) -> str:
    line = _LINE.encode(value)
    return line if len(line) <= SHOWN_CHARACTERS else _LINE.encode(_shortened(value))  # no text is longer than its line


def _shortened(value: Any) -> Any:
    if isinstance(value, str) and len(value) > SHOWN_CHARACTERS:
        return f"{value[:SHOWN_CHARACTERS]}… ({len(value) - SHOWN_CHARACTERS} characters more)"
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    return value
