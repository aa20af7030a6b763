"""The pages about the library: the reference is up to date, and what the pages say can be found in the code."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import optimizer_core as oc

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "library"


def test_the_api_reference_is_what_the_docstrings_say():
    code = "import sys; import api_reference; sys.stdout.buffer.write(api_reference.page().encode())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "scripts", capture_output=True, check=True)
    assert done.stdout.decode() == (PAGES / "api.md").read_text(encoding="utf-8"), "run: make docs"


@pytest.mark.parametrize(
    ("page", "optimizer"), [("omega.md", oc.optimizers.OMEGA), ("random_few_shot.md", oc.optimizers.RandomFewShot)]
)
def test_a_page_names_every_parameter_with_its_default(page, optimizer):
    text = (PAGES / page).read_text(encoding="utf-8")
    for name, parameter in inspect.signature(optimizer).parameters.items():
        row = re.search(rf"^\| `{name}` \| ([^|]+) \|", text, re.MULTILINE)
        assert row is not None, f"{page} says nothing of {name}"
        assert row[1].strip() == f"`{parameter.default!r}`".replace("'", '"'), name


def test_every_decision_is_named():
    text = (PAGES / "synalinks.md").read_text(encoding="utf-8")
    assert [number for number in range(1, 26) if f"D{number} " not in text] == []


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda path: path.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target
