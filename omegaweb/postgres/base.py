"""The database engine: Django's own for PostgreSQL, but JSON is stored as text and read back as it was.

Django would take `jsonb`, which sorts the members of objects and turns 1e16 into a whole number. The order of members
is what a model reads, so a run taken up from its rows would ask other questions than the one that wrote them. The price
of `json`: the database can neither compare such columns nor make them distinct, and a member is asked for as text, with
`json_members.member`.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base, operations
from psycopg.adapt import AdaptersMap
from psycopg.types.json import Json
from psycopg.types.string import StrDumperUnknown, TextLoader

from omegaweb.postgres.texts import json_text, without_nul


class _TextDumper(StrDumperUnknown):
    """PostgreSQL refuses a text with a NUL in it, and with the text all that was said around it."""

    def dump(self, obj: str) -> Any:
        return super().dump(without_nul(obj))


class DatabaseOperations(operations.DatabaseOperations):
    def adapt_json_value(self, value: Any, encoder: Any) -> Json:  # type: ignore[override]  # as Django's own does
        return Json(value, dumps=lambda value: json_text(value, encoder))


class DatabaseWrapper(base.DatabaseWrapper):
    data_types = {**base.DatabaseWrapper.data_types, "JSONField": "json"}  # noqa: RUF012  # Django's own is no ClassVar
    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        adapters = AdaptersMap(parameters["context"])
        adapters.register_dumper(str, _TextDumper)
        adapters.register_loader("json", TextLoader)  # the field decodes it
        return {**parameters, "context": adapters}
