"""Data models: what a program reads and answers, written as a class."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Field

__all__ = ["DataModel", "Field"]


class DataModel(BaseModel):
    """Base of classes that describe a JSON object; unknown fields are forbidden.

    The class docstring and each ``Field(description=…)`` reach the prompts. A JSON Schema dict may stand wherever a
    data model class may.

    Raises:
        pydantic.ValidationError: a value does not fit its field, or there is no such field.
    """

    # Columns may be called model_…, which pydantic would otherwise warn about.
    model_config = ConfigDict(extra="forbid", protected_namespaces=())
