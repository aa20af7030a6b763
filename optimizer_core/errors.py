"""Every error this library raises, as one tree.

OptimizerError
├── ConfigurationError (also a ValueError)     a setting that cannot work, found before any call is paid for
├── SchemaError (also a ValueError)            a JSON value does not fit its schema
├── ModelError                                 a language or embedding model did not give a usable answer
│   ├── ModelUnavailable                       connection refused, 5xx, time-out
│   │   └── RateLimited                        429; knows how long to wait
│   ├── ModelRefused                           content filter or refusal
│   ├── InvalidAnswer                          broken or unfitting JSON, after one repair
│   ├── ModelAccessDenied                      unknown model, rejected request
│   │   └── FormatRejected                     the server does not know this way of asking for JSON
│   └── ModelOutOfReach                        nothing more can be asked of the model; a run must not go on
│       ├── ProviderDown (also ModelUnavailable)     no answer for longer than one was to wait
│       └── AccessRevoked (also ModelAccessDenied)   key rejected, or no credit left
├── RewardError                                a reward could not say how good an answer is
├── NoProposal                                 an operator found nothing usable to propose
├── BudgetExhausted                            the next call would go over the budget
├── RunStopped                                 somebody asked the run to stop
└── CheckpointError (also a ValueError)        a saved program or checkpoint cannot be read
"""

from __future__ import annotations


class OptimizerError(Exception):
    """Something went wrong in optimizer_core."""

    #: True when the same call may succeed if it is made again later.
    retryable = False

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip().splitlines()[0])


class ConfigurationError(OptimizerError, ValueError):
    """A setting cannot work; the message names the value and the way out."""


class SchemaError(OptimizerError, ValueError):
    """A JSON value does not fit its schema."""


class ModelError(OptimizerError):
    """A model gave no usable answer."""

    #: False where no server has seen the call, so that it is none.
    was_sent = True
    #: True where the provider itself said that it gave nothing, so that there is nothing to pay.
    is_free = False


class ModelUnavailable(ModelError):
    """The model could not be reached or failed on its side."""

    retryable = True

    def __init__(self, message: str | None = None, *, was_sent: bool = True, is_common: bool = False) -> None:
        super().__init__(message)
        self.was_sent = was_sent
        #: True where it surely has nothing to do with what was asked.
        self.is_common = is_common or not was_sent
        self.is_free = not was_sent


class RateLimited(ModelUnavailable):
    """The provider asked for fewer requests."""

    def __init__(self, message: str | None = None, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        #: Seconds the provider asked to wait, where it said so.
        self.retry_after = retry_after


class ModelRefused(ModelError):
    """The model or its content filter refused to answer."""


class InvalidAnswer(ModelError):
    """The answer is not JSON of the asked schema, even after one repair."""


class ModelAccessDenied(ModelError):
    """The provider rejected the model name or the request."""


class FormatRejected(ModelAccessDenied):
    """The server does not know this way of asking for an answer by a schema."""


class ModelOutOfReach(ModelError):
    """Nothing more can be asked of the model until somebody mends it."""


class ProviderDown(ModelOutOfReach, ModelUnavailable):
    """The model has answered nobody for longer than its callers were to wait."""


class AccessRevoked(ModelOutOfReach, ModelAccessDenied):
    """The provider rejects the key, or there is no credit left with it."""


class RewardError(OptimizerError):
    """A reward function failed or gave no finite number."""


class NoProposal(OptimizerError):
    """An operator found nothing usable to propose."""


class BudgetExhausted(OptimizerError):
    """The next call would go over the budget."""


class RunStopped(OptimizerError):
    """The run was asked to stop."""


class CheckpointError(OptimizerError, ValueError):
    """A saved program or checkpoint cannot be read."""
