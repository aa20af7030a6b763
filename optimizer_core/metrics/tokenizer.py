"""Texts to the words that F-scores compare."""

from __future__ import annotations

import re
import string

_SMALL_WORDS = re.compile(r"\b(?:a|an|the|of|is)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalize_and_tokenize(text: str) -> list[str]:
    """Return the words of a text, lower case, without a, an, the, of, is and without ASCII punctuation.

    Small words go first and punctuation second, so "U.S.A." becomes ``us``. Signs and decimal points vanish as well
    ("-0.5" becomes ``05``): compare numbers by another metric.
    """
    return _SMALL_WORDS.sub("", text.lower()).translate(_PUNCTUATION).split()
