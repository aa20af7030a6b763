"""Models in trouble, in words: which one, what, since when, and what the run does about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from omegaweb.engine.messages import plain_message
from omegaweb.engine.providers import provider_of, site_variable
from omegaweb.runs.durations import in_words
from omegaweb.runs.models import Run

#: Shorter waits are over before anybody has read of them.
WORTH_A_CLOCK = 3.0
RATE_LIMITED, DOWN, ACCESS_REVOKED = "rate_limited", "down", "access_revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleLine:
    """One model in trouble."""

    model: str
    kind: str
    title: str
    since: datetime
    action: str  # what the run does about it
    next_try: float | None  # seconds; None: soon, or when somebody resumes
    message: str  # what the provider said
    needs_somebody: bool = False
    key_asked: str = ""  # what the page of keys is asked for, where a key is not accepted any more


def troubles_of(run: Run, *, now: datetime) -> list[TroubleLine]:
    """Return the models of a run that are in trouble, the oldest trouble first."""
    lines = [_line(run, model, trouble, now) for model, trouble in run.troubles.items()]
    return sorted(lines, key=lambda line: line.since)


def trouble_in_short(run: Run) -> str:
    """Return what a list of runs says about it; empty where there is nothing."""
    if run.waits_for_provider or not run.is_under_way or not run.troubles:
        return ""
    model, trouble = next(iter(run.troubles.items()))
    return f"Slowed by {model}" if trouble["trouble"] == RATE_LIMITED else f"Waiting for {model}"


def _line(run: Run, model: str, trouble: dict[str, Any], now: datetime) -> TroubleLine:
    kind = trouble["trouble"]
    left = (datetime.fromisoformat(trouble["next_try"]) - now).total_seconds()
    has_clock = trouble["wait"] >= WORTH_A_CLOCK and left > 0 and not run.waits_for_provider
    return TroubleLine(
        model=model,
        kind=kind,
        title=_title(model, trouble),
        since=datetime.fromisoformat(trouble["since"]),
        action=_action(run, model, trouble),
        next_try=left if has_clock and kind != ACCESS_REVOKED else None,
        message=plain_message(trouble["message"]),
        needs_somebody=run.waits_for_provider,
        key_asked=_key_asked(run, model) if kind == ACCESS_REVOKED else "",
    )


def _key_asked(run: Run, model: str) -> str:
    models = run.choices.models
    address = models.embedding_api_base if model == models.embedding else models.api_base
    return urlencode({"provider": "address", "address": address} if address else {"provider": provider_of(model)})


def _title(model: str, trouble: dict[str, Any]) -> str:
    match trouble["trouble"]:
        case "rate_limited":
            return f"{model} asks for fewer requests"
        case "access_revoked" if "no credit left" in trouble["message"]:
            return f"There is no credit left for {model}"
        case "access_revoked":
            return f"The key for {model} is not accepted any more"
    return f"{model} does not answer"


def _action(run: Run, model: str, trouble: dict[str, Any]) -> str:
    match trouble["trouble"]:
        case "rate_limited":
            return f"{_width(trouble)} Nothing is lost, and the run speeds up again by itself."
        case "access_revoked":
            return _way_out(run, model, trouble["message"])
    if run.waits_for_provider:
        return "The run waited long enough and pauses. Nothing is lost: resume it when the model answers again."
    return "Nothing is lost: questions are held, and one of them tries now and then. The run goes on by itself."


def _width(trouble: dict[str, Any]) -> str:
    at_once, of = trouble["at_once"], trouble["of"]
    return "Waiting as long as it asks." if at_once == of else f"Slowed to {at_once} of {of} questions at once."


def _way_out(run: Run, model: str, message: str) -> str:
    kept = "The run pauses; what was answered is kept, and nothing is paid twice."
    if "no credit left" in message:
        return f"{kept} Top up the credit with the provider, then resume."
    models = run.choices.models
    address = models.embedding_api_base if model == models.embedding else models.api_base
    variable = site_variable(model, address)
    where = f" in {variable}" if variable else " into its environment"
    return (
        f"{kept} An owner of the project can set a valid key and then resume. Where it is the site’s key, put another "
        f"one{where} and start the server again; the run pauses through the restart."
    )


def sentence(payload: dict[str, Any]) -> str:
    """Return what the log says of a trouble that began or changed."""
    wait = f", next try in {in_words(payload['wait'])}" if payload["wait"] >= WORTH_A_CLOCK else ""
    match payload["trouble"]:
        case "rate_limited":
            return f"{_title(payload['model'], payload)}: {_width(payload)[0].lower()}{_width(payload)[1:-1]}{wait}."
        case "access_revoked":
            return f"{_title(payload['model'], payload)}: {plain_message(payload['message'])}"
    return f"{_title(payload['model'], payload)}{wait}: {plain_message(payload['message'])}"
