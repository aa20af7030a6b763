"""ProgramAsJudge: a program of one's own scores the answer."""

from __future__ import annotations

from typing import Protocol

from optimizer_core.budget import Meter, Role
from optimizer_core.data.dataset import Sample
from optimizer_core.errors import ConfigurationError, RewardError
from optimizer_core.json_values import JsonObject
from optimizer_core.modules.base import Module, Rollout
from optimizer_core.modules.registry import module_from_json, module_to_json
from optimizer_core.rewards.base import Judgement, Reward
from optimizer_core.rewards.function import as_judgement
from optimizer_core.rewards.registry import register_reward


class JudgingProgram(Protocol):
    """What can judge: a module, or a program."""

    async def __call__(self, inputs: JsonObject, rollout: Rollout | None = None) -> JsonObject | None: ...


@register_reward
class ProgramAsJudge(Reward):
    """Runs ``program`` on ``{"inputs": …, "expected": …, "answer": …}`` and takes the ``reward`` it answers.

    ``expected`` is left out where the sample has no target. A ``feedback`` or ``critique`` field becomes the
    feedback. A program that answers nothing gives 0. Its model calls are booked as the judge's.

    Args:
        program: the module or program that judges.
        name: what logs call it.

    Raises:
        ConfigurationError: it cannot be called.
    """

    def __init__(self, program: JudgingProgram, name: str = "program_as_judge") -> None:
        super().__init__(name=name)
        if not callable(program):
            raise ConfigurationError(f"program={program!r} must be a module or a program")
        self.program = program

    async def judge(self, sample: Sample, output: JsonObject, *, meter: Meter) -> Judgement:
        question: JsonObject = {"inputs": sample.inputs, "answer": output}
        if sample.target is not None:
            question["expected"] = sample.target
        answer = await self.program(question, Rollout(meter=meter, role=Role.JUDGE, sample=sample.id))
        if answer is None:
            return Judgement(reward=0.0, feedback=f"The judge {self.name!r} had nothing to say.")
        if "reward" not in answer:
            raise RewardError(f"{self.name!r} must answer a field 'reward'; it answered {', '.join(answer) or 'none'}")
        said = answer.get("feedback", answer.get("critique", ""))
        return as_judgement((answer["reward"], str(said or "")), self.name)

    def config(self) -> JsonObject:
        """Return its settings as JSON; of a program its modules, with what their variables hold now.

        Raises:
            ConfigurationError: the program is no module, or not a registered one.
        """
        module = getattr(self.program, "root_module", self.program)
        if not isinstance(module, Module):
            raise ConfigurationError(f"the reward {self.name!r} can be saved only where its program is a module")
        return {**super().config(), "program": module_to_json(module)}

    @classmethod
    def from_config(cls, config: JsonObject) -> ProgramAsJudge:
        return cls(**{**config, "program": module_from_json(config["program"])})
