"""A placeholder of the parent's text is gone: whatever it stood for does not reach the model any more."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from optimizer_core.inspection.flag import Flag, FlagKind
from optimizer_core.inspection.texts import whole

#: No space at either end of the name, or a model that writes thousands of them would keep the run waiting.
_DOUBLE = re.compile(r"\{\{\s*([^{}\s](?:[^{}\n]{0,58}[^{}\s])?)\s*\}\}")
#: Not after a letter or a backslash command, as in ``\frac{a}{b}``, and not part of a double brace.
_SINGLE = re.compile(r"(?<![\w\\{}])\{([A-Za-z_][\w.]*)\}(?!\})")
_ANGLES = re.compile(r"<([A-Za-z_]\w*)>")


def lost_placeholders(
    content: Mapping[str, Any],
    parent: Mapping[str, Any],
    *,
    inputs: Collection[str] = (),
    outputs: Collection[str] = (),
) -> list[Flag]:
    """Return a flag if placeholders of the parent are gone, at most one.

    ``<x>`` counts where ``x`` is an input field, because tags look the same; ``{x}`` unless ``x`` is an output field,
    because there it is the slot of an answer.

    Args:
        content: of the variable.
        parent: its content before.
        inputs: names of the fields that the program reads.
        outputs: names of those that it answers.
    """
    before = _placeholders(whole(parent), inputs, outputs)
    lost = sorted(before - _placeholders(whole(content), inputs, outputs)) if before else []
    if not lost:
        return []
    what = "The placeholder" if len(lost) == 1 else "The placeholders"
    text = f"{what} {', '.join(lost)} of the parent {'is' if len(lost) == 1 else 'are'} gone."
    return [Flag(kind=FlagKind.PLACEHOLDER_LOST, text=text, evidence={"lost": lost})]


def _placeholders(text: str, inputs: Collection[str], outputs: Collection[str]) -> set[str]:
    if "{" not in text and "<" not in text:  # nearly always
        return set()
    angles = (name for name in _ANGLES.findall(text) if name in inputs and f"</{name}>" not in text)
    return {
        *("{{" + name + "}}" for name in _DOUBLE.findall(text)),
        *("{" + name + "}" for name in _SINGLE.findall(text) if name not in outputs),
        *(f"<{name}>" for name in angles),
    }
