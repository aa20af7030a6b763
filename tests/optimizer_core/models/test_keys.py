"""Keys that somebody brought along: to whom they go, to whom never, and that no message repeats them."""

from __future__ import annotations

import asyncio

import pytest

from optimizer_core.budget import Meter
from optimizer_core.errors import ConfigurationError, ModelError
from optimizer_core.models.keys import OwnKeys, own_key, own_keys, without_keys
from optimizer_core.models.language_model import LanguageModel
from optimizer_core.models.litellm_transport import LiteLLMTransport
from optimizer_core.models.prices import usage_of
from optimizer_core.models.transports import key_of
from tests.fakes.key_server import KeyServer

MINE = "sk-mine-0123456789"
HELLO = [{"role": "user", "content": "hello"}]
KEYS = OwnKeys({"openai": MINE}, {"http://box:1/v1/": "key-of-the-box"})


@pytest.mark.parametrize(
    ("model", "address", "key"),
    [
        ("openai/gpt-4o-mini", None, MINE),
        ("OpenAI/gpt-4o-mini", None, MINE),
        ("gpt-4o-mini", None, MINE),
        ("claude-sonnet-4-5", None, None),  # LiteLLM would take it to Anthropic
        ("banana", None, None),
        ("anthropic/claude-sonnet-4-5", None, None),
        ("openai/gpt-4o-mini", "http://elsewhere/v1", None),
        ("openai/gpt-4o-mini", "http://box:1/v1", "key-of-the-box"),
        ("openai/gpt-4o-mini", "http://box:1/v2", None),
    ],
)
def test_a_key_goes_to_its_provider_or_its_address_only(model: str, address: str | None, key: str | None) -> None:
    with own_keys(KEYS):
        assert own_key(model, address) == key
    assert own_key(model, address) is None


def test_a_key_brought_along_counts_before_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-the-environment")
    assert key_of("openai/x", None) == "of-the-environment"
    with own_keys(KEYS):
        assert key_of("openai/x", None) == MINE
        assert key_of("openai/x", "given") == "given"


def test_a_line_end_after_a_key_is_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f"{MINE}\n")
    assert key_of("openai/x", None) == MINE
    monkeypatch.setenv("OPENAI_API_KEY", f"{MINE}\nand more")
    with pytest.raises(ConfigurationError, match="api_key must be"):
        key_of("openai/x", None)


def test_nothing_shows_a_key() -> None:
    assert MINE not in repr(KEYS)
    with own_keys(KEYS):
        assert without_keys(f"wrong key {MINE}!") == "wrong key (key)!"
    assert without_keys(f"wrong key {MINE}", MINE) == "wrong key (key)"
    assert without_keys("none of it", "none") == "none of it"


@pytest.mark.parametrize("transport", [None, LiteLLMTransport()], ids=["direct", "litellm"])
async def test_what_a_provider_repeats_of_a_key_is_left_out(transport: LiteLLMTransport | None) -> None:
    with KeyServer("another") as server, own_keys(OwnKeys(by_address={server.url: MINE})):
        model = LanguageModel("openai/gpt-4o-mini", api_base=server.url, transport=transport, retry=1)
        with pytest.raises(ModelError) as refusal:
            await model.generate(HELLO, meter=Meter())
    assert server.asked == [MINE]
    assert "Incorrect API key provided" in str(refusal.value)
    assert MINE not in str(refusal.value)


async def test_a_key_that_is_replaced_counts_at_the_next_question() -> None:
    with KeyServer("the-newer-key") as server:
        keys = OwnKeys(by_address={server.url: "the-older-key"})
        model = LanguageModel("openai/x", api_base=server.url, retry=1)
        with own_keys(keys):
            with pytest.raises(ModelError):
                await model.generate(HELLO, meter=Meter())
            keys.replace(by_address={server.url: "the-newer-key"})
            await model.generate(HELLO, meter=Meter())
    assert server.asked == ["the-older-key", "the-newer-key"]


@pytest.mark.parametrize("model", ["ollama_chat/llama3.2", "hosted_vllm/x", "lm_studio/x", "local/smollm2-135m"])
def test_servers_of_ones_own_are_free_and_not_unpriced(model: str) -> None:
    usage = usage_of(model, prompt_tokens=10, completion_tokens=5)
    assert (usage.cost, usage.unpriced_calls) == (0.0, 0)


@pytest.mark.parametrize(("model", "unpriced"), [("ollama_chat/x", 0), ("openai/x", 1)])
async def test_of_an_attempt_that_may_have_been_answered_only_a_price_is_unknown(model: str, unpriced: int) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    meter = Meter()
    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        with pytest.raises(ModelError):
            await LanguageModel(model, api_base=address, retry=1).generate(HELLO, meter=meter)
    assert (meter.total.calls, meter.total.unpriced_calls) == (1, unpriced)
