"""Which servers may be asked: what a form takes, and what a run that came past the form is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms

from omegaweb.engine.model_building import build_models
from omegaweb.runs.configuration import ModelChoice
from omegaweb.server_address import ServerAddressField, is_near, reason_against
from optimizer_core.errors import ConfigurationError


@pytest.mark.parametrize(
    "address",
    ["", "http://localhost:11434", "127.0.0.1:8000/v1", "https://models.example.org/v1", "http://10.0.0.7/v1"],
)
def test_any_server_may_be_asked_where_none_are_listed(address: str) -> None:
    assert reason_against(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest",
        "http://[::ffff:169.254.169.254]/v1",
        "http://[fe80::1]:8000/v1",
        "http://metadata.google.internal./v1",
        "169.254.169.254",
        "http://0.0.0.0:8000/v1",
        "http://224.0.0.1/v1",
        "http://2852039166/v1",  # 169.254.169.254, as connecting reads it
        "http://0xa9fea9fe/v1",
        "http://169.254.43518/v1",
        "http://[fd00:ec2:0:0::254]/v1",
        "http://168.63.129.16/v1",
    ],
)
def test_where_no_model_can_be_nothing_is_asked(address: str) -> None:
    assert "never asked" in reason_against(address)
    with pytest.raises(ConfigurationError, match="never asked"):
        build_models(ModelChoice(task="openai/x", api_base=address))


def test_a_list_keeps_all_others_out(settings: Any) -> None:
    settings.MODEL_SERVERS = ["models.example.org", "localhost:11434"]
    assert reason_against("https://Models.example.org:8443/v1") == ""
    assert reason_against("http://localhost:11434") == ""
    for other in ("http://localhost:5432", "http://models.example.org.evil.com/v1", "http://10.0.0.7/v1"):
        with pytest.raises(forms.ValidationError, match="not among the servers"):
            ServerAddressField().clean(other)
    with pytest.raises(ConfigurationError, match="not among the servers"):
        build_models(ModelChoice(task="openai/x", embedding="openai/e", embedding_api_base="http://10.0.0.7/v1"))


@pytest.mark.parametrize(
    "address",
    [
        *(
            "http://localhost:8000/v1",
            "127.0.0.1:8000",
            "http://[::1]:8000",
            "http://192.168.1.7",
            "http://10.0.0.7/v1",
        ),
        *("http://ollama:11434", "http://gpu.local/v1", "http://host.docker.internal:1234"),
    ],
)
def test_ones_own_computer_and_network_are_near(address: str) -> None:
    assert is_near(address)


@pytest.mark.parametrize(
    "address", ["", "https://api.openai.com/v1", "http://8.8.8.8", "https://localhost.example.org"]
)
def test_anything_else_is_not(address: str) -> None:
    assert not is_near(address)
