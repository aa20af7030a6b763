"""What owners do with keys: set one, and take one away. Only the last characters are ever written down in the clear."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.keys.models import ProviderKey
from omegaweb.keys.secret import encrypted, encrypted_anew
from omegaweb.projects.models import Project

#: So many of the last characters are shown, of keys that are long enough.
SHOWN = 4


@sensitive_variables("key")
def set_key(*, project: Project, user: User, provider: str, address: str, key: str) -> ProviderKey:
    """Let the project's runs use a key from now on, those under way included."""
    ending = key[-SHOWN:] if len(key) > 3 * SHOWN else ""
    values = {"encrypted": encrypted(key), "ending": ending, "set_by": user, "set_at": timezone.now()}
    untested = {"tested_at": None, "tested_with": "", "works": None, "test_note": ""}
    with transaction.atomic():
        known = ProviderKey.objects.filter(project=project, provider=provider, address=address).first()
        row, _ = ProviderKey.objects.update_or_create(
            project=project, provider=provider, address=address, defaults={**values, **untested}
        )
        before = None if known is None else {"ending": known.ending}
        record(project=project, actor=user, action=Action.KEY_SET, target=row, before=before, after={"ending": ending})
    return row


def remove_key(*, row: ProviderKey, user: User) -> None:
    """Take a key away; what asks from now on uses the site's environment, or nothing."""
    with transaction.atomic():
        before = {"ending": row.ending}
        record(project=row.project, actor=user, action=Action.KEY_REMOVED, target=row, before=before)
        row.delete()


def note_test(row: ProviderKey, *, model: str, works: bool, note: str, at: datetime) -> None:
    """Keep what a test of a key gave, unless another key was set meanwhile."""
    ProviderKey.objects.filter(pk=row.pk, set_at=row.set_at).update(
        tested_at=at, tested_with=model, works=works, test_note=note[:400]
    )


def encrypt_all_anew() -> tuple[int, int]:
    """Encrypt every key with the newest secret; return how many were, and how many cannot be read."""
    done = lost = 0
    for row in ProviderKey.objects.all():
        fresh = encrypted_anew(row.encrypted)
        if fresh is None:
            lost += 1
            continue
        # One that was replaced meanwhile is encrypted with the newest secret anyway.
        done += ProviderKey.objects.filter(pk=row.pk, encrypted=row.encrypted).update(encrypted=fresh)
    return done, lost
