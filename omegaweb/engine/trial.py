"""One row tried by hand: the exact prompt, the answer, what it cost, or what went wrong and the way out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

from omegaweb.embedded.completion import PROMPT_CHARACTERS, characters_too_many
from omegaweb.engine.assembly import build_module
from omegaweb.engine.model_building import build_language_model, make_reachable
from omegaweb.engine.providers import is_built_in
from omegaweb.runs.configuration import ModelChoice
from optimizer_core.budget import Meter, Usage
from optimizer_core.errors import (
    InvalidAnswer,
    ModelAccessDenied,
    ModelRefused,
    ModelUnavailable,
    OptimizerError,
    RateLimited,
)
from optimizer_core.modules.base import Rollout

TIME_LIMIT = 90.0  # seconds, for the whole trial
ATTEMPTS = 2  # a person waits, so give up early

#: What to do about an error, the most special kind first.
WAYS_OUT: tuple[tuple[type[OptimizerError], str, str], ...] = (
    (RateLimited, "The provider asks for fewer requests", "Wait a minute and try again, or use another model."),
    (
        ModelUnavailable,
        "The model could not be reached",
        "Check that the address is right and the server is running, then try again.",
    ),
    (
        ModelAccessDenied,
        "The provider turned the request down",
        "Check the model's name, and that the environment variable with its key is set where the site runs.",
    ),
    (ModelRefused, "The model refused to answer", "Word the instruction differently, or use another model."),
    (
        InvalidAnswer,
        "The answer does not fit the output fields",
        "Make the fields simpler or describe them better, or use a more capable model.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialError:
    """What went wrong, in words for a person."""

    title: str
    message: str
    way_out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one row gave."""

    messages: tuple[dict[str, Any], ...] = ()  # the prompt as it was sent: role, content
    output: dict[str, Any] = field(default_factory=dict)
    thinking: str = ""
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    error: TrialError | None = None
    warning: str = ""  # what the answer does not stand on

    @property
    def price_known(self) -> bool:
        return self.usage.unpriced_calls == 0


def try_program(
    definition: Mapping[str, Any],
    inputs: Mapping[str, Any],
    models: ModelChoice,
    *,
    time_limit: float = TIME_LIMIT,
) -> Trial:
    """Ask the task model once for `inputs`. Blocks until the answer is there or time is up."""
    meter, rollout = Meter(), None
    messages: tuple[dict[str, Any], ...] = ()
    started = time.monotonic()
    try:
        make_reachable(models.task)
        model = build_language_model(models.task, models.api_base, temperature=models.task_temperature, retry=ATTEMPTS)
        module = build_module(definition, language_model=model)
        messages = module.messages(dict(inputs))
        rollout = Rollout(meter=meter, sample="trial-0")
        answer = _in_own_thread(lambda: _within(module(dict(inputs), rollout), time_limit))
    except TimeoutError:
        error = TrialError(
            title="The model took too long",
            message=f"There was no answer after {time_limit:g} seconds.",
            way_out="Try again, or use a smaller model or a shorter input.",
        )
        return Trial(messages=messages, usage=meter.total, seconds=time.monotonic() - started, error=error)
    except OptimizerError as error:
        return Trial(messages=messages, usage=meter.total, seconds=time.monotonic() - started, error=explain(error))
    thinking = str(rollout.trace[-1].outputs.get("thinking", "")) if rollout.trace else ""
    return Trial(
        messages=messages,
        output=answer or {},
        thinking=thinking,
        usage=meter.total,
        seconds=time.monotonic() - started,
        warning=_shortened(definition, messages) if is_built_in(models.task) else "",
    )


def _shortened(definition: Mapping[str, Any], messages: Sequence[Mapping[str, Any]]) -> str:
    """Return that the built-in model was given less than it was asked with; empty where it got everything."""
    length = characters_too_many(messages, tuple(field["name"] for field in definition["output_fields"]))
    if not length:
        return ""
    return (
        f"The built-in model reads about {PROMPT_CHARACTERS:,} characters at once, about half of them of the row, "
        f"and this prompt has {length:,}. Examples, or the ends of long values, were left out. Other models read more."
    )


def _in_own_thread(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    # A thread of its own, because the caller's may have an event loop already.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="trial") as executor:
        # In this context, which knows the project's prices.
        return executor.submit(copy_context().run, lambda: asyncio.run(work())).result()


async def _within(answer: Any, seconds: float) -> Any:
    return await asyncio.wait_for(answer, seconds)


def explain(error: OptimizerError) -> TrialError:
    """Return an error as title, message and way out."""
    for kind, title, way_out in WAYS_OUT:
        if isinstance(error, kind):
            return TrialError(title=title, message=str(error), way_out=way_out)
    return TrialError(title="This program cannot run", message=str(error), way_out="Edit the program and try again.")
