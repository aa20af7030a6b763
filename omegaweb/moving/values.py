"""Values of columns as JSON and back; what comes back is checked, because a file may say anything."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models.fields import NOT_PROVIDED


def to_json(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode("ascii")
    return value


@cache
def reader_of(model: type[models.Model], name: str) -> Callable[[Any], Any]:
    """Return what turns a column's JSON into its value, and raises ValueError where it cannot be one."""
    field: models.Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment] # a column, no relation
    read = _reader(field)

    def checked(value: Any) -> Any:
        if value is None and not isinstance(field, models.JSONField):
            if not field.null:
                raise ValueError(f"{name} is missing")
            return None
        try:
            return read(value)
        except ValueError as error:
            raise ValueError(f"{name} is {str(value)[:60]!r}: {error}") from error

    return checked


def default_of(model: type[models.Model], name: str) -> Any:
    """Return what a column holds that a file of an older version does not know.

    Raises:
        ValueError: it has always been there.
    """
    field: models.Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment] # a column, no relation
    if field.null or field.default is not NOT_PROVIDED or (field.blank and field.empty_strings_allowed):
        return field.get_default()
    raise ValueError(f"{name} is missing")


def _reader(field: models.Field[Any, Any]) -> Callable[[Any], Any]:
    match field:
        case models.JSONField():
            return lambda value: value
        case models.BinaryField():
            return _bytes
        case models.DateTimeField():
            return _moment
        case models.BooleanField():
            return lambda value: _of_type(value, bool, "neither true nor false")
        case models.IntegerField():
            return _whole_number(field)
        case models.FloatField():
            return _number
    return _text(field)


def _bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(_of_type(value, str, "no text"), validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_of_type(value, str, "no time"))
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment


def _whole_number(field: models.Field[Any, Any]) -> Callable[[Any], int]:
    least, most = connection.ops.integer_field_range(field.get_internal_type())

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError("no whole number")
        if (least is not None and value < least) or (most is not None and value > most):
            raise ValueError("too large or too small")
        return value

    return read


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError("no number")
    return float(value)


def _text(field: models.Field[Any, Any]) -> Callable[[Any], str]:
    most = getattr(field, "max_length", None)
    allowed = {value for value, _ in field.flatchoices} or None

    def read(value: Any) -> str:
        text: str = _of_type(value, str, "no text")
        if most is not None and len(text) > most:
            raise ValueError(f"longer than {most} characters")
        if allowed is not None and text not in allowed and not (field.blank and not text):
            raise ValueError("not among what it can be")
        return text

    return read


def _of_type(value: Any, kind: type[Any], problem: str) -> Any:
    if not isinstance(value, kind):
        raise ValueError(problem)
    return value
