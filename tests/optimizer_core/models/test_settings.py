"""Settings that cannot work are refused at construction; those that can survive a round trip."""

from __future__ import annotations

import subprocess
import sys

import pytest

from optimizer_core.errors import ConfigurationError
from optimizer_core.models import defaults
from optimizer_core.models.embedding_model import EmbeddingModel, as_embedding_model
from optimizer_core.models.language_model import LanguageModel, as_language_model


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("timeout", 0),
        ("timeout", float("inf")),
        ("retry", 0),
        ("retry", 1.5),
        ("retry", True),
        ("retry_max_wait", -1),
        ("temperature", -0.1),
        ("temperature", "warm"),
        ("max_tokens", 0),
        ("max_concurrency", 0),
        ("reasoning_effort", "extreme"),
        ("extra_body", ["no object"]),
        ("extra_body", {"not": object()}),
        ("fallback", 3),
        ("api_base", ""),
        ("api_base", 5),
        ("api_base", "ftp://here/v1"),
        ("api_base", "http://:8000"),
        ("api_base", "http://here:99999"),
        ("api_key", 5),
        ("api_key", "two words"),
        ("api_key", "sk-1\nsk-2"),
        ("caching", "no"),
    ],
)
def test_an_impossible_value_is_named_in_the_error(setting, value):
    with pytest.raises(ConfigurationError, match=setting if setting != "fallback" else "3"):
        LanguageModel("openai/x", **{setting: value})


def test_a_text_is_no_switch_for_the_cache_of_an_embedding_model():
    with pytest.raises(ConfigurationError, match="caching='no' must be True or False"):
        EmbeddingModel("openai/x", caching="no")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "  ", None, 7])
def test_a_model_needs_a_name(name):
    with pytest.raises(ConfigurationError, match="model="):
        LanguageModel(name)
    with pytest.raises(ConfigurationError, match="model="):
        EmbeddingModel(name)


@pytest.mark.parametrize("kind", [LanguageModel, EmbeddingModel])
def test_a_key_that_is_refused_is_not_shown(kind):
    with pytest.raises(ConfigurationError, match="api_key must be") as caught:
        kind("openai/x", api_key="secret words")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("address", ["http://localhost:8000/v1", "localhost:8000", "https://[::1]/v1", " http://here "])
def test_an_address_may_lack_its_scheme(address):
    assert LanguageModel("openai/x", api_base=address).api_base == address.strip()


def test_unknown_keywords_are_type_errors():
    with pytest.raises(TypeError, match="temprature"):
        LanguageModel("openai/x", temprature=0.3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="batch"):
        EmbeddingModel("openai/x", batch=3)  # type: ignore[call-arg]


def test_the_configuration_makes_the_same_model_again_and_holds_no_key():
    model = LanguageModel(
        "openrouter/a/b",
        api_key="secret",
        fallback=LanguageModel("ollama/c", api_key="secret", retry=2),
        temperature=0.5,
        extra_body={"provider": {"only": ["x"]}},
    )
    config = model.config()
    assert "secret" not in str(config)
    again = LanguageModel.from_config(config)
    assert again.config() == config
    assert again.fallback is not None
    assert again.fallback.retry == 2
    assert "secret" not in repr(model)


def test_an_embedding_models_configuration_makes_it_again():
    config = EmbeddingModel("openai/e", batch_size=7, dimensions=64, fallback="openai/f").config()
    assert EmbeddingModel.from_config(config).config() == config


def test_strings_and_configurations_stand_for_models_everywhere():
    assert as_language_model("openai/x").model == "openai/x"
    assert as_language_model({"model": "openai/x", "retry": 2}).retry == 2
    assert as_embedding_model("openai/e").model == "openai/e"


def test_the_default_is_looked_up_at_the_time_of_the_call():
    with pytest.raises(ConfigurationError, match="set_default_language_model"):
        as_language_model(None)
    try:
        defaults.set_default_language_model("openai/x")
        assert as_language_model(None) is defaults.get_default_language_model()
        defaults.set_default_embedding_model("openai/e")
        assert as_embedding_model(None) is defaults.get_default_embedding_model()
    finally:
        defaults.set_default_language_model(None)
        defaults.set_default_embedding_model(None)
    assert defaults.get_default_language_model() is None
    with pytest.raises(ConfigurationError, match="set_default_embedding_model"):
        as_embedding_model(None)


def test_nothing_heavy_is_loaded_before_the_first_call():
    program = (
        "import sys; from optimizer_core.models.language_model import LanguageModel; LanguageModel('openai/x', "
        "api_base='http://a'); LanguageModel('anthropic/x');"
        "print([m for m in ('litellm', 'aiohttp', 'openai', 'numpy', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
