"""What people picked goes to the judge of a later run."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.engine.assembly import build_reward
from omegaweb.engine.model_building import build_models
from omegaweb.engine.preferences import MOST, picked_in, preferences_of
from omegaweb.reviews.blind import blind_of, pairs_of, pick
from omegaweb.reviews.models import PairwisePick, Review
from omegaweb.reviews.pick_models import Pick
from omegaweb.runs.forms import LaunchForm
from omegaweb.runs.models import Candidate, Run
from omegaweb.runs.settings_words import reward_in_words
from optimizer_core.rewards import LMAsJudge
from tests.factories import project_of
from tests.factories_runs import make_candidate, make_program, make_review, make_run, make_scores, make_version
from tests.omegaweb.runs.launch_data import launch_data


def reviewed(user: User, *, rows: int = 4) -> Review:
    """A candidate that answers each row otherwise than its parent."""
    run = make_run(user, version=make_version(user, splits="tt" + "v" * rows + "ss", name="Picked"))
    start = make_candidate(run)
    candidate = make_candidate(run, number=1, instruction="Sort: {{text}}", parents=[start])
    make_scores(start, [0.0] * rows)
    make_scores(candidate, [1.0] * rows)
    return make_review(candidate)


def start_of(review: Review) -> Candidate:
    start = review.run.baseline
    assert start is not None
    return start


def prefer(review: Review, user: User, choice: str) -> tuple[int, bool]:
    """Pick on the next row; returns its number and whether the candidate's answer stood first."""
    blind = blind_of(review, user)
    assert blind is not None
    pair = pairs_of(review, user, blind, blind.asked[:1])[0]
    assert pick(review, user, index=pair.index, choice=choice)
    return pair.index, pair.candidate_first


def test_a_pair_says_what_was_asked_and_which_answer_was_preferred(alice: User) -> None:
    review = reviewed(alice)
    assert picked_in(review.run.program) is None
    index, candidate_first = prefer(review, alice, "second")
    prefer(review, alice, "same")  # tells nothing
    (pair,) = preferences_of(review.run.program, review.run.dataset_version)
    answers = [review.candidate.scores.get(index=index).output, start_of(review).scores.get(index=index).output]
    assert [pair["other"], pair["preferred"]] == (answers if candidate_first else answers[::-1])
    assert set(pair["inputs"]) == set(review.run.dataset_version.input_columns)


def test_the_newest_pick_of_a_row_counts_and_not_too_many_are_shown(alice: User, bob: User) -> None:
    review = reviewed(alice, rows=10)
    for _ in range(10):
        prefer(review, alice, "first")
    index = PairwisePick.objects.latest("pk").index
    row = {"index": index, "split": "validation", "reference": 0, "candidate_first": True}
    PairwisePick.objects.create(review=review, person=bob, reward=1, reference_reward=0, pick=Pick.REFERENCE, **row)
    pairs = preferences_of(review.run.program, review.run.dataset_version)
    assert len(pairs) == MOST
    assert pairs[0]["preferred"] == start_of(review).scores.get(index=index).output
    picked = picked_in(review.run.program)
    assert picked is not None
    assert (picked.picks, picked.people, picked.shown) == (11, 2, MOST)


def test_the_launch_form_offers_them_where_there_are_any(alice: User, alice_client: Client) -> None:
    review = reviewed(alice)
    offered = reverse("runs:launch") + f"?from={review.run_id}&judge=taught"
    bare = alice_client.get(offered).content.decode()
    assert "what people picked" not in bare
    prefer(review, alice, "first")
    page = alice_client.get(offered).content.decode()
    assert "One pick by one person" in page
    assert "</a>, with a judge" in page
    assert f"{review.run.name}, by picks" in page
    assert f"?from={review.run_id}&amp;judge=taught" in alice_client.get(review.get_absolute_url()).content.decode()


def test_a_run_keeps_the_pairs_and_its_judge_is_told(alice: User) -> None:
    review = reviewed(alice)
    prefer(review, alice, "first")
    data = launch_data(review.run.dataset_version, review.run.program, reward="judge", judge_learns="on")
    form = LaunchForm(data, project=project_of(alice))
    assert form.is_valid(), form.errors
    configuration = form.configuration()
    assert configuration.reward.preferences == preferences_of(review.run.program, review.run.dataset_version)
    run = Run(configuration=configuration.to_json())
    assert run.choices.reward == configuration.reward
    assert "shown one pair" in reward_in_words(run.choices)
    judge = build_reward(run.choices.reward, build_models(run.choices.models))
    assert isinstance(judge, LMAsJudge)
    assert judge.preferences == configuration.reward.preferences


def test_a_form_looks_for_them_once(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    review = reviewed(alice)
    prefer(review, alice, "first")
    looks = Mock(return_value=())
    monkeypatch.setattr("omegaweb.runs.form_values.preferences_of", looks)
    data = launch_data(review.run.dataset_version, review.run.program, reward="judge", judge_learns="on")
    form = LaunchForm(data, project=project_of(alice))
    assert form.is_valid(), form.errors
    assert form.configuration() == form.configuration()
    looks.assert_called_once()


def test_without_the_tick_or_with_another_reward_nothing_is_shown(alice: User) -> None:
    review = reviewed(alice)
    prefer(review, alice, "first")
    for changes in ({"reward": "judge"}, {"judge_learns": "on"}):
        form = LaunchForm(
            launch_data(review.run.dataset_version, review.run.program, **changes), project=project_of(alice)
        )
        assert form.is_valid(), form.errors
        assert form.configuration().reward.preferences == ()


def test_picks_of_another_program_stay_there(alice: User) -> None:
    review = reviewed(alice)
    prefer(review, alice, "first")
    assert preferences_of(make_program(alice, name="Another"), review.run.dataset_version) == ()


def test_a_row_that_will_be_tested_is_not_shown_to_the_judge(alice: User) -> None:
    review = reviewed(alice)
    prefer(review, alice, "first")
    version = review.run.dataset_version
    assert len(preferences_of(review.run.program, version)) == 1
    version.pk, version.number, version.splits = None, 2, version.splits.replace("v", "s")
    version.save()
    assert preferences_of(review.run.program, version) == ()
