"""A short version of ``python -m tests.faults``: a server is killed twice in mid-run, and nothing comes of it."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

from tests.faults.harness import differences, killed, left_in_peace

KIND = "racing"


def test_a_run_whose_server_is_killed_ends_as_if_it_had_not_and_pays_nothing_twice(tmp_path):
    for name in ("whole", "cut"):
        (tmp_path / name).mkdir()
    with ThreadPoolExecutor() as threads:
        peace = threads.submit(left_in_peace, tmp_path / "whole", KIND)
        cut, verdict = killed(tmp_path / "cut", KIND, kills=2, rng=random.Random(1), apart=(30, 90))
        whole = peace.result()

    assert (whole.state, verdict.kills) == ("completed", 2)
    assert differences(whole, cut) == []
    assert cut.calls == whole.calls
    assert verdict.journalled_again == 0
    assert verdict.repeats <= verdict.lost
