"""Whether the configuration of a run in a file is one that a launch form could have written."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from omegaweb.reviews.models import ReviewState
from omegaweb.runs.configuration import Asks, OnWarning, ReviewChoice, RunConfiguration

#: What may become of a review that nobody decided in time.
DEFAULTS = (ReviewState.APPROVED, ReviewState.REJECTED, ReviewState.LEFT_OUT)


def check_configuration(value: Any) -> None:
    """Accept a configuration that can be read, and whose values are of the types that the site goes by.

    Raises:
        ValueError: it is none; the message says where.
    """
    try:
        chosen = RunConfiguration.from_json(value)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the configuration of the run cannot be read ({error})") from error
    _check_members(chosen, "configuration")
    _check_choices(chosen.review, chosen.on_warning)


def _check_members(value: Any, where: str) -> None:
    hints = get_type_hints(type(value))
    for member in fields(value):
        _check(getattr(value, member.name), hints[member.name], f"{where}.{member.name}")


def _check(value: Any, hint: Any, where: str) -> None:
    if is_dataclass(hint):
        _check_members(value, where)
    elif get_origin(hint) is tuple:
        _check_type(value, tuple, where=where)
        for item in value:
            _check(item, get_args(hint)[0], where)
    else:
        options = get_args(hint) if isinstance(hint, UnionType) else (hint,)
        _check_type(value, *(get_origin(option) or option for option in options), where=where)


def _check_type(value: Any, *allowed: Any, where: str) -> None:
    is_flag, kinds = isinstance(value, bool), (*allowed, int) if float in allowed else allowed
    if not isinstance(value, kinds) or (is_flag and bool not in allowed):
        raise ValueError(f"{where} is {str(value)[:60]!r}, which is of another kind than it should be")


def _check_choices(review: ReviewChoice, on_warning: str) -> None:
    for name, value, allowed in (
        ("review.asks", review.asks, tuple(Asks)),
        ("review.after_hours", review.after_hours, DEFAULTS),
        ("on_warning", on_warning, tuple(OnWarning)),
    ):
        if value not in allowed:
            raise ValueError(f"configuration.{name} is {value[:60]!r}, which is none of {', '.join(allowed)}")
