"""WordLlama's word vectors: a text becomes the mean of its tokens' vectors, 256 numbers.

The two files of the package ``wordllama`` are read directly. Importing that package would configure the root logger and
bring a downloader; what it computes for an embedding are the few lines below (a test compares them).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from omegaweb.embedded.weights import WORDLLAMA_TOKENIZER, WORDLLAMA_VECTORS, checked

MAX_CHARACTERS = 20_000  # of one text; what comes after hardly moves the mean


class EmbeddedEmbeddingModel:
    """Turns texts into vectors. May be called from several threads at the same time."""

    def __init__(self) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(checked(WORDLLAMA_TOKENIZER)))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._vectors: npt.NDArray[np.float32] = load_file(checked(WORDLLAMA_VECTORS))["embedding.weight"].astype(
            np.float32
        )

    def embed(self, texts: Sequence[str]) -> tuple[npt.NDArray[np.float32], int]:
        """Return vectors of shape (texts, 256) and how many tokens were read; a text without tokens gives zeros."""
        encodings = self._tokenizer.encode_batch([text[:MAX_CHARACTERS] for text in texts], add_special_tokens=False)
        result = np.zeros((len(texts), self._vectors.shape[1]), dtype=np.float32)
        for row, encoding in enumerate(encodings):
            if encoding.ids:
                result[row] = self._vectors[encoding.ids].mean(axis=0)
        return result, sum(len(encoding.ids) for encoding in encodings)


_loading = threading.Lock()


def shared_embedding_model() -> EmbeddedEmbeddingModel:
    """Return the process's one model, loaded at the first call.

    Raises:
        WeightsMissing: the files are not installed.
    """
    with _loading:
        return _load()


@lru_cache(maxsize=1)
def _load() -> EmbeddedEmbeddingModel:
    return EmbeddedEmbeddingModel()
