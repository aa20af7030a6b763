"""What the writer's thread is given: it hears of every pile, whatever it does in the same moment."""

from __future__ import annotations

from typing import Any

from omegaweb.engine.queued import Pile


class TakenMeanwhile(Pile):
    """A pile that the writer takes in the very moment in which the run looks whether it is queued."""

    takes = False
    queued = False

    @property
    def _is_queued(self) -> bool:
        was = self.queued
        if self.takes:
            self.takes = False
            self.take()
        return was

    @_is_queued.setter
    def _is_queued(self, value: bool) -> None:
        self.queued = value


def write(*_: Any) -> None:
    raise AssertionError("nothing is written here")


def test_the_writer_is_told_of_the_first_thing_and_again_once_it_has_taken_all() -> None:
    pile = Pile(1, write)
    assert [pile.add("a"), pile.add("b")] == [True, False]
    assert pile.take() == ["a", "b"]
    assert pile.add("c")


def test_a_pile_that_is_taken_while_something_is_added_is_told_of_again() -> None:
    pile = TakenMeanwhile(1, write)
    pile.add("a")
    pile.takes = True
    told = pile.add("b")

    assert told or not pile._things
    assert pile.add("c")
