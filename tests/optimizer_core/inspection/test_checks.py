"""Each check finds what it is for, and leaves alone what merely looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample
from optimizer_core.data.schema import Schema
from optimizer_core.inspection.copying import RUN, WHOLE, copied_rows
from optimizer_core.inspection.duplicates import near_duplicate
from optimizer_core.inspection.growth import FIRST_PAGE, RATIO, grown_length
from optimizer_core.inspection.labels import drifted_labels, labels_of
from optimizer_core.inspection.placeholders import lost_placeholders
from optimizer_core.inspection.shape import drifted_shape

DESKS = Schema.of({"type": "object", "properties": {"desk": {"enum": ["billing", "technical", "sales_team"]}}})
FREE = Schema.of({"type": "object", "properties": {"reply": {"type": "string"}}})
LABELS = labels_of(DESKS)
COMPLAINT = "My parcel arrived with a broken seal and the blue cup inside was cracked in two"
words = st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=12)
sentences = st.lists(words, min_size=0, max_size=40).map(" ".join)


def text(instructions, **fields):
    return {"instructions": instructions, "examples": [], **fields}


def row(inputs, number=3, target=None):
    return Sample(id=f"train-{number}", inputs=inputs, target=target)


def candidate(instructions, **fields):
    return Candidate(content={"writer": text(instructions, **fields)}, operator="mutation")


@pytest.mark.parametrize("mark", ["{{ticket}}", "{ticket}", "<ticket>"])
def test_a_placeholder_that_is_gone_is_named(mark):
    (flag,) = lost_placeholders(text("Sort it."), text(f"Sort {mark}."), inputs=["ticket"])
    assert flag.evidence == {"lost": [mark]}
    assert mark in flag.text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Sort {{ ticket }}.", "Read {{ticket}}, then sort it."),
        ("Answer <label>.", "Answer with the label."),  # no input field: the slot of an answer
        ("Desk: {desk}", "Name the desk."),  # an output field
        (r"Use \frac{a}{b}.", "Divide."),
        ("<ticket>text</ticket>", "text"),  # a pair of tags marks something up
        ('Answer {"desk": "billing"}.', "Answer."),
    ],
)
def test_what_only_looks_like_a_placeholder_may_go(before, after):
    assert not lost_placeholders(text(after), text(before), inputs=["ticket"], outputs=["desk"])


def test_a_placeholder_may_move_to_another_field_but_not_into_an_example():
    before = text("Sort {ticket}.")
    assert not lost_placeholders({**text("Sort it."), "plan": ["Read {ticket}"]}, before)
    assert lost_placeholders({"instructions": "Sort it.", "examples": [{"inputs": {"a": "{ticket}"}}]}, before)


@given(sentences, sentences)
def test_a_text_that_keeps_its_parent_loses_no_placeholder(before, added):
    parent = f"{{{{ticket}}}} {before} {{name}}"
    assert not lost_placeholders(text(f"{parent} {added}"), text(parent))


def test_words_of_a_row_in_the_text_are_quoted_as_they_stand_there():
    new = f"Sort it. For example: “{COMPLAINT.upper()}!” goes to returns."
    (flag,) = copied_rows(text(new), [text("Sort it.")], [row({"ticket": COMPLAINT})], [row({"ticket": COMPLAINT})])
    assert flag.evidence == {"sample": "train-3", "found": [COMPLAINT.upper()]}
    assert "row 4" in flag.text


def test_a_short_row_counts_as_a_whole_and_a_label_never():
    rows = [row({"ticket": "Where is my blue cup?"}, target={"desk": "billing"})]
    assert copied_rows(text("“Where is my blue cup” is about parcels."), [text("")], rows, rows)
    assert not copied_rows(text("The blue cup is for billing."), [text("")], rows, rows)


def test_what_stands_in_several_rows_in_the_parent_or_in_an_example_is_no_copy():
    rows = [row({"ticket": COMPLAINT})]
    new = text(f"Mind this: {COMPLAINT}")
    assert not copied_rows(new, [text(f"Once more: {COMPLAINT}")], rows, rows)
    assert not copied_rows(new, [text("")], rows, [*rows, row({"ticket": f"Hello. {COMPLAINT}."}, 4)])
    shown = {"instructions": "Sort it.", "examples": [{"inputs": {"ticket": COMPLAINT}, "outputs": {}}]}
    assert not copied_rows(shown, [text("")], rows, rows)


@given(st.lists(words, min_size=RUN, max_size=30), sentences, sentences)
def test_a_whole_row_is_always_found_whatever_stands_around_it(cell, before, after):
    rows = [row({"ticket": " ".join(cell)})]
    flags = copied_rows(text(f"{before}. {' '.join(cell)}. {after}"), [text("")], rows, rows)
    assert len(flags) == 1


@given(sentences, st.lists(st.text(alphabet="abc", min_size=1), max_size=WHOLE - 1).map(" ".join))
def test_few_words_in_common_are_none_of_its_business(before, cell):
    rows = [row({"ticket": cell})]
    assert not copied_rows(text(before), [text("")], rows, rows)


def test_length_is_told_from_twice_the_parent_on_and_a_first_page_is_free():
    page, most = "word " * FIRST_PAGE, int(RATIO * FIRST_PAGE)
    assert not grown_length(text("word " * most), [text("Sort it.")])
    (flag,) = grown_length(text("word " * (most + 1)), [text("Sort it.")])
    assert flag.evidence == {"before": 2, "after": most + 1}
    assert not grown_length(text(page * 2), [text("Sort it."), text(page)])
    assert grown_length(text("word " * 2300), [text("word " * 2050)])
    assert not grown_length(text("word " * 2300), [text("word " * 2200)])


@given(sentences, sentences)
def test_a_text_that_got_shorter_is_never_too_long(one, other):
    assert not grown_length(text(one), [text(f"{one} {other}")])


def test_a_label_that_the_parent_named_and_the_text_does_not_is_told():
    before = text("Choose billing, technical or sales team.")
    (flag,) = drifted_labels(text("Choose billing or technical."), before, LABELS)
    assert flag.evidence == {"field": "desk", "lost": ["sales_team"]}
    assert not drifted_labels(text("Billings, technicals; SALES-TEAM."), before, LABELS)
    assert not drifted_labels(text("Choose the desk."), text("Mind billing and technical."), LABELS)  # not all of them


@pytest.mark.parametrize(
    "offer",
    [
        "Answer one of: billing, technical, sales_team, refunds.",
        "Labels:\n- `billing`: money\n- `technical`: faults\n- `sales_team`: offers\n- `refunds`: money back",
        "Pick either billing, technical or refunds (sales_team is never right).",
    ],
)
def test_a_label_that_the_answer_may_not_have_is_told(offer):
    (flag,) = drifted_labels(text(offer), text("Sort it."), LABELS)
    assert flag.evidence["found"] == ["refunds"]


@pytest.mark.parametrize(
    "harmless",
    [
        "Answer one of billing, technical or sales team, whichever fits best.",
        "One of the customers, our largest or oldest, writes about billing.",
        "- Read the ticket: all of it\n- Think about billing: is it money?\n- Answer",
        "Labels:\n- `billing`: money\n- `technical`: faults\n- `sales_team`: offers\n- Choose one only",
    ],
)
def test_lists_of_other_things_are_no_labels(harmless):
    assert not drifted_labels(text(harmless), text("Sort it."), LABELS)


@pytest.mark.parametrize("start", ["{{", "One of: billing, technical"])
def test_a_model_that_writes_nothing_but_spaces_does_not_keep_the_run_waiting(start):
    endless = text(start + " " * 100_000 + "x")  # by trying each place in each run of spaces: hours
    assert not lost_placeholders(text("Sort it."), endless)
    drifted_labels(endless, text("Sort it."), LABELS)


def test_short_labels_count_only_in_quotes():
    yes_no = labels_of(Schema.of({"type": "object", "properties": {"fits": {"enum": ["yes", "no"]}}}))
    assert not drifted_labels(text("Is it so?"), text("Say yes where it fits, no explanation."), yes_no)
    assert drifted_labels(text('Say "yes" where it fits.'), text('Say "yes" or "no".'), yes_no)


def test_a_format_that_no_field_can_hold_is_told():
    assert drifted_shape(text("Respond in valid XML."), text("Sort it."), outputs=DESKS)
    assert not drifted_shape(text("Do not respond in XML."), text("Sort it."), outputs=DESKS)
    assert not drifted_shape(text("Respond in XML."), text("Answer as XML."), outputs=DESKS)  # so did its parent
    assert not drifted_shape(text("Answer as a table."), text("Sort it."), outputs=FREE)  # the text may be one
    assert not drifted_shape(text("Respond in valid XML."), text("Sort it."), outputs=None)


def test_a_field_beside_those_of_the_answer_is_told():
    asked = 'Return {"desk": "billing", "confidence": 0.9}.'
    (flag,) = drifted_shape(text(asked), text("Sort it."), outputs=DESKS)
    assert flag.evidence == {"found": ["confidence"]}
    assert not drifted_shape(text(asked), text('Return "confidence".'), outputs=DESKS)
    assert not drifted_shape(text('Read {"ticket": "…", "desk": "…"}.'), text(""), outputs=DESKS, inputs=["ticket"])
    assert not drifted_shape(text('A row such as {"order": 7}.'), text(""), outputs=DESKS)


def test_other_spelling_or_a_word_in_fifty_is_a_near_duplicate_of_the_nearest():
    known = candidate("Sort the ticket. " + "Read every line of it with care. " * 8)
    respelled = candidate("sort the TICKET! " + "Read every line of it, with care. " * 8)
    changed = candidate("Sort the message. " + "Read every line of it with care. " * 8)
    (flag,) = near_duplicate(respelled, [changed, known])
    assert flag.evidence == {"candidate": known.id, "distance": 0.0}
    (flag,) = near_duplicate(changed, [known])
    assert 0 < flag.evidence["distance"] <= 0.02


@pytest.mark.parametrize("word", ["not", "7", "billing", "{ticket}"])
def test_one_word_that_decides_is_a_difference(word):
    filler = "Read every line of it with care. " * 20
    known, other = candidate(f"Sort it. {filler}"), candidate(f"Sort it {word}. {filler}")
    assert not near_duplicate(other, [known], labels=["billing"])


def test_other_examples_or_a_short_new_rule_are_a_difference():
    filler = "Read every line of it with care. " * 40
    known = candidate(filler)
    assert not near_duplicate(candidate(f"{filler} Refunds go to whoever took money."), [known])
    assert not near_duplicate(candidate(filler, extra=1), [known])
    assert not near_duplicate(known, [known])


@given(st.lists(sentences, max_size=4), sentences)
def test_whoever_is_called_a_near_duplicate_is_near_and_known(texts, new):
    known = [candidate(each) for each in texts]
    for flag in near_duplicate(candidate(new), known):
        assert flag.evidence["candidate"] in {each.id for each in known}
        assert 0 <= flag.evidence["distance"] <= 0.02
