"""DSPy's GEPA, MIPROv2 and BootstrapFewShot on one ``dspy.Predict``; run in DSPy's environment.

DSPy's cache stays on, in memory: what is asked twice is paid once, as its users have it.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

import dspy
import litellm  # noqa: F401  # loaded at the first call otherwise, and counted with the search

from benchmarks.peers.job import CONCURRENCY, Answering, Job, read_job, report
from benchmarks.task.evidence import first_desk
from benchmarks.task.world import SEED_INSTRUCTION, Ticket, World

#: One of MIPROv2's candidates for so many calls: its advice for trials then comes to about the budget.
CALLS_PER_CANDIDATE = 150


class Route(dspy.Signature):
    ticket: str = dspy.InputField(desc="The support ticket")
    label: str = dspy.OutputField(desc="The desk that should answer it")


def main() -> None:
    job = read_job()
    search = {"dspy_gepa": gepa, "dspy_mipro": mipro, "dspy_bootstrap": bootstrap}[job.row]
    report(job, lambda: search(job))


def gepa(job: Job) -> Answering:
    """Run GEPA with its defaults, stopped by the server's count of all calls."""
    student, world = set_up(job)
    optimizer = dspy.GEPA(
        metric=feedback,
        max_metric_calls=job.budget,
        reflection_lm=language_model(job, "proposer"),
        num_threads=CONCURRENCY,
        seed=job.seed,
        gepa_kwargs={"stop_callbacks": lambda state: job.is_spent()},
    )
    return answering(optimizer.compile(student, trainset=rows(world.train), valset=rows(world.validation)))


def mipro(job: Job) -> Answering:
    """Run MIPROv2 until the budget is used up; trials after that fail, and the best before is what it returns."""
    student, world = set_up(job)
    candidates, trials = mipro_size(job.budget)
    optimizer = dspy.MIPROv2(
        metric=is_right,
        prompt_model=language_model(job, "proposer"),
        task_model=dspy.settings.lm,
        auto=None,
        num_candidates=candidates,
        num_threads=CONCURRENCY,
        max_errors=sys.maxsize,
        seed=job.seed or 9,
    )
    return answering(
        optimizer.compile(student, trainset=rows(world.train), valset=rows(world.validation), num_trials=trials)
    )


def mipro_size(budget: int) -> tuple[int, int]:
    """Return how many candidates and trials a run gets: three times DSPy's advice, so that the budget ends it."""
    candidates = max(4, budget // CALLS_PER_CANDIDATE)
    return candidates, 3 * int(max(4 * math.log2(candidates), 1.5 * candidates))


def bootstrap(job: Job) -> Answering:
    """Run BootstrapFewShot with its defaults; it stops by itself after a few calls."""
    student, world = set_up(job)
    optimizer = dspy.BootstrapFewShot(metric=is_right)
    return answering(optimizer.compile(student, trainset=rows(world.train)))


def set_up(job: Job) -> tuple[Any, World]:
    """Return the program before optimization, and the task."""
    dspy.configure_cache(enable_disk_cache=False)
    dspy.configure(lm=language_model(job, "task", temperature=0.0), max_errors=sys.maxsize)
    return dspy.Predict(Route.with_instructions(SEED_INSTRUCTION)), job.world


def language_model(job: Job, name: str, **settings: Any) -> Any:
    return dspy.LM(f"openai/{name}", api_base=job.url, api_key="none", **settings)


def rows(tickets: Sequence[Ticket]) -> list[Any]:
    return [dspy.Example(ticket=ticket.text, label=ticket.desk).with_inputs("ticket") for ticket in tickets]


def is_right(gold: Any, predicted: Any, trace: Any = None) -> bool:
    return first_desk(predicted.label) == str(gold.label)


def feedback(gold: Any, predicted: Any, trace: Any = None, pred_name: Any = None, pred_trace: Any = None) -> Any:
    """Return the score, and the right answer in words, as GEPA's guide advises."""
    right = is_right(gold, predicted)
    words = "This is correct." if right else f"This is wrong. The correct answer is '{gold.label}'."
    return dspy.Prediction(score=float(right), feedback=words)


def answering(program: Any) -> Answering:
    """Return how tickets are answered with a finished program."""

    def answer(tickets: Sequence[Ticket]) -> list[str | None]:
        outputs = program.batch(rows(tickets), num_threads=CONCURRENCY, max_errors=sys.maxsize)
        return [None if output is None else first_desk(output.label) for output in outputs]

    return answer


if __name__ == "__main__":
    main()
