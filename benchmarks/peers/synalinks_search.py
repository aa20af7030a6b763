"""Synalinks' OMEGA and RandomFewShot on one Generator; run in Synalinks' environment (Python 3.12).

It has no budget of calls: a callback asks the server after each batch and stops the training when all are used up.
RandomFewShot pairs rewards with the wrong predictions (``assign_reward_to_predictions``), which shows in its figures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np
import synalinks

from benchmarks.peers.job import Answering, Job, read_job, report
from benchmarks.task.evidence import first_desk
from benchmarks.task.world import SEED_INSTRUCTION, Ticket

#: Samples of a training batch and validation samples that judge a proposal; the other settings are its defaults.
BATCH, MINIBATCH = 8, 8


class TicketRow(synalinks.DataModel):
    ticket: str = synalinks.Field(description="The support ticket")


class Route(synalinks.DataModel):
    label: str = synalinks.Field(description="The desk that should answer it")


class Budget(synalinks.callbacks.Callback):
    """Stops the training when the budget is used up.

    Synalinks then concludes the epoch by a validation and a competition. These calls are answered and not counted:
    refused ones would count as wrong answers of the best candidate.
    """

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._check()

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self._check()

    def _check(self) -> None:
        if self._job.is_spent():
            self._job.stop_counting()
            self.program.stop_training = True


def main() -> None:
    job = read_job()
    report(job, lambda: asyncio.run(search(job)))


async def search(job: Job) -> Answering:
    """Train until the budget is used up."""
    world = job.world
    program = await build_program(job)
    await program.fit(
        x=rows(world.train),
        y=answers(world.train),
        validation_data=(rows(world.validation), answers(world.validation)),
        epochs=1000,
        batch_size=BATCH,
        minibatch_size=MINIBATCH,
        callbacks=[Budget(job)],
        verbose=0,
    )

    def answer(tickets: Sequence[Ticket]) -> list[str | None]:
        outputs = asyncio.run(program.predict(rows(tickets), batch_size=16, verbose=0))
        return [None if output is None else first_desk(output.get_json().get("label")) for output in outputs]

    return answer


async def build_program(job: Job) -> Any:
    """Return a compiled program; the optimizer has its defaults."""
    settings = {"api_base": job.url, "retry": 1}  # nothing fails but what comes after the budget
    task = synalinks.LanguageModel(model="openai/task", **settings)
    optimizers = {
        "synalinks_omega": lambda: synalinks.optimizers.OMEGA(
            language_model=synalinks.LanguageModel(model="openai/proposer", **settings),
            embedding_model=synalinks.EmbeddingModel(model="openai/embedding", **settings),
        ),
        "synalinks_few_shot": synalinks.optimizers.RandomFewShot,
    }
    inputs = synalinks.Input(data_model=TicketRow)
    outputs = await synalinks.Generator(data_model=Route, language_model=task, instructions=SEED_INSTRUCTION)(inputs)
    program = synalinks.Program(
        inputs=inputs, outputs=outputs, name="router", description="Routes a support ticket to one desk."
    )
    program.compile(reward=synalinks.rewards.ExactMatch(in_mask=["label"]), optimizer=optimizers[job.row]())
    return program


def rows(tickets: Sequence[Ticket]) -> Any:
    return np.array([TicketRow(ticket=ticket.text) for ticket in tickets], dtype="object")


def answers(tickets: Sequence[Ticket]) -> Any:
    return np.array([Route(label=ticket.desk) for ticket in tickets], dtype="object")


if __name__ == "__main__":
    main()
