"""What owners do with prices: set one, and go back to the price list."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.projects.models import Project
from omegaweb.spending.models import ModelPrice


def set_price(*, project: Project, user: User, model: str, read: Decimal, written: Decimal) -> ModelPrice:
    """Let a model cost this in the project, in US dollars per million tokens; runs begun or continued later use it."""
    with transaction.atomic():
        known = ModelPrice.objects.filter(project=project, model=model).first()
        price, _ = ModelPrice.objects.update_or_create(
            project=project, model=model, defaults={"read": read, "written": written, "set_by": user}
        )
        before = None if known is None else _words(known.read, known.written)
        after = _words(read, written)
        record(project=project, actor=user, action=Action.PRICE_SET, target=price, before=before, after=after)
    return price


def forget_price(*, price: ModelPrice, user: User) -> None:
    """Let the price list decide again."""
    with transaction.atomic():
        before = _words(price.read, price.written)
        record(project=price.project, actor=user, action=Action.PRICE_FORGOTTEN, target=price, before=before)
        price.delete()


def _words(read: Decimal, written: Decimal) -> dict[str, str]:
    return {"read": f"{read:f}", "written": f"{written:f}"}
