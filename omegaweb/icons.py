"""The tag `lucide`: an icon as SVG. Its package opens its archive anew for each; here that is done once."""

from __future__ import annotations

import io
from functools import cache, lru_cache
from importlib.resources import files
from xml.etree import ElementTree
from zipfile import ZipFile

from django import template
from django.utils.safestring import SafeString

register = template.Library()

NAMESPACE = "{http://www.w3.org/2000/svg}"


@register.simple_tag
def lucide(name: str, *, size: int | None = 24, **attributes: str) -> SafeString:
    """Return the icon of this name; `aria_hidden` becomes `aria-hidden`.

    Raises:
        KeyError: there is none.
    """
    return _icon(name, size, tuple(attributes.items()))


@lru_cache(maxsize=1024)
def _icon(name: str, size: int | None, attributes: tuple[tuple[str, str], ...]) -> SafeString:
    drawing = ElementTree.fromstring(_archive().read(f"{name}.svg"))
    for node in drawing.iter():
        node.tag = node.tag.removeprefix(NAMESPACE)  # inside HTML it is known
    if size is not None:
        drawing.attrib.update(width=str(size), height=str(size))
    drawing.attrib.update({attribute.replace("_", "-"): str(value) for attribute, value in attributes})
    return SafeString(ElementTree.tostring(drawing, encoding="unicode"))


@cache
def _archive() -> ZipFile:
    return ZipFile(io.BytesIO(files("lucide").joinpath("lucide.zip").read_bytes()))
