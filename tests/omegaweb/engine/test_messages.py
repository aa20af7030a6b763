"""What the library says of a failure, for people."""

from __future__ import annotations

import pytest

from omegaweb.engine.messages import plain_message


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("ModelUnavailable: nobody answers at http://x: refused", "Nobody answers at http://x: refused"),
        ("ValueError: odd", "ValueError: odd"),
        ("population_size=0 must be 1 or more", "population_size=0 must be 1 or more"),
        ("", ""),
    ],
)
def test_names_of_the_librarys_own_errors_are_left_out(message, words):
    assert plain_message(message) == words
