"""Addresses of servers that somebody runs themselves: which may be asked, and the form field for one."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import inet_aton
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings

#: Where clouds hand out the credentials of a machine; no model answers there.
CREDENTIALS = frozenset(
    {
        *("metadata.google.internal", "metadata.goog", "instance-data", "100.100.100.200"),
        *("168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"),
    }
)
#: How names in one's own network end; those without any dot are near as well.
NEAR = (".localhost", ".local", ".lan", ".internal", ".home.arpa")


class ServerAddressField(forms.URLField):
    """An address without a name and a password in it: it is shown, logged and kept with runs, as they must not be."""

    def __init__(self, **options: Any) -> None:
        super().__init__(assume_scheme="http", **options)

    def clean(self, value: Any) -> Any:
        """Return the address.

        Raises:
            ValidationError: it is none, holds a name or a password, or may not be asked.
        """
        address = super().clean(value)
        if "@" in urlsplit(address or "").netloc:
            raise forms.ValidationError(
                "An address is shown to everybody here, so it must not hold a name or a password. Where the server "
                "wants a key, an owner can set it for this address on the project’s page “Provider keys”."
            )
        if problem := reason_against(address or ""):
            raise forms.ValidationError(problem)
        return address


def reason_against(address: str) -> str:
    """Return why an address may not be asked; empty where it may.

    Names are not looked up: whoever runs the site where inner services trust everybody must list the servers.
    """
    parts = urlsplit(address if "://" in address else f"//{address}")
    host = (parts.hostname or "").rstrip(".")
    allowed: list[str] = settings.MODEL_SERVERS
    if allowed and host and not {host, parts.netloc.lower()} & set(allowed):
        return f"{host} is not among the servers that may be asked from here: {', '.join(allowed)}."
    if host in CREDENTIALS or _is_no_place_for_a_model(host):
        return f"{host} is no address of a model server, and is never asked."
    return ""


def is_near(address: str) -> bool:
    """Tell whether an address is that of one's own computer or network, as far as it says so itself."""
    host = (urlsplit(address if "://" in address else f"//{address}").hostname or "").rstrip(".")
    number = _number(host) if host else None
    if number is not None:
        return number.is_private or number.is_loopback
    return bool(host) and ("." not in host or host.endswith(NEAR))


def _is_no_place_for_a_model(host: str) -> bool:
    address = _number(host)
    if address is None:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_link_local or address.is_multicast or address.is_unspecified or str(address) in CREDENTIALS


def _number(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host is written as; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        # As connecting reads it: also 2852039166, 0xa9fea9fe and 169.254.43518 are 169.254.169.254.
        return IPv4Address(inet_aton(host))
    except (OSError, UnicodeError):
        return None
