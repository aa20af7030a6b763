"""Chance that can be repeated: numbers in [0, 1) that depend on nothing but what is named."""

from __future__ import annotations

from hashlib import blake2b


def chance(*names: object) -> float:
    """Return the number that belongs to these names."""
    text = "\x1f".join(map(str, names)).encode()
    return int.from_bytes(blake2b(text, digest_size=7).digest(), "big") / 2**56
