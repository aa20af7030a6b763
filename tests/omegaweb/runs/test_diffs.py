"""Differences of texts and of examples."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omegaweb.runs.diff_summary import summary_of
from omegaweb.runs.diffs import diff_contents
from omegaweb.runs.list_diff import Fate
from omegaweb.runs.word_diff import Change, Part, diff_words, side_by_side
from tests.factories_runs import VARIABLE, content_of

KEPT, DELETED, INSERTED = Change.KEPT, Change.DELETED, Change.INSERTED

#: Texts that share words, so that differences are more than "everything".
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(["one", "two", "three", " ", ".", "\n", "{{", "é", "’"]), max_size=25).map("".join),
)


def joined(parts: tuple[Part, ...], *changes: Change) -> str:
    return "".join(part.text for part in parts if part.change in changes)


@given(before=texts, after=texts)
def test_kept_and_inserted_words_give_the_new_text_and_kept_and_deleted_ones_the_old(before: str, after: str) -> None:
    parts = diff_words(before, after)
    assert joined(parts, KEPT, INSERTED) == after
    assert joined(parts, KEPT, DELETED) == before


@given(before=texts, after=texts)
def test_rows_hold_the_same_texts_as_the_parts(before: str, after: str) -> None:
    rows = list(side_by_side(diff_words(before, after)))
    assert "".join(part.text for row in rows for part in row.before) == before
    assert "".join(part.text for row in rows for part in row.after) == after


@given(text=texts)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(part.change is KEPT for part in diff_words(text, text))


def test_one_changed_word_is_one_deletion_and_one_insertion() -> None:
    assert diff_words("Answer in one word.", "Answer in two words.") == (
        Part(KEPT, "Answer in "),
        Part(DELETED, "one word"),
        Part(INSERTED, "two words"),
        Part(KEPT, "."),
    )


def test_changes_with_only_a_space_between_them_are_merged_but_not_over_a_line_break() -> None:
    assert len(diff_words("a b", "c d")) == 2
    assert [part.change for part in diff_words("a\nb", "c\nd")] == [DELETED, INSERTED, KEPT, DELETED, INSERTED]


def test_a_word_is_compared_whole() -> None:
    assert diff_words("label", "labels") == (Part(DELETED, "label"), Part(INSERTED, "labels"))


def test_a_long_text_is_compared_by_sentences_and_then_by_words() -> None:
    sentences = [f"Rule {number}: reply with care. " for number in range(2000)]
    after = [*sentences]
    after[10], after[1900] = "Rule 10: reply with love. ", "A new one. "
    parts = diff_words("".join(sentences), "".join(after))
    assert joined(parts, KEPT, INSERTED) == "".join(after)
    assert Part(DELETED, "care") in parts
    assert Part(INSERTED, "love") in parts
    assert all(a.change is not KEPT or b.change is not KEPT for a, b in pairwise(parts))


def test_rows_pair_the_lines_both_texts_have() -> None:
    rows = list(side_by_side(diff_words("same\nold line\nend", "same\nnew line\nend")))
    assert [row.changed for row in rows] == [False, True, False]


def test_fields_and_examples_are_compared_apart() -> None:
    before = content_of("Sort it", [("a", "billing"), ("b", "technical")])
    after = content_of("Sort it well", [("b", "technical"), ("c", "billing")])
    diff = diff_contents(before, after)
    assert diff.changed
    assert [(field.variable, field.field, field.changed) for field in diff.fields] == [(VARIABLE, "instructions", True)]
    examples = diff.examples[0]
    assert (examples.added, examples.removed, examples.kept) == (1, 1, 1)


def test_equal_contents_have_no_difference_even_where_an_example_carries_its_reward() -> None:
    before = content_of("Sort it", [("a", "billing")])
    after = content_of("Sort it", [("a", "billing")])
    after[VARIABLE]["examples"][0]["reward"] = 1.0
    assert not diff_contents(before, after).changed


def test_the_same_examples_in_another_order_are_a_difference() -> None:
    before = content_of("Sort it", [("a", "billing"), ("b", "technical")])
    after = content_of("Sort it", [("b", "technical"), ("a", "billing")])
    examples = diff_contents(before, after).examples[0]
    assert examples.changed
    assert (examples.moved, examples.kept, examples.added, examples.removed) == (1, 1, 0, 0)


def test_an_example_with_the_same_input_and_another_answer_is_changed() -> None:
    before = content_of("Sort it", [("a", "billing"), ("b", "technical")])
    after = content_of("Sort it", [("a", "technical"), ("b", "technical")])
    examples = diff_contents(before, after).examples[0]
    assert (examples.edited, examples.kept, examples.added, examples.removed) == (1, 1, 0, 0)
    change = examples.changes[0]
    assert ([v.text for v in change.old_outputs], [v.text for v in change.outputs]) == (["billing"], ["technical"])


def steps(before: list[Any], after: list[Any]) -> list[tuple[str, Any, Any]]:
    found = diff_contents({"v": {"steps": before}}, {"v": {"steps": after}}).lists[0]
    return [(item.fate.value, item.was, item.now) for item in found.items]


def test_steps_of_a_plan_are_added_removed_and_moved() -> None:
    assert steps(["read", "think"], ["look", "read", "think"]) == [
        ("inserted", None, 1),
        ("kept", 1, 2),
        ("kept", 2, 3),
    ]
    assert steps(["read", "think"], ["think"]) == [("kept", 2, 1), ("deleted", 1, None)]
    assert steps(["a", "b", "c", "d"], ["d", "a", "b", "c"]) == [
        ("moved", 4, 1),
        ("kept", 1, 2),
        ("kept", 2, 3),
        ("kept", 3, 4),
    ]


def test_a_step_that_says_nearly_the_same_is_changed_and_shows_its_words() -> None:
    found = diff_contents(
        {"v": {"steps": ["Read the ticket with care."]}}, {"v": {"steps": ["Read the whole ticket with care."]}}
    ).lists[0]
    (item, parts) = next(found.shown)
    assert item.fate is Fate.CHANGED
    assert Part(INSERTED, "whole ") in parts or Part(INSERTED, " whole") in parts


def test_a_step_that_comes_twice_is_two_steps() -> None:
    assert steps(["a", "a"], ["a"]) == [("kept", 1, 1), ("deleted", 2, None)]


@given(before=st.lists(st.sampled_from("abcde"), max_size=8), after=st.lists(st.sampled_from("abcde"), max_size=8))
def test_every_item_of_both_lists_is_accounted_for_once(before: list[str], after: list[str]) -> None:
    found = steps(before, after)
    assert sorted(was for _, was, _ in found if was) == list(range(1, len(before) + 1))
    assert [now for _, _, now in found if now] == list(range(1, len(after) + 1))
    kept = [was for fate, was, _ in found if fate == "kept"]
    assert kept == sorted(kept)


def test_code_is_compared_by_line() -> None:
    before, after = "total = 1\nresult = total\n", "total = 2\nresult = total\n"
    field = diff_contents({"v": {"python_script": before}}, {"v": {"python_script": after}}).fields[0]
    assert field.is_code
    assert field.parts == (Part(DELETED, "total = 1\n"), Part(INSERTED, "total = 2\n"), Part(KEPT, "result = total\n"))


def test_an_object_is_compared_by_key() -> None:
    before = {"v": {"style": {"tone": "warm", "length": 3}}}
    after = {"v": {"style": {"tone": "cool", "length": 3, "more": {"deep": True}}}}
    changed = {field.field: field.changed for field in diff_contents(before, after).fields}
    assert changed == {"style.tone": True, "style.length": False, "style.more.deep": True}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (content_of("Sort it"), content_of("Sort it"), ""),
        (content_of("Sort it"), content_of("Sort it very well"), "2 words added"),
        (
            content_of("Sort it", [("a", "billing")]),
            content_of("Sort that", [("b", "billing"), ("c", "technical")]),
            "2 examples added, 1 example removed, 1 word added, 1 word removed",
        ),
        ({"v": {"steps": ["a"]}}, {"v": {"steps": ["a", "b"]}}, "1 step added"),
        ({"v": {"code": "a\n"}}, {"v": {"code": "a\nb\n"}}, "1 line added"),
        (content_of("Sort it."), content_of("Sort it!"), "spaces or punctuation changed"),
    ],
)
def test_a_difference_is_summed_up_in_a_line(before: dict[str, Any], after: dict[str, Any], words: str) -> None:
    assert summary_of(diff_contents(before, after)) == words


def test_a_variable_that_is_new_is_all_inserted() -> None:
    diff = diff_contents({}, {"v": {"instruction": "New"}})
    assert diff.fields[0].parts == (Part(INSERTED, "New"),)


def test_a_new_line_is_shown_as_one_line() -> None:
    before, after = "Rules:\n- one.\n- three.", "Rules:\n- one.\n- two.\n- three."
    assert diff_words(before, after) == (
        Part(KEPT, "Rules:\n- one.\n"),
        Part(INSERTED, "- two.\n"),
        Part(KEPT, "- three."),
    )
    assert [row.changed for row in side_by_side(diff_words(before, after))] == [False, False, True]


@given(text=texts)
def test_what_is_marked_and_the_line_breaks_behind_it_are_the_text(text: str) -> None:
    part = Part(INSERTED, text)
    assert part.marked.removesuffix("↵") + part.line_breaks in (text, text.removesuffix("↵"))


def test_an_added_empty_line_is_marked_by_a_sign() -> None:
    part = Part(INSERTED, "\n\n")
    assert (part.marked, part.line_breaks) == ("↵", "\n\n")
