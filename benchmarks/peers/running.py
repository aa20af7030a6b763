"""Runs a peer's search in its environment, with a time limit."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.outcome import Outcome
from benchmarks.peers.environments import environment
from benchmarks.peers.job import MARK, Job

_ROOT = Path(__file__).resolve().parents[2]


class PeerFailed(Exception):
    """A peer's run gave no outcome; the message is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a row of the table comes from."""

    title: str
    environment: str
    module: str
    note: str = ""


PEERS = {
    "gepa": Peer("GEPA 0.1.4", "gepa", "benchmarks.peers.gepa_search"),
    "dspy_gepa": Peer("DSPy GEPA", "dspy", "benchmarks.peers.dspy_search"),
    "dspy_mipro": Peer("DSPy MIPROv2", "dspy", "benchmarks.peers.dspy_search"),
    "dspy_bootstrap": Peer("DSPy BootstrapFewShot", "dspy", "benchmarks.peers.dspy_search"),
    "synalinks_omega": Peer("Synalinks OMEGA", "synalinks", "benchmarks.peers.synalinks_search"),
    "synalinks_few_shot": Peer(
        "Synalinks RandomFewShot",
        "synalinks",
        "benchmarks.peers.synalinks_search",
        note="pairs rewards with the wrong predictions",
    ),
}


def run_peer(job: Job, *, time_limit: float) -> Outcome:
    """Run a peer until its budget is spent.

    Args:
        job: what to do; ``job.row`` names the peer.
        time_limit: seconds until it is ended.

    Raises:
        NoEnvironment: its environment cannot be built.
        PeerFailed: it crashed, or the time was up.
    """
    peer = PEERS[job.row]
    python = environment(peer.environment)
    variables = {
        **os.environ,
        "PYTHONPATH": str(_ROOT),
        "PYTHONWARNINGS": "ignore",
        "TQDM_DISABLE": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else LiteLLM goes to the network for its price list
    }
    try:
        done = subprocess.run(
            [str(python), "-m", peer.module, job.to_json()],
            capture_output=True,
            text=True,
            check=False,
            timeout=time_limit,
            env=variables,
        )
    except subprocess.TimeoutExpired as error:
        raise PeerFailed(f"not done within {time_limit:g} s") from error
    for line in done.stdout.splitlines():
        if line.startswith(MARK):
            return Outcome.from_json(line.removeprefix(MARK))
    raise PeerFailed((done.stderr or done.stdout).strip()[-800:])
