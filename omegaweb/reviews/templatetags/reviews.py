"""Template tags of reviews: how many wait, and whether a candidate is approved."""

from __future__ import annotations

from django import template
from django.contrib.auth.models import AnonymousUser

from omegaweb.accounts.models import User
from omegaweb.engine.agreement import agreement_of
from omegaweb.reviews.approval import approval_of
from omegaweb.reviews.models import Review

register = template.Library()
register.filter("approval", approval_of)
register.simple_tag(agreement_of)


@register.simple_tag
def waiting_reviews(user: User | AnonymousUser) -> int:
    """Return how many reviews wait for this person."""
    return Review.objects.number_waiting_for(user)
