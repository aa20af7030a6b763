"""What the models of a doomed run answer: always the same to the same question, so that two runs can be compared."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from optimizer_core.json_values import content_hash
from tests.fakes.openai_server import last_inputs, schema_of

INSTRUCTION = "Say which team should answer: {{text}}"
HINT = "Mind the number."


def respond(body: dict[str, Any]) -> str:
    """Answer a ticket, the better the more hints there are, or propose an instruction with one hint more."""
    if "instructions" in schema_of(body).get("properties", {}):
        asked = json.dumps(body["messages"])
        hints = max(text.count(HINT) for text in re.findall(rf"{re.escape(INSTRUCTION)}(?: {HINT})*", asked))
        mark = content_hash(body["messages"], length=6)
        return json.dumps(
            {"thinking": mark, "instructions": f"{INSTRUCTION}{f' {HINT}' * (hints + 1)} Wording {mark}."}
        )
    text, system = last_inputs(body)["text"], str(body["messages"][0]["content"])
    shown = len(body["messages"]) // 2 - 1
    luck = int(hashlib.sha256(f"{text}{system.partition('Wording')[2]}".encode()).hexdigest(), 16) % 20
    labels = ("billing", "technical")
    right = luck < 6 + 2 * system.count(HINT) + shown
    return json.dumps({"label": labels[(int(text.rpartition(" ")[2]) + (not right)) % 2]})
