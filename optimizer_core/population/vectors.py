"""Vectors as short texts, for events: 16-bit floats in base64, a third of what numbers in JSON take."""

from __future__ import annotations

import base64
import binascii

import numpy as np

from optimizer_core.population.distance import Vector


def pack(vector: Vector) -> str:
    """Return a vector as text; three digits of each number are kept."""
    return base64.b64encode(np.asarray(vector, dtype="<f2").tobytes()).decode("ascii")


def unpack(text: str) -> Vector:
    """Return the vector again.

    Raises:
        ValueError: the text is no packed vector.
    """
    try:
        return np.frombuffer(base64.b64decode(text, validate=True), dtype="<f2").astype(np.float32)
    except binascii.Error as error:
        raise ValueError(f"{text[:40]!r} is no packed vector: {error}") from error
