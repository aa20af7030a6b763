"""Contents in pieces, and which piece is another one reworded."""

from __future__ import annotations

from omegaweb.runs.sentences import Piece, most_like, pieces_of
from tests.factories_runs import VARIABLE, content_of


def sentence(text: str) -> Piece:
    return Piece(variable=VARIABLE, name="instructions", text=text)


def test_a_text_is_cut_after_sentences_and_at_lines():
    texts = [piece.text for piece in pieces_of(content_of("Read {{text}}. Answer in one word!\n- No e.g.\n\n- Yes"))]
    assert texts == ["Read {{text}}.", "Answer in one word!", "- No e.g.", "- Yes"]


def test_examples_and_items_of_lists_are_pieces():
    content = {
        VARIABLE: {
            "steps": ["Look", "Decide"],
            "examples": content_of("x", [("late", "billing")])[VARIABLE]["examples"],
        }
    }
    pieces = pieces_of(content)
    assert [piece.text for piece in pieces[:2]] == ["Look", "Decide"]
    assert pieces[2].example == {"inputs": {"text": "late"}, "outputs": {"label": "billing"}}


def test_the_same_sentence_is_found_word_for_word_first():
    same, near = sentence("Answer in one word."), sentence("Answer in a word.")
    assert most_like(same, [near, same]) == same


def test_a_reworded_sentence_is_found_and_another_one_is_not():
    found = most_like(
        sentence("Answer with the team in one word."), [sentence("Answer with the team."), sentence("Be brief.")]
    )
    assert found == sentence("Answer with the team.")
    assert most_like(sentence("Never mention refunds."), [sentence("Answer with the team.")]) is None


def test_a_sentence_of_another_field_is_another_sentence():
    other = Piece(variable=VARIABLE, name="role", text="Answer in one word.")
    assert most_like(sentence("Answer in one word, please."), [other]) is None


def test_examples_are_not_reworded():
    one, other = (pieces_of(content_of("", [(text, "billing")]))[-1] for text in ("a late bill", "a late bill!"))
    assert most_like(one, [other]) is None
