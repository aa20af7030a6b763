"""Why a file cannot be read.

Exception
└── UnreadableFile    trying again with the same file cannot help; the message says how to mend it
"""

from __future__ import annotations


class UnreadableFile(Exception):
    """The file cannot be read as a table. The message is written for the person who uploaded it."""
