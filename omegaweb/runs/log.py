"""The event log of a run in sentences, newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from omegaweb.engine.messages import plain_message
from omegaweb.runs import troubles
from omegaweb.runs.durations import in_words
from omegaweb.runs.flags import THEN
from omegaweb.runs.models import Event, Run
from omegaweb.runs.steering_words import named_candidates, steering_sentence
from omegaweb.runs.wording import operator_name, race_in_words, two_places

LINES_ON_A_PAGE = 50

#: What a person may narrow the log to → (label, kinds).
FILTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "candidates": (
        "Candidates",
        (
            *("candidate.proposed", "candidate.flagged", "candidate.scored", "candidate.dropped", "proposal.failed"),
            *("candidate.embedded", "best.changed", "test.finished"),
        ),
    ),
    "population": ("Population", ("population.updated", "best.changed")),
    "steering": ("Steering", ("steering.applied", "run.paused", "run.resumed")),
    "reviews": ("Reviews", ("review.requested", "review.decided")),
    "progress": (
        "Progress",
        (
            *("run.started", "run.finished", "epoch.started", "epoch.finished", "batch.finished"),
            *("validation.finished", "test.finished", "checkpoint.saved"),
        ),
    ),
    "problems": (
        "Problems",
        ("warning.raised", "candidate.flagged", "proposal.failed", "provider.troubled", "provider.recovered"),
    ),
    "spend": ("Spend", ("spend.updated",)),
}
#: Said too often to be read, unless somebody asks for them.
QUIET = ("spend.updated", "checkpoint.saved", "candidate.embedded")

ENDS = {
    "completed": "The run is complete",
    "stopped": "The run was stopped",
    "failed": "The run failed",
}
REASONS = {
    "epochs_done": "all epochs are done",
    "budget_spent": "the budget is spent",
    "target_reached": "the target reward is reached",
    "stop_requested": "somebody asked it to",
    "finish_requested": "somebody asked it to finish",
    "callback": "a callback asked it to",
    "error": "",
}
#: Why a candidate lost against its parent.
LOST = {
    "mends_nothing": "mended nothing of what",
    "fell_behind": "fell behind",
    "no_clear_lead": "has no clear lead over",
}
TONES = {
    "warning.raised": "warn",
    "candidate.flagged": "warn",
    "proposal.failed": "warn",
    "best.changed": "good",
    "review.requested": "accent",
    "test.finished": "good",
    "run.paused": "warn",
    "steering.applied": "accent",
    "provider.troubled": "warn",
    "provider.recovered": "good",
}
#: Why a run pauses, where nobody asked it to.
PAUSES = {
    "budget_spent": "its budget is spent",
    "access_revoked": "a provider does not let it in any more",
    "provider_down": "a model has answered nothing for too long",
}

Link = Callable[[str | None], SafeString]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the log."""

    sequence: int
    at: datetime
    kind: str
    tone: str
    sentence: SafeString


def log_page(run: Run, query: Mapping[str, str]) -> Page[Event]:
    """Return the page of events that a query string names: `kind` and `page`."""
    chosen = query.get("kind", "")
    events: QuerySet[Event] = run.events.order_by("-sequence")
    if chosen in FILTERS:
        events = events.filter(kind__in=FILTERS[chosen][1])
    elif chosen != "all":
        events = events.exclude(kind__in=QUIET)
    return Paginator(events, LINES_ON_A_PAGE).get_page(query.get("page"))


def lines_of(run: Run, events: Iterable[Event]) -> list[Line]:
    """Return events as lines; candidates are called by their number and linked."""
    listed = list(events)
    keys = {key for event in listed for key in _keys(event.payload)}
    numbers = dict(run.candidates.filter(key__in=keys).values_list("key", "number"))

    def link(key: str | None) -> SafeString:
        if key not in numbers:
            return format_html("{}", "a candidate")
        url = reverse("runs:candidate", args=[run.pk, numbers[key]])
        return format_html('<a href="{}">#{}</a>', url, numbers[key])

    return [
        Line(
            sequence=event.sequence,
            at=event.at,
            kind=event.kind,
            tone=_tone(event),
            sentence=sentence(event.kind, event.payload, link),
        )
        for event in listed
    ]


