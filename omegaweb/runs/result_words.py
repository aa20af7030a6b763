"""What a test of sealed rows says, in words for pages and exported files."""

from __future__ import annotations

from omegaweb.runs.models import Candidate
from omegaweb.runs.result import Estimate, Result, Verdict
from omegaweb.runs.wording import difference, signed, two_places

UNTESTED = "Not tested on sealed rows: a reward on rows that the search has used looks better than it is."


def size(value: float) -> str:
    """Return how large a difference is, rounded to two places, without its sign."""
    return signed(abs(value)).removeprefix("+")


def verdict_title(result: Result) -> str:
    """Return the verdict of a test that was made, as the page of the result begins."""
    if result.difference is not None and result.verdict == Verdict.IMPROVED:
        return f"Improved by {size(result.difference.mean)}"
    if result.difference is not None and result.verdict == Verdict.WORSE:
        return f"Worse by {size(result.difference.mean)}"
    return "No reliable improvement"


def standing(estimate: Estimate) -> str:
    """Return a mean with what it stands on: "0.82 (n = 11, 95 % interval 0.52 to 0.95)"."""
    interval = ""
    if estimate.low is not None and estimate.high is not None:
        interval = f", 95 % interval {two_places(estimate.low)} to {two_places(estimate.high)}"
    return f"{two_places(estimate.mean)} (n = {estimate.n}{interval})"


def tested(candidate: Candidate, result: Result | None) -> str:
    """Return what a test says of one of the two that it compared."""
    if result is None or result.winner is None or result.baseline is None or result.difference is None:
        return UNTESTED
    if candidate.number == 0:
        return f"Reward on sealed test rows: {standing(result.baseline)}."
    low, high = signed(result.difference.low), signed(result.difference.high)
    interval = f" ({low} to {high})" if low and high else ""
    looks = f" This was look number {result.looks} at the test rows, so it flatters." if result.looks > 1 else ""
    found = f"Reward on sealed test rows: {standing(result.winner)}, against the start "
    return f"{found}{difference(result.difference.mean)}{interval}: {verdict_title(result)}.{looks}"
