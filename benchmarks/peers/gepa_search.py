"""GEPA with its own adapter for one prompt; run in GEPA's environment.

Its budget knob counts metric calls, not the proposer's; so it is stopped by the server's count of all calls. A step
that is under way when the budget is used up is lost, as GEPA counts steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import gepa
import litellm  # noqa: F401  # loaded at the first call otherwise, and counted with the search
from gepa.adapters.default_adapter.default_adapter import DefaultAdapter
from gepa.lm import LM

from benchmarks.peers.job import CONCURRENCY, Answering, Job, read_job, report
from benchmarks.task.evidence import first_desk
from benchmarks.task.world import SEED_INSTRUCTION, Ticket


def main() -> None:
    job = read_job()
    report(job, lambda: search(job))


def search(job: Job) -> Answering:
    """Run ``gepa.optimize`` with its defaults."""
    world = job.world
    adapter = DefaultAdapter(model="openai/task", max_litellm_workers=CONCURRENCY)
    result = gepa.optimize(
        seed_candidate={"system_prompt": SEED_INSTRUCTION},
        trainset=[row(ticket) for ticket in world.train],
        valset=[row(ticket) for ticket in world.validation],
        adapter=adapter,
        reflection_lm=LM("openai/proposer"),
        max_metric_calls=job.budget,
        stop_callbacks=lambda state: job.is_spent(),
        cache_evaluation=False,  # its issue 424: training and validation ids are mixed
        raise_on_exception=False,
        seed=job.seed,
        logger=Silence(),
    )
    prompt = result.best_candidate["system_prompt"]
    task_lm = LM("openai/task")

    def answer(tickets: Sequence[Ticket]) -> list[str | None]:
        questions = [
            [{"role": "system", "content": prompt}, {"role": "user", "content": ticket.text}] for ticket in tickets
        ]
        return [first_desk(text) for text in task_lm.batch_complete(questions, max_workers=CONCURRENCY)]

    return answer


class Silence:
    """GEPA's logger; says nothing."""

    def log(self, message: str) -> None:
        """Drop a line."""


def row(ticket: Ticket) -> dict[str, object]:
    """Return a ticket as GEPA's default adapter reads it."""
    return {"input": ticket.text, "additional_context": {}, "answer": ticket.desk}


if __name__ == "__main__":
    main()
