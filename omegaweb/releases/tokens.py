"""Tokens with which machines read the current version of a program: shown once, stored as a hash, revocable."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.programs.models import Program
from omegaweb.releases.models import ProgramToken

PREFIX = "owr_"  # so that tools that look for secrets in code can find one
START_LENGTH = 8
#: "Last used" is written at most so often, so that reading stays cheap.
USE_NOTED_AFTER = timedelta(minutes=1)


def make_token(program: Program, *, user: User, name: str) -> tuple[ProgramToken, str]:
    """Make a token, and return it with its secret, which is kept nowhere."""
    secret = f"{PREFIX}{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        token = ProgramToken.objects.create(
            program=program, name=name, token_hash=_hash(secret), start=secret[:START_LENGTH], created_by=user
        )
        after = {"program": str(program)}
        record(project=program.project, actor=user, action=Action.TOKEN_MADE, target=token, after=after)
    return token, secret


@transaction.atomic
def revoke(token: ProgramToken, *, user: User) -> bool:
    """Let a token work no more. False if it did not any more already."""
    revoked = ProgramToken.objects.valid().filter(pk=token.pk).update(revoked_at=timezone.now())
    if revoked:
        record(project=token.program.project, actor=user, action=Action.TOKEN_REVOKED, target=token)
    return bool(revoked)


def find(secret: str) -> ProgramToken | None:
    """Return the valid token of a secret, and note that it was used."""
    token = ProgramToken.objects.valid().filter(token_hash=_hash(secret)).first()
    if token is not None:
        now = timezone.now()
        old = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_AFTER)
        ProgramToken.objects.filter(old, pk=token.pk).update(last_used_at=now)
    return token


def _hash(secret: str) -> str:
    # The secret is 256 random bits, so nothing slower than one hash is needed.
    return hashlib.sha256(secret.encode()).hexdigest()
