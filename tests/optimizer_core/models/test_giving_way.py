"""Turns that are lent while an answer is only being kept."""

from __future__ import annotations

from optimizer_core.models.giving_way import Turn, having, turn_in_use


class CountedTurns:
    """So many turns are free."""

    def __init__(self) -> None:
        self.free = 0

    def take_at_once(self) -> None:
        self.free -= 1

    def give_back(self) -> None:
        self.free += 1


def test_a_lent_turn_is_free_for_somebody_else_until_it_is_taken_back():
    turns = CountedTurns()
    turn = Turn(turns)
    turn.begin_question()

    assert turn.lend()
    assert (turns.free, turn.is_held) == (1, False)

    turn.take_back()
    assert (turns.free, turn.is_held) == (0, True)


def test_a_turn_is_not_lent_while_another_question_of_it_is_under_way():
    turn = Turn(CountedTurns())
    turn.begin_question()
    turn.begin_question()
    assert not turn.lend()

    turn.end_question()
    assert turn.lend()
    assert not turn.lend()  # it is lent already


def test_a_lent_turn_is_not_given_back_again():
    turns = CountedTurns()
    turn = Turn(turns)
    turn.begin_question()
    assert turn.lend()

    turn.end()

    assert turns.free == 1


def test_outside_of_turns_there_is_nothing_to_lend():
    assert not turn_in_use().lend()
    turn = Turn(CountedTurns())
    with having(turn):
        assert turn_in_use() is turn
    assert turn_in_use() is not turn
