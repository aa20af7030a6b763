"""A program: modules with trainable variables, an optimizer and a reward; compile, fit, predict, evaluate."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

from optimizer_core import metrics as metrics_package
from optimizer_core import optimizers as optimizers_package
from optimizer_core.budget import Budget, Meter
from optimizer_core.callbacks import Callback, History, Listener
from optimizer_core.callbacks.progress_bar import progress_for
from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import make_samples
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.metrics.registry import MetricIdentifier
from optimizer_core.models.journal import Journal, journalling
from optimizer_core.models.patience import USUAL_SECONDS, being_patient
from optimizer_core.models.settings import check_count
from optimizer_core.modules.base import Module
from optimizer_core.optimizers.base import Optimizer
from optimizer_core.program.blocking import block
from optimizer_core.program.saved import Saved
from optimizer_core.review import ReviewGate
from optimizer_core.rewards.composable import combine
from optimizer_core.rewards.registry import RewardIdentifier
from optimizer_core.steering import Steering
from optimizer_core.training.answering import answer_all, evaluate_all
from optimizer_core.training.arguments import AskingArguments, FitArguments, Pair, Rows
from optimizer_core.training.assembly import prepare
from optimizer_core.training.checkpoints import CheckpointStore
from optimizer_core.training.logs import check_names
from optimizer_core.training.loop import train
from optimizer_core.training.settings import FitSettings, check_callbacks, split_data


class Program(Saved):
    """Modules that answer, and everything that makes them better.

    Args:
        root_module: answers; its parts hold the trainable variables.
        name: what logs call it; the module's name when left out.
        description: what it is for; shown to the proposer.

    Raises:
        ConfigurationError: two parts share a name.
    """

    def __init__(self, root_module: Module, *, name: str | None = None, description: str = "") -> None:
        super().__init__(root_module, name=name, description=description)
        #: Set to True, by a callback, to end training after the current batch.
        self.stop_training = False
        #: What the run then gives as its reason.
        self.stop_reason = "callback"

    def compile(
        self,
        optimizer: Optimizer | str | JsonObject | None = None,
        reward: RewardIdentifier | Sequence[RewardIdentifier] = None,
        metrics: Sequence[MetricIdentifier] = (),
        *,
        reward_weights: Sequence[float] | None = None,
    ) -> None:
        """Say how the program is to be trained and judged.

        Args:
            optimizer: an optimizer, its name ("omega", "random_few_shot"), or a saved configuration.
            reward: a reward, its name ("exact_match"), or a function ``(y_true, y_pred)``, sync or async; or a list of
                these, of which the weighted mean is taken.
            metrics: the same for metrics, which are told but not optimized.
            reward_weights: one for each reward of a list; all 1 when left out.

        Raises:
            ConfigurationError: a name is unknown, a setting cannot work, or logs could not tell the metrics apart.
        """
        self.optimizer = optimizers_package.get(optimizer)
        self.reward = combine(reward, reward_weights)
        self.metrics = [metric for item in metrics if (metric := metrics_package.get(item)) is not None]
        check_names(self.metrics)

    async def fit(
        self,
        x: Rows,
        y: Rows | None = None,
        *,
        validation_data: Pair | None = None,
        validation_split: float = 0.1,
        test_data: Pair | None = None,
        notes: Sequence[str] | None = None,
        epochs: int | None = 1,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        batch_size: int = 1,
        minibatch_size: int = 4,
        shuffle: bool = True,
        validation_freq: int = 1,
        validation_steps: int | None = None,
        validation_batch_size: int = 32,
        verbose: str | int = "auto",
        callbacks: Sequence[Listener] | None = (),
        review: ReviewGate | None = None,
        review_policy: str = "every",
        budget: Budget | None = None,
        concurrency: int = 16,
        seed: int = 0,
        stop: threading.Event | None = None,
        steering: Steering | None = None,
        on_warning: str = "score",
        on_budget_spent: str = "finish",
        provider_patience: float = USUAL_SECONDS,
        on_provider_trouble: str = "raise",
        checkpoints: CheckpointStore | None = None,
        resume_from: JsonObject | None = None,
        restart: bool = False,
        journal: Journal | None = None,
    ) -> History:
        """Search for a better content of the trainable variables, and take over the best that was found.

        The program keeps its starting value where nothing better was found on the validation samples.

        Args:
            x: what the program reads: DataModel instances or JSON objects.
            y: what it should answer, in the same order.
            validation_data: ``(x, y)`` that candidates are compared on.
            validation_split: share of ``x``, its last part, that is taken where there is no ``validation_data``.
            test_data: ``(x, y)`` for baseline and winner, touched once, at the end.
            epochs: the number of the last epoch, counted from 1; None goes on until the budget is spent.
            initial_epoch: the number of the first epoch, counted from 0, for a run that continues an earlier one.
            steps_per_epoch: batches of an epoch; all when left out.
            batch_size: training samples that a parent answers before a proposal is made.
            minibatch_size: validation samples that judge a child; 0 takes all.
            shuffle: draws the batches anew in each epoch.
            validation_freq: epochs between two full validations of the best.
            validation_steps: only the first ``validation_steps · validation_batch_size`` validation samples are used;
                all when left out.
            validation_batch_size: see ``validation_steps``; how many samples are under way says ``concurrency``.
            verbose: 0 shows nothing, 1 a progress bar, 2 a line an epoch; "auto" a bar on a terminal.
            callbacks: a list of who is told everything that happens: callbacks, or any objects with ``on_event``.
            review: asked whether a scored candidate may enter the population, while the run goes on.
            review_policy: "every" asks about each candidate; "new_best" about one that would lead, and at the end about
                a winner nobody was asked about; "release" about none.
            budget: upper limits; a share is held back for the final validation and the test.
            concurrency: samples under way at once.
            seed: of all chance; the same seed and the same answers take the same path.
            stop: ends the run within about a second when set, from any thread; what was found so far is kept.
            steering: what people ask meanwhile: pause, more budget, notes to the proposer, candidates of their own.
            on_warning: what becomes of a proposal that has lost a placeholder, copies a training row, has grown a lot,
                asks for another answer, or is nearly known: "score" scores it all the same, "ask" asks ``review``
                before it is scored, "drop" spends nothing on it.
            on_budget_spent: "finish" ends the search; "pause" waits until the budget is extended, or the run told to
                finish.
            provider_patience: seconds that questions wait while a model answers nobody, before that is trouble enough.
            on_provider_trouble: what then, and where a provider rejects the key or has no credit left: "raise" ends the
                run; "pause" waits until somebody resumes it.
            checkpoints: keeps the state after every batch.
            resume_from: such a state; the run goes on from there.
            restart: True begins with the value the program was made with, not with the present one.
            journal: keeps every answer of a model before it counts; what is in it already is not asked again. A run
                with a journal asks the same question once.

        Returns:
            The logs of every epoch.

        Raises:
            ConfigurationError: something is missing or cannot work, or no row of a split fits the program; no call
                was made.
            CheckpointError: ``resume_from`` is not a checkpoint of this run.
            OptimizerError: the run failed; ``run.finished`` has told it.
        """
        if self.optimizer is None or self.reward is None:
            raise ConfigurationError("fit needs an optimizer and a reward; call compile(optimizer=…, reward=…) first")
        history, listeners = History(), check_callbacks(callbacks)
        settings = FitSettings(
            epochs=epochs,
            batch_size=batch_size,
            minibatch_size=minibatch_size,
            shuffle=shuffle,
            validation_freq=validation_freq,
            callbacks=(history, *progress_for(verbose, listeners), *listeners),
            review=review,
            review_policy=review_policy,
            budget=Budget() if budget is None else budget,
            concurrency=concurrency,
            seed=seed,
            stop=stop,
            steering=steering,
            on_warning=on_warning,
            on_budget_spent=on_budget_spent,
            provider_patience=provider_patience,
            on_provider_trouble=on_provider_trouble,
            checkpoints=checkpoints,
            resume_from=resume_from,
            restart=restart,
            journal=journal,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
        )
        data = split_data(
            x,
            y,
            validation_data=validation_data,
            validation_split=validation_split,
            test_data=test_data,
            notes=notes,
            inputs=self.root_module.inputs_schema,
            outputs=self.root_module.outputs_schema,
        )
        if validation_steps is not None:
            most = check_count("validation_steps", validation_steps)
            most *= check_count("validation_batch_size", validation_batch_size)
            data = replace(data, validation=data.validation[:most])
        if restart:
            self.assign(self._initial)
        self.stop_training, self.stop_reason = False, "callback"
        run = prepare(self, self.optimizer, self.reward, self.metrics, data, settings)
        for listener in settings.callbacks:
            if isinstance(listener, Callback):
                listener.program = self
        with journalling(journal), being_patient(run.patience):
            await train(run)
        return history

    async def predict(
        self, xs: Rows, *, batch_size: int | None = None, concurrency: int = 16, meter: Meter | None = None
    ) -> list[JsonObject | None]:
        """Answer many inputs; None where a model failed or the program had nothing to say.

        Args:
            xs: what the program reads.
            batch_size: the same as ``concurrency``, for code that calls it so.
            concurrency: samples under way at once.
            meter: is asked before every call.

        Raises:
            ConfigurationError: ``batch_size`` or ``concurrency`` cannot work, or a row is no JSON object.
            BudgetExhausted: a call would go over the meter's budget.
            ModelOutOfReach: a provider rejects the key, or has answered nobody for a minute.
        """
        samples = make_samples(xs, None, split="predict", inputs=self.root_module.inputs_schema)
        return await answer_all(
            self.root_module,
            samples,
            meter=meter or Meter(),
            concurrency=concurrency if batch_size is None else check_count("batch_size", batch_size),
        )

    async def evaluate(
        self,
        xs: Rows,
        ys: Rows | None = None,
        *,
        batch_size: int | None = None,
        concurrency: int = 16,
        meter: Meter | None = None,
    ) -> JsonObject:
        """Return the mean reward over all samples, how many they are, and every metric; failed samples count 0.

        Args:
            xs: what the program reads.
            ys: what it should answer, in the same order.
            batch_size: the same as ``concurrency``, for code that calls it so; it does not change the mean.
            concurrency: samples under way at once.
            meter: is asked before every call.

        Raises:
            ConfigurationError: the program has no reward, there are no samples, none of them fits the program, or a
                setting cannot work.
            BudgetExhausted: a call would go over the meter's budget.
            ModelOutOfReach: a provider rejects the key, or has answered nobody for a minute.
        """
        if self.reward is None:
            raise ConfigurationError("evaluate needs a reward; call compile(reward=…) first")
        module = self.root_module
        samples = make_samples(xs, ys, split="evaluate", inputs=module.inputs_schema, outputs=module.outputs_schema)
        return await evaluate_all(
            module,
            Candidate(content=self.get_state(), operator="manual"),
            samples,
            reward=self.reward,
            metrics=[metric.clone() for metric in self.metrics],
            meter=meter or Meter(),
            concurrency=concurrency if batch_size is None else check_count("batch_size", batch_size),
        )

    def fit_sync(self, x: Rows, y: Rows | None = None, **arguments: Unpack[FitArguments]) -> History:
        """Do :meth:`fit` in a script, where no event loop runs."""
        return block("fit", self.fit(x, y, **arguments))

    def predict_sync(self, xs: Rows, **settings: Unpack[AskingArguments]) -> list[JsonObject | None]:
        """Do :meth:`predict` in a script, where no event loop runs."""
        return block("predict", self.predict(xs, **settings))

    def evaluate_sync(self, xs: Rows, ys: Rows | None = None, **settings: Unpack[AskingArguments]) -> JsonObject:
        """Do :meth:`evaluate` in a script, where no event loop runs."""
        return block("evaluate", self.evaluate(xs, ys, **settings))