def sentence(kind: str, payload: dict[str, Any], link: Link) -> SafeString:
    """Return what an event says; a kind this version does not know is named."""
    match kind:
        case "run.started":
            sizes = payload["sizes"]
            verb = "continued" if payload.get("resumed") else "began"
            return format_html(
                "The run {}: {} training, {} validation and {} test rows.",
                verb,
                *(sizes.get(split, 0) for split in ("train", "validation", "test")),
            )
        case "run.finished":
            reason = REASONS.get(payload["reason"], payload["reason"])
            return format_html(
                "{}{}. {}",
                ENDS[payload["status"]],
                f", because {reason}" if reason else "",
                plain_message(payload["message"]),
            )
        case "epoch.started":
            return format_html("Epoch {} began.", payload["epoch"] + 1)
        case "epoch.finished":
            return format_html("Epoch {} is done.", payload["epoch"] + 1)
        case "batch.finished":
            reward = payload["logs"].get("reward")
            mean = "" if reward is None else f": mean reward {two_places(reward)}"
            return format_html("Batch {} of epoch {}{}.", payload["batch"] + 1, payload["epoch"] + 1, mean)
        case "candidate.proposed":
            return _proposed(payload, link)
        case "candidate.scored":
            return format_html(
                "{} earned {} on {}.",
                link(payload["candidate"]),
                two_places(payload["reward"]),
                _rows(len(payload["results"]), payload["split"]),
            )
        case "candidate.flagged":
            return format_html(
                "{} was flagged: {} {}", link(payload["candidate"]), payload["text"], THEN.get(payload["then"], "")
            )
        case "candidate.embedded":
            return format_html("{} has its place on the map.", link(payload["candidate"]))
        case "candidate.dropped":
            return _dropped(payload, link)
        case "proposal.failed":
            what = operator_name(payload["operator"]).lower()
            return format_html("A proposal ({}) came to nothing: {}", what, payload["reason"])
        case "validation.finished":
            reward = payload["logs"].get("val_reward")
            mean = "" if reward is None else two_places(reward)
            return format_html("{} earned {} on the validation rows.", link(payload["candidate"]), mean)
        case "review.requested":
            return format_html("{} waits for review.", link(payload["candidate"]))
        case "review.decided":
            return _decided(payload, link)
        case "population.updated":
            return format_html(
                "The population has {} member{}; {} left.",
                len(payload["survivors"]),
                "" if len(payload["survivors"]) == 1 else "s",
                len(payload["removed"]),
            )
        case "best.changed":
            return format_html("{} is the best so far: {}.", link(payload["candidate"]), two_places(payload["reward"]))
        case "spend.updated":
            return format_html("Spent so far: {} calls, {} tokens.", f"{payload['calls']:,}", f"{payload['tokens']:,}")
        case "checkpoint.saved":
            return format_html("The run can be continued from here ({}).", payload["reference"])
        case "warning.raised":
            return format_html("{}", capfirst(payload["message"]))
        case "test.finished":
            before, after = payload["baseline"], payload["winner"]
            return format_html(
                "On the test rows: the start earned {}, {} earned {}.",
                two_places(before["mean"]),
                link(after["candidate"]),
                two_places(after["mean"]),
            )
        case "run.paused":
            why = PAUSES.get(payload["reason"]) or f"{payload['by'] or 'somebody'} asked it to"
            return format_html("The run pauses: {}.", why)
        case "run.resumed":
            return format_html("The run goes {}.", "on")
        case "steering.applied":
            return steering_sentence(payload, link)
        case "provider.troubled":
            return format_html("{}", troubles.sentence(payload))
        case "provider.recovered":
            long = in_words(payload["seconds"])
            return format_html("{} answers as before, after {}.", payload["model"], long)
    return format_html("{}", kind)


def _rows(count: int, split: str) -> str:
    kind = "training" if split == "train" else split
    return f"{count} {kind} row" if count == 1 else f"{count} {kind} rows"


def _proposed(payload: dict[str, Any], link: Link) -> SafeString:
    if payload["operator"] == "baseline":
        return format_html("{} is the program as it was.", link(payload["candidate"]))
    parents = [link(key) for key in payload["parents"]]
    made_of = format_html(" from {}", parents[0]) if parents else SafeString("")
    for parent in parents[1:]:
        made_of = format_html("{} and {}", made_of, parent)
    return format_html(
        "{} was proposed: {}{}.", link(payload["candidate"]), operator_name(payload["operator"]).lower(), made_of
    )


def _dropped(payload: dict[str, Any], link: Link) -> SafeString:
    if payload["reason"] == "flagged":
        return format_html("{} was dropped unscored, because it was flagged.", link(payload["candidate"]))
    reason = LOST.get(payload["reason"], payload["reason"])
    counts = {name: payload[name] for name in ("better", "worse", "count")}
    ending = f": {race_in_words(**counts)}" if payload["count"] else " failed on" * (reason == LOST["mends_nothing"])
    return format_html("{} was dropped: it {} {}{}.", link(payload["candidate"]), reason, link(payload["by"]), ending)


def _decided(payload: dict[str, Any], link: Link) -> SafeString:
    by = payload["reviewer"] or "Nobody"
    comment = f": “{payload['comment']}”" if payload["comment"] else "."
    if payload["verdict"] == "left_out" or (payload["verdict"] == "rejected" and not payload["reviewer"]):
        return format_html("{} was left out{}", link(payload["candidate"]), comment)
    if payload["verdict"] == "superseded":
        return format_html("{} is not asked about any more{}", link(payload["candidate"]), comment)
    if payload["verdict"] == "changes_requested":
        return format_html("{} asked for changes to {}{}", by, link(payload["candidate"]), comment)
    if payload["verdict"] == "edited":
        return format_html("{} edited {} into {}{}", by, link(payload["candidate"]), link(payload["edited"]), comment)
    return format_html("{} {} {}{}", by, payload["verdict"], link(payload["candidate"]), comment)


def _tone(event: Event) -> str:
    if event.kind == "run.finished":
        return {"completed": "good", "failed": "bad"}.get(event.payload["status"], "warn")
    return TONES.get(event.kind, "")


def _keys(payload: Mapping[str, Any]) -> list[str]:
    """The candidates whose number a sentence may need."""
    named = [payload.get("candidate"), payload.get("edited"), payload.get("by"), *payload.get("parents", ())]
    winner = payload.get("winner")
    if isinstance(winner, dict):
        named.append(winner.get("candidate"))
    named.extend(named_candidates(payload))
    return [key for key in named if isinstance(key, str)]
