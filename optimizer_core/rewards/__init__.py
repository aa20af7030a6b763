"""Rewards: how good one answer is, as a number and, where they can, in words.

* ``base``               Reward and Judgement
* ``masks``              which fields count
* ``exact_match``        the answer is the target, or it is not
* ``cosine_similarity``  close in meaning, by embeddings
* ``judge``, ``rubrics`` a language model scores
* ``program_as_judge``   a program of one's own scores
* ``function``           a function of one's own scores
* ``composable``         several rewards in one number
* ``registry``           all of them by name
"""

from __future__ import annotations

from optimizer_core.data.masks import Mask
from optimizer_core.rewards.base import Judgement, Reward
from optimizer_core.rewards.composable import ComposableReward
from optimizer_core.rewards.cosine_similarity import CosineSimilarity
from optimizer_core.rewards.exact_match import ExactMatch
from optimizer_core.rewards.function import FunctionReward, register_reward_function
from optimizer_core.rewards.judge import LMAsJudge
from optimizer_core.rewards.program_as_judge import ProgramAsJudge
from optimizer_core.rewards.registry import get, register_reward, to_json
from optimizer_core.rewards.rubrics import RubricsAsJudge

__all__ = [
    "ComposableReward",
    "CosineSimilarity",
    "ExactMatch",
    "FunctionReward",
    "Judgement",
    "LMAsJudge",
    "Mask",
    "ProgramAsJudge",
    "Reward",
    "RubricsAsJudge",
    "get",
    "register_reward",
    "register_reward_function",
    "to_json",
]
