"""The tag `lucide`: an icon as SVG. Its package puts each together anew; a table shows the same in each row."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from lucide.templatetags import lucide as package

register = template.Library()


@register.simple_tag
def lucide(name: str, *, size: int | None = 24, **attributes: str) -> SafeString:
    """Return the icon of this name."""
    return _icon(name, size, tuple(attributes.items()))


@lru_cache(maxsize=1024)
def _icon(name: str, size: int | None, attributes: tuple[tuple[str, str], ...]) -> SafeString:
    return SafeString(package.lucide(name, size=size, **dict(attributes)))
