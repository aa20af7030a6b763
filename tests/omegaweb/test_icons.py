"""Icons are drawn as their package draws them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lucide.templatetags import lucide as package

from omegaweb.icons import lucide

TEMPLATES = Path(__file__).parents[2] / "templates"
USED = {
    name for page in TEMPLATES.rglob("*.html") for name in re.findall(r'{% lucide "([\w-]+)"', page.read_text("utf-8"))
}


def test_every_icon_of_a_template_is_that_of_the_package():
    assert len(USED) > 50
    for name in USED:
        assert lucide(name, size=16, aria_hidden="true") == package.lucide(name, size=16, aria_hidden="true")


def test_attributes_are_escaped():
    assert 'aria-label="&quot;&gt;&lt;b&gt;"' in lucide("check", aria_label='"><b>')


def test_an_icon_that_is_not_there_is_an_error():
    with pytest.raises(KeyError, match="no-such-icon"):
        lucide("no-such-icon")
