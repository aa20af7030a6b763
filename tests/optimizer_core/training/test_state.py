"""What a search knows: who may win."""

from __future__ import annotations

from optimizer_core.data.candidate import Candidate
from optimizer_core.events import SampleResult
from optimizer_core.population.population import Population
from optimizer_core.training.checkpoints import state_from_json, state_to_json
from optimizer_core.training.state import SearchState


def candidate(text: str) -> Candidate:
    return Candidate(content={"generator": {"instructions": text, "examples": []}}, operator="mutation")


def results() -> list[SampleResult]:
    return [SampleResult(sample="validation-0", reward=1.0)]


def test_only_a_candidate_that_was_let_in_may_win_also_after_a_checkpoint():
    baseline, waiting, admitted = candidate("start"), candidate("waiting"), candidate("approved")
    state = SearchState(baseline=baseline, population=Population(uncertainty=0.25))
    for each in (baseline, waiting, admitted):
        state.note(each)
        state.record(each.id, results())
    state.admit(baseline)
    state.admit(admitted)
    assert state.fully_validated(1) == [baseline.id, admitted.id]

    saved = state_to_json(state, validation_size=1, with_outputs=True)
    again = state_from_json(saved, uncertainty=0.25)
    assert again.fully_validated(1) == [baseline.id, admitted.id]
