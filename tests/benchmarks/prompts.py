"""The same failed ticket in the prompt formats of everybody who asks the proposer."""

from __future__ import annotations

import json

from benchmarks.task.world import Ticket


def ours(ticket: Ticket, given: str) -> str:
    shown = {"inputs": {"ticket": ticket.text}, "answer": {"label": given}, "expected": {"label": ticket.desk}}
    return "## Badly scored answers, worst first\n" + json.dumps({**shown, "reward": 0.0})


def synalinks(ticket: Ticket, given: str) -> str:
    shown = {
        "inputs": {"ticket": ticket.text},
        "predicted_output": {"label": given},
        "ground_truth": {"label": ticket.desk},
        "reward": 0.0,
    }
    return str({"program_description": "Routes a ticket.", "bad_predictions": [shown]})


def gepa(ticket: Ticket, given: str) -> str:
    return (
        f"# Example 1\n## Inputs\n{ticket.text}\n\n## Generated Outputs\n{given}\n\n## Feedback\n"
        f"The generated response is incorrect. The correct answer is '{ticket.desk}'. "
        "Ensure that the correct answer is included in the response exactly as it is."
    )


def dspy_gepa(ticket: Ticket, given: str) -> str:
    shown = {"Inputs": {"ticket": ticket.text}, "Generated Outputs": {"label": given}}
    return json.dumps([{**shown, "Feedback": f"This is wrong. The correct answer is '{ticket.desk}'."}])


FORMATS = {"ours": ours, "synalinks": synalinks, "gepa": gepa, "dspy_gepa": dspy_gepa}
