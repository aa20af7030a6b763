"""Situations for optimizers, without a run around them."""

from __future__ import annotations

import random
from dataclasses import dataclass

from optimizer_core.budget import Meter
from optimizer_core.data.candidate import Candidate
from optimizer_core.data.schema import Schema
from optimizer_core.data.variable import TrainableVariable
from optimizer_core.operators.evidence import HardExampleMemory
from optimizer_core.operators.few_shot import FewShotPool, PooledPrediction
from optimizer_core.optimizers import Situation
from optimizer_core.population.population import Population

TEXT = Schema.of({"type": "object", "properties": {"instructions": {"type": "string"}}, "required": ["instructions"]})


@dataclass
class Program:
    trainable_variables: tuple[TrainableVariable, ...]
    description: str = "Routes tickets."


def variable(name, **settings):
    return TrainableVariable(name=name, schema=TEXT, value={"instructions": f"Do {name}."}, **settings)


def program(*names, **settings):
    return Program(tuple(variable(name, **settings) for name in names or ("v",)))


def population(of, *rewards):
    """Members whose first variable differs; the first has the content of the program."""
    members, names = Population(uncertainty=0.0), [v.name for v in of.trainable_variables]
    for i, reward in enumerate(rewards or (0.5,)):
        content = {v.name: v.content for v in of.trainable_variables}
        if i:
            content[names[0]] = {"instructions": f"Do {i}.", "examples": []}
        members.add(Candidate(content=content, operator="seed"), {"validation-0": reward}, settled=True)
    return members


def situation(of=None, members=None, *, seed=0, **changes):
    of = of or program()
    members = members or population(of)
    pool = FewShotPool()
    pool.add(
        PooledPrediction(variable=v.name, inputs={"n": i}, outputs={"o": i}, reward=i / 4)
        for v in of.trainable_variables
        for i in range(5)
    )
    now = {
        "program": of,
        "population": members,
        "parent": members.ranked()[0],
        "predictions": (),
        "used": {v.name: 0.5 for v in of.trainable_variables},
        "selected": frozenset(),
        "pool": pool,
        "memory": HardExampleMemory(),
        "rejections": (),
        "epoch": 0,
        "batch": 0,
        "rng": random.Random(seed),
        "meter": Meter(),
    }
    return Situation(**{**now, **changes})
