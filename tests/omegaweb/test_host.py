"""What the host gives: environment variables, the secret key, files out of packages."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from omegaweb import environment, secret_key
from omegaweb.assets import PLOTLY


def test_a_flag_is_a_yes_or_a_no(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OMEGAWEB_X", "Yes")
    assert environment.flag("X", False)
    monkeypatch.setenv("OMEGAWEB_X", "0")
    assert not environment.flag("X", True)
    monkeypatch.setenv("OMEGAWEB_X", "perhaps")
    with pytest.raises(ValueError, match="OMEGAWEB_X='perhaps' is neither yes nor no"):
        environment.flag("X", True)


def test_a_number_is_a_whole_number(monkeypatch: pytest.MonkeyPatch):
    assert environment.number("X", 3) == 3
    monkeypatch.setenv("OMEGAWEB_X", "many")
    with pytest.raises(ValueError, match="OMEGAWEB_X='many' is not a whole number"):
        environment.number("X", 3)


def test_words_stand_between_commas(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OMEGAWEB_X", "a.example, b.example,")
    assert environment.words("X", "") == ["a.example", "b.example"]


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path: Path):
    path = tmp_path / "below" / "key.txt"

    key = secret_key.load_or_create(path)

    assert len(key) >= 50
    assert secret_key.load_or_create(path) == key
    assert path.stat().st_mode & 0o777 == 0o600


def test_plotly_comes_out_of_its_package():
    found = finders.find(PLOTLY)

    assert isinstance(found, str)
    assert "site-packages" in found
    assert finders.find("plotly/validators.js") is None
