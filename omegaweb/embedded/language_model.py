"""SmolLM2-135M-Instruct on xllamacpp: loaded once per process, shared by all runs and threads.

Measured on two cores: loading takes 0.9 s, the process grows to 390 MB. One classification with eight examples in the
prompt, found ready, takes 0.15 s of CPU: 7 a second where nothing else runs, 4 beside a busy test run.
"""

from __future__ import annotations

import json
import math
import os
import secrets
import threading
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from omegaweb.embedded.weights import SMOLLM2, checked

#: Requests answered at the same time. With two, the same question weighs its options differently by up to 0.4 nats,
#: because what is computed together is rounded together. With one, what was found ready still rounds a little
#: differently: 21 of 890 answers that sixteen asked for differed from those asked for one after another. Two are not
#: faster on two cores: 120 classifications took 20.8 s of CPU with two slots and 17.6 s with one.
SLOTS = 1
CONTEXT = 2048  # tokens of prompt and answer together, per slot; the model was trained for 8,192, memory grows with it
PREFIX_CACHE = 128  # MiB for the states of prompts that are not in a slot at the moment
_LEAST_PROBABILITY = 1e-9


class EmbeddedModelError(RuntimeError):
    """The built-in model's runtime reported an error."""


class ContextExceeded(EmbeddedModelError):
    """The prompt is longer than the model can read at once.

    Attributes:
        fits: the part of the prompt that would fit, between 0 and 1.
        characters: how long the prompt was.
    """

    def __init__(self, *, fits: float, characters: int) -> None:
        super().__init__(f"the prompt of {characters} characters is too long for the built-in model; make it shorter")
        self.fits = fits
        self.characters = characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A continued text."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int  # of the prompt, found ready
    stopped: bool  # False where the token limit ended it


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """How likely each of several tokens is to come next, among themselves."""

    weights: tuple[float, ...]  # natural logarithms of probabilities that sum to 1
    prompt_tokens: int
    cached_tokens: int


class EmbeddedLanguageModel:
    """Continues texts. All methods may be called from several threads at the same time."""

    def __init__(self) -> None:
        weights = checked(SMOLLM2)
        # Without it OpenMP's threads spin while they wait: on a loaded machine a third of the speed.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        import xllamacpp

        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(weights)
        parameters.n_parallel = SLOTS
        parameters.n_ctx = SLOTS * CONTEXT
        parameters.cache_ram_mib = PREFIX_CACHE
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = min(os.cpu_count() or 1, 4)
        parameters.verbosity = 0
        # xllamacpp also opens an HTTP port on 127.0.0.1: lock it.
        self._key = secrets.token_urlsafe(32)
        parameters.api_keys = [self._key]
        parameters.endpoint_slots = parameters.ui = False
        self._server: Any = xllamacpp.Server(parameters)
        self._tokens: dict[str, tuple[int, ...]] = {}
        self._loopback = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy

    def complete(
        self,
        prompt: str,
        *,
        grammar: str | None = None,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int | None = None,
        stop: tuple[str, ...] = (),
    ) -> Completion:
        """Continue ``prompt``; blocks until the answer is there.

        Raises:
            ContextExceeded: the prompt is too long.
            EmbeddedModelError: any other failure, a grammar that does not parse for one.
        """
        question: dict[str, Any] = {
            "prompt": prompt,
            "n_predict": max_tokens,
            "temperature": temperature,
            "cache_prompt": True,
            "stop": list(stop),
        }
        if grammar is not None:
            question["grammar"] = grammar
        if seed is not None:
            question["seed"] = seed
        answer = self._server.handle_completions(question)
        if "error" in answer:
            raise _error(answer["error"], len(prompt))
        choice, usage = answer["choices"][0], answer["usage"]
        return Completion(
            text=choice["text"],
            prompt_tokens=usage["prompt_tokens"],
            completion_tokens=usage["completion_tokens"],
            cached_tokens=usage.get("prompt_tokens_details", {}).get("cached_tokens", 0),
            stopped=choice["finish_reason"] == "stop",
        )

    def weigh(self, prompt: str, before: Sequence[int], options: Sequence[int]) -> Weighed:
        """Return how likely each token of ``options`` is after ``prompt`` and the tokens ``before``.

        Raises:
            ContextExceeded: the prompt is too long.
            EmbeddedModelError: any other failure.
        """
        question = {
            "prompt": [prompt, *before],
            "n_predict": 1,
            "cache_prompt": True,
            # A bias that leaves nothing but the options, and no sampler that would cut any of them off.
            "logit_bias": [[token, 100.0] for token in options],
            "samplers": ["temperature"],
            "temperature": 1.0,
            "n_probs": len(options),
            "post_sampling_probs": True,
        }
        answer = self._server.handle_completions(question)
        if "error" in answer:
            raise _error(answer["error"], len(prompt))
        listed = answer["choices"][0]["logprobs"]["content"][0]["top_probs"]
        found = {entry["id"]: entry["prob"] for entry in listed}
        usage = answer["usage"]
        return Weighed(
            weights=tuple(math.log(max(found.get(token, 0.0), _LEAST_PROBABILITY)) for token in options),
            prompt_tokens=usage["prompt_tokens"],
            cached_tokens=usage.get("prompt_tokens_details", {}).get("cached_tokens", 0),
        )

    def tokens(self, text: str) -> tuple[int, ...]:
        """Return the tokens a text consists of; asked once for each text.

        The in-process interface has no such call, so this is the one use of the port that the runtime opens.
        """
        known = self._tokens.get(text)
        if known is None:
            request = urllib.request.Request(
                f"{self._server.listening_address}/tokenize",
                data=json.dumps({"content": text}).encode(),
                headers={"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
            )
            with self._loopback.open(request, timeout=30) as response:
                known = self._tokens[text] = tuple(json.load(response)["tokens"])
        return known


def _error(error: dict[str, Any], characters: int) -> EmbeddedModelError:
    if error.get("type") == "exceed_context_size_error":
        return ContextExceeded(fits=error["n_ctx"] / error["n_prompt_tokens"], characters=characters)
    return EmbeddedModelError(str(error.get("message", error)))


_loading = threading.Lock()


def shared_language_model() -> EmbeddedLanguageModel:
    """Return the process's one model, loaded at the first call.

    Raises:
        WeightsMissing: the weights are not installed.
    """
    with _loading:
        return _load()


@lru_cache(maxsize=1)
def _load() -> EmbeddedLanguageModel:
    return EmbeddedLanguageModel()
