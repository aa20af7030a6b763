"""LiteLLM's log of what it is asked: not written where nobody reads it.

For each answer LiteLLM puts together a record of everything about it, for those who have it report to Langfuse or the
like. Without a reader that is a tenth of all the processor time of a call, more than our own share of it.
"""

from __future__ import annotations

from typing import Any

#: Where LiteLLM keeps those who want to hear of calls.
READERS = ("callbacks", "success_callback", "failure_callback", "_async_success_callback", "_async_failure_callback")


def write_no_log(litellm: Any) -> None:
    """Let the calls of the running task go unlogged, unless somebody asked LiteLLM to be told of calls."""
    # LiteLLM has this for the calls it makes itself. A version that has it no more writes its log, and no harm is done.
    switch = getattr(getattr(litellm, "_internal_context", None), "is_internal_call", None)
    if switch is not None and not any(getattr(litellm, name, ()) for name in READERS):
        switch.set(True)
