"""The built-in model on real tables: RandomFewShot and OMEGA against the instruction as it was.

    python -m benchmarks.dataset [--tables spam] [--budget 240] [--seeds 0 1 2]

The model (SmolLM2, 135 M parameters) runs on this computer; it proposes for OMEGA as well, which it is too small for.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import optimizer_core as oc
from benchmarks.real_tables import TABLES, Table
from benchmarks.results import keep
from omegaweb.embedded.provider import EMBEDDING_MODEL, LANGUAGE_MODEL, register

#: Rows for training, for validation, and held out.
SIZES = (32, 32, 60)
CONCURRENCY = 2  # the model has two slots
OPTIMIZERS = {"random_few_shot": "RandomFewShot", "omega": "OMEGA"}


def main() -> None:
    options = read_options()
    register()
    for name in options.tables:
        table = TABLES[name]()
        for seed in options.seeds:
            for row in options.rows:
                measure(name, table, row, seed, options)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tables", nargs="+", default=list(TABLES), choices=list(TABLES))
    parser.add_argument("--rows", nargs="+", default=list(OPTIMIZERS), choices=list(OPTIMIZERS))
    parser.add_argument("--budget", type=int, default=240, help="calls")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--keep", action="store_true", help="keep the figures for the table")
    return parser.parse_args()


def measure(name: str, table: Table, row: str, seed: int, options: argparse.Namespace) -> None:
    """Score the starting program and the optimized one on the same held-out rows."""
    train, validation, test = table.balanced(SIZES, seed)
    program = build_program(table, row)
    before = held_out(program, test)
    began = time.monotonic()
    program.fit_sync(
        *columns(train),
        validation_data=columns(validation),
        epochs=None,
        budget=oc.Budget(calls=options.budget),
        concurrency=CONCURRENCY,
        seed=seed,
    )
    seconds = time.monotonic() - began
    figures = {"before": before, "after": held_out(program, test), "seconds": round(seconds)}
    print(f"{name:<8} {row:<16} seed {seed}: {figures}", flush=True)
    if options.keep:
        keep("dataset", table=name, row=row, seed=seed, budget=options.budget, **figures)


def build_program(table: Table, optimizer: str) -> oc.Program:
    """Return a compiled program; the optimizer has its defaults."""
    model = oc.LanguageModel(model=LANGUAGE_MODEL, caching=True, temperature=0.0)
    oc.set_default_language_model(oc.LanguageModel(model=LANGUAGE_MODEL))
    oc.set_default_embedding_model(oc.EmbeddingModel(model=EMBEDDING_MODEL))
    label = {"type": "string", "enum": table.labels}
    program = oc.Program(
        oc.Generator(
            inputs={"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
            outputs={"type": "object", "properties": {"label": label}, "required": ["label"]},
            instructions=table.instruction,
            language_model=model,
        ),
        name="classifier",
        description=table.instruction,
    )
    program.compile(optimizer=optimizer, reward="exact_match")
    return program


def held_out(program: oc.Program, test: list[tuple[str, str]]) -> float:
    """Return the share of the rows that the program labels rightly."""
    outputs = program.predict_sync(columns(test)[0], concurrency=CONCURRENCY)
    given = [None if output is None else output["label"] for output in outputs]
    return sum(str(answer) == label for answer, (_, label) in zip(given, test, strict=True)) / len(test)


def columns(rows: list[tuple[str, str]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return inputs and targets."""
    return [{"text": text} for text, _ in rows], [{"label": label} for _, label in rows]


if __name__ == "__main__":
    main()
