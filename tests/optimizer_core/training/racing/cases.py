"""Racing runs of the colour task."""

from __future__ import annotations

from typing import Any

from tests.optimizer_core.training.cases import add_a_rule, make_program, omega, run, words


def racer(script: Any = add_a_rule, **settings: Any) -> Any:
    return omega(script, search="racing", **settings)


async def race(program: Any = None, optimizer: Any = None, **fit: Any) -> tuple[Any, Any]:
    """Fit by racing, on more words than the plain cases."""
    arguments: dict[str, Any] = {"validation_data": words(24, start=100), "minibatch_size": 8, "epochs": 3, **fit}
    return await run(program or make_program(), optimizer or racer(), **arguments)


def rules_in(text: str) -> int:
    """How many rules an instruction holds."""
    return text.count("=")
