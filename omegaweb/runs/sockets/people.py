"""Who is behind each socket now: sessions of many sockets are looked at with three questions to the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from omegaweb.accounts.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person behind a session, and what the session held when Django checked it."""

    user: User
    data: str


def person_behind(key: str | None) -> SignedIn | None:
    """Return who is signed in with a session, as Django's own check has it; None for nobody."""
    found = _open_sessions([key] if key else [])
    request = HttpRequest()
    request.session = SessionStore(key)
    user = get_user(request)
    if key not in found or not isinstance(user, User) or not user.is_active:
        return None
    return SignedIn(user=user, data=found[key])


def people_behind(known: Mapping[str, SignedIn]) -> dict[str, SignedIn]:
    """Return those who are still signed in, by session, with their accounts as they are now.

    Args:
        known: who was behind each session at the last look. Django checks again only those of which something changed.
    """
    data = _open_sessions(known)
    users = User.objects.in_bulk({before.user.pk for before in known.values()})
    people: dict[str, SignedIn] = {}
    for key, before in known.items():
        user = users.get(before.user.pk)
        if user is None or not user.is_active:
            continue
        if data.get(key) == before.data and user.password == before.user.password:
            people[key] = SignedIn(user=user, data=before.data)
        elif (now := person_behind(key)) is not None:
            people[key] = now
    return people


def _open_sessions(keys: Iterable[str]) -> dict[str, str]:
    sessions = Session.objects.filter(session_key__in=list(keys), expire_date__gt=timezone.now())
    return dict(sessions.values_list("session_key", "session_data"))
