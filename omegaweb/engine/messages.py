"""What the library says of a failure, for people: without the names of classes."""

from __future__ import annotations

from optimizer_core import errors

_NAMES = frozenset(name for name in vars(errors) if isinstance(getattr(errors, name), type))


def plain_message(message: str) -> str:
    """Return a message of the library as a sentence; the name of an error of its own in front is taken away.

    Names of other errors stay: they are what whoever looks for the cause needs.
    """
    name, separator, rest = message.partition(": ")
    text = rest if separator and name in _NAMES else message
    begins = text.partition(" ")[0].isalpha()  # and not with the name of a setting
    return f"{text[:1].upper()}{text[1:]}" if begins else text
