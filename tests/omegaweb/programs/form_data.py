"""What a browser sends for the program form."""

from __future__ import annotations

from typing import Any


def program_data(**changes: Any) -> dict[str, Any]:
    """A complete program with one input and one output; a change of None leaves a field out."""
    data: dict[str, Any] = {
        "name": "Ticket router",
        "description": "Routes tickets",
        "instruction": "Read {{text}} and choose the label.",
        "style": "direct",
        "input-TOTAL_FORMS": "1",
        "input-INITIAL_FORMS": "0",
        "input-0-name": "text",
        "input-0-description": "What the customer wrote",
        "output-TOTAL_FORMS": "1",
        "output-INITIAL_FORMS": "0",
        "output-0-name": "label",
        "output-0-type": "choice",
        "output-0-choices": "billing\ntechnical",
        "output-0-description": "",
        "seed-TOTAL_FORMS": "0",
        "seed-INITIAL_FORMS": "0",
    }
    for name, value in changes.items():
        key = name.replace("__", "-")
        if value is None:
            data.pop(key)
        else:
            data[key] = value
    return data


def text_of(response: Any) -> str:
    """The page as text, with the few entities that messages use read back."""
    text: str = response.content.decode()
    return text.replace("&#x27;", "'").replace("&quot;", '"').replace("&amp;", "&")
