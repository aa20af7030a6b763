"""Failures that all samples share: what came of them says nothing about the program, and the run must not go on."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer_core.errors import ModelAccessDenied, ModelError, ModelUnavailable, RateLimited, RewardError
from optimizer_core.training.ledger import Outcome

_UNREACHABLE: dict[str, type[ModelError]] = {
    error.__name__: error for error in (ModelAccessDenied, RateLimited, ModelUnavailable)
}


def check_reachable(outcomes: Sequence[Outcome]) -> None:
    """Raise if the model could not be reached for any sample.

    Raises:
        ModelUnavailable: it could not be reached.
        ModelAccessDenied: the provider refused.
    """
    failures = [_UNREACHABLE.get(outcome.failure) for outcome in outcomes]
    if failures and failures[0] is not None and all(failures):
        raise failures[0](f"the model could not be used for any of the first samples: {outcomes[0].result.error}")


def check_judged(outcomes: Sequence[Outcome]) -> None:
    """Raise if the reward failed on every sample.

    Raises:
        RewardError: it did; the message says how it failed on the first.
    """
    if outcomes and all(outcome.failure == RewardError.__name__ for outcome in outcomes):
        raise RewardError(
            f"the reward failed on every one of {len(outcomes)} samples, so nothing could be compared; "
            f"on the first: {outcomes[0].result.error}"
        )
