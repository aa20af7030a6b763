"""F-scores (F90, F91, F92, D16), with the golden numbers of the fact sheet, section 5.3."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.errors import ConfigurationError
from optimizer_core.metrics import (
    BinaryF1Score,
    BinaryFBetaScore,
    F1Score,
    FBetaScore,
    ListF1Score,
    ListFBetaScore,
    Metric,
)
from optimizer_core.metrics.tokenizer import normalize_and_tokenize

TARGET = {"a": "The cat, sat", "b": "one two three four"}


def of(metric: Metric, *pairs: tuple[Any, Any]) -> Any:
    for target, output in pairs:
        metric.update(target, output)
    return metric.result()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The cat, sat", ["cat", "sat"]),
        ("3.14", ["314"]),
        ("-0.5", ["05"]),
        ("A-team", ["team"]),
        ("U.S.A.", ["us"]),
        ("Theatre of this isle", ["theatre", "this", "isle"]),
        ("", []),
    ],
)
def test_F90_the_tokenizer(text: str, words: list[str]):
    assert normalize_and_tokenize(text) == words


@pytest.mark.parametrize(
    ("average", "second", "result"),
    [
        (None, "one two", [0.8, 0.66667]),
        ("macro", "one two", 0.73333),
        ("weighted", "one two", 0.71111),
        ("micro", "one two", 0.72727),
        (None, "one", [0.8, 0.4]),
        ("weighted", "one", 0.53333),
    ],
)
def test_F90_golden_numbers_of_f1(average: Any, second: str, result: Any):
    output = {"a": "cat sat down", "b": second}
    assert of(F1Score(average=average), (TARGET, output)) == pytest.approx(result, abs=1e-5)


def test_F90_golden_number_of_f2():
    output = {"a": "cat sat down", "b": "one"}
    assert of(FBetaScore(beta=2.0, average="macro"), (TARGET, output)) == pytest.approx(0.60160, abs=1e-5)


def test_F90_repeated_words_count_as_often():
    assert of(F1Score(), ({"a": "ha ha"}, {"a": "ha ha"})) == pytest.approx(1.0, abs=1e-5)
    assert of(F1Score(), ({"a": "ha ha"}, {"a": "ha"})) == pytest.approx(2 / 3, abs=1e-5)


def test_F90_a_missing_or_extra_field_counts_against():
    assert of(F1Score(), ({"a": "x", "b": "y"}, {"a": "x"})) == pytest.approx([1.0, 0.0], abs=1e-5)
    assert of(F1Score(average="micro"), ({"a": "x"}, {"a": "x", "b": "y"})) == pytest.approx(2 / 3, abs=1e-5)


@pytest.mark.parametrize("metric", [F1Score(), BinaryF1Score(), ListF1Score()], ids=lambda metric: metric.name)
def test_D16_a_failed_sample_counts_as_zero_and_is_not_skipped(metric: Metric):
    target: Any = {"a": True} if isinstance(metric, BinaryF1Score) else {"a": "x"}
    assert of(metric, (target, target), (target, None)) == pytest.approx(2 / 3, abs=1e-5)  # P = 1, R = 1/2


def test_F91_binary_golden_cases():
    pairs = [({"a": True}, {"a": True}), ({"a": False}, {"a": True}), ({"a": True}, {"a": False})]
    assert of(BinaryF1Score(), *pairs) == pytest.approx(0.5, abs=1e-5)
    assert of(BinaryF1Score(), ({"a": 0.51}, {"a": 1}), ({"a": 0.5}, {"a": 0.5})) == pytest.approx(1.0, abs=1e-5)
    assert of(BinaryFBetaScore(beta=2.0, threshold=0.9), ({"a": 1}, {"a": 0.8}), ({"a": 1}, {"a": 1})) == pytest.approx(
        5 * 0.5 / (4 + 0.5), abs=1e-5
    )


def test_F91_a_text_is_an_error_that_names_the_field():
    with pytest.raises(ConfigurationError, match="the field 'a' must be true, false or a number, got 'yes'"):
        BinaryF1Score().update({"a": "yes"}, {"a": True})
    BinaryF1Score(out_mask=["a"]).update({"a": "yes"}, {"b": True})


def test_F92_lists_are_sets_of_labels():
    assert of(ListF1Score(), ({"labels": ["a", "b", "c"]}, {"labels": ["c", "a"]})) == pytest.approx(0.8, abs=1e-5)
    assert of(ListF1Score(), ({"labels": ["a", "b"]}, {"labels": ["b", "a", "a"]})) == pytest.approx(1.0, abs=1e-5)
    assert of(ListF1Score(), ({"labels": [1]}, {"labels": ["1"]})) == 0.0
    assert of(ListF1Score(), ({"labels": []}, {"labels": []}), ({"labels": ["a"]}, {"labels": ["a"]})) == pytest.approx(
        1.0, abs=1e-5
    )
    assert of(ListFBetaScore(beta=2.0), ({"labels": ["a", "b"]}, {"labels": ["a"]})) == pytest.approx(
        5 * 0.5 / 4.5, abs=1e-5
    )


def test_F85_masks_count():
    assert of(F1Score(in_mask=["a"]), (TARGET, {"a": "cat sat"})) == pytest.approx(1.0, abs=1e-5)


def test_logs_name_the_fields():
    metric = F1Score()
    metric.update(TARGET, TARGET)
    assert metric.logs() == pytest.approx({"f1_score/a": 1.0, "f1_score/b": 1.0}, abs=1e-5)
    assert F1Score(average="macro", name="mine").logs() == {"mine": 0.0}


def test_a_clone_starts_afresh_and_shares_nothing():
    metric = F1Score(average="micro", name="mine", in_mask=["a"])
    metric.update(TARGET, TARGET)
    twin = metric.clone()
    assert twin.config() == metric.config()
    assert twin.result() == 0.0
    twin.update(TARGET, None)
    assert metric.result() == pytest.approx(1.0, abs=1e-5)
    metric.reset()
    assert metric.result() == 0.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FBetaScore(beta=0), "beta=0 must be"),
        (lambda: FBetaScore(beta=float("nan")), "beta=nan must be"),
        (lambda: F1Score(average="mean"), "average='mean' must be one of macro, micro, weighted"),
        (lambda: BinaryF1Score(threshold=0), "threshold=0 must be"),
        (lambda: BinaryF1Score(threshold=1.1), "threshold=1.1 must be"),
        (lambda: F1Score(name=""), "name='' must be"),
        (lambda: F1Score().check(targets=False), "give y"),
    ],
)
def test_impossible_settings_are_refused(make: Any, message: str):
    with pytest.raises(ConfigurationError, match=message):
        make()
    with pytest.raises(TypeError, match="beta"):
        F1Score(beta=2.0)  # type: ignore[call-arg]


OBJECTS = st.dictionaries(st.sampled_from("abc"), st.text(alphabet="ab c", max_size=8), max_size=3)


@given(st.lists(st.tuples(OBJECTS, st.none() | OBJECTS), max_size=5), st.sampled_from(["macro", "micro", "weighted"]))
def test_scores_stay_between_0_and_1_in_any_order(pairs: list[tuple[Any, Any]], average: str):
    forward, backward = F1Score(average=average), F1Score(average=average)
    result = of(forward, *pairs)
    assert 0.0 <= result <= 1.0
    assert of(backward, *reversed(pairs)) == pytest.approx(result)
