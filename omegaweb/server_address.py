"""The form field for the address of a server that somebody runs themselves."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms


class ServerAddressField(forms.URLField):
    """An address without a name and a password in it: it is shown, logged and kept with runs, as they must not be."""

    def __init__(self, **options: Any) -> None:
        super().__init__(assume_scheme="http", **options)

    def clean(self, value: Any) -> Any:
        """Return the address.

        Raises:
            ValidationError: it is none, or holds a name or a password.
        """
        address = super().clean(value)
        if "@" in urlsplit(address or "").netloc:
            raise forms.ValidationError(
                "An address is shown to everybody here, so it must not hold a name or a password. Where the server "
                "wants a key, an owner can set it for this address on the project’s page “Provider keys”."
            )
        return address
