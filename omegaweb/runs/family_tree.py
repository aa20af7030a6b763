"""The family of a run drawn as a tree: a column for each generation, the path to the best on the first row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from omegaweb.runs.family import Family, Fold, Relative
from omegaweb.runs.models import CandidateState
from omegaweb.runs.wording import operator_name, two_places

WIDTH, HEIGHT = 136, 44  # of a node
COLUMN, ROW = 196, 72  # from one to the next
MARGIN = 16
TRUNK, BEND = 24, 8  # where a line turns down, and how roundly
#: What made a candidate → the style of the line to it.
HUMAN = ("edit", "manual")
STYLES = {"mutation": "rewrite", "few_shot": "examples", "crossover": "combination", "edit": "human", "manual": "human"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A candidate as a box, by its upper left corner."""

    relative: Relative
    x: int
    y: int
    is_best: bool
    on_path: bool

    @property
    def kind(self) -> str:
        state = self.relative.candidate.state
        kept = state == CandidateState.IN_POPULATION
        return "kept" if kept else "waiting" if state == CandidateState.WAITING else "other"

    @property
    def is_human(self) -> bool:
        return self.relative.candidate.operator in HUMAN

    @property
    def title(self) -> str:
        candidate = self.relative.candidate
        reward = "not scored" if candidate.reward is None else two_places(candidate.reward)
        return f"#{candidate.number}  {reward}"

    @property
    def note(self) -> str:
        candidate, steps = self.relative.candidate, self.relative.steps
        # A box has room for one of them, and the line that leads to it shows how the last step was made.
        made = f"{steps + 1} steps" if steps else operator_name(candidate.operator)
        return f"{made} · n {candidate.count}"

    @property
    def sentence(self) -> str:
        """All of it for who cannot see the tree."""
        candidate, relative = self.relative.candidate, self.relative
        made = operator_name(candidate.operator)
        of = f" of {' and '.join(f'#{origin}' for origin in relative.origins)}" if relative.origins else ""
        by = ", made by a person" if self.is_human else ""
        reward = "not scored" if candidate.reward is None else f"reward {two_places(candidate.reward)}"
        steps = f" in {relative.steps + 1} steps" if relative.steps else ""
        known = f"{reward}, n {candidate.count}, {candidate.get_state_display().lower()}"
        path = ", the best so far" if self.is_best else ", on the path to the best" if self.on_path else ""
        return f"#{candidate.number}: {made.lower()}{of}{steps}{by}, {known}{path}"

    @property
    def baseline_1(self) -> int:
        return self.y + 18

    @property
    def baseline_2(self) -> int:
        return self.y + 34

    @property
    def text_x(self) -> int:
        return self.x + 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Stub:
    """What is folded away, as a line of text with a link below the one it descends from."""

    fold: Fold
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line from a parent to its child."""

    path: str
    style: str
    on_path: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The whole drawing."""

    nodes: list[Node]
    stubs: list[Stub]
    lines: list[Line]
    width: int
    height: int


def tree_of(family: Family) -> Tree:
    """Lay a family out."""
    rows = _rows(family)
    path = set(family.best_path)
    best = family.best_path[-1] if family.best_path else None
    nodes = [
        Node(
            relative=each,
            x=MARGIN + each.generation * COLUMN,
            y=MARGIN + rows[each.number] * ROW,
            is_best=each.number == best,
            on_path=each.number in path,
        )
        for each in family.shown
    ]
    stubs = [
        Stub(
            fold=fold,
            x=MARGIN + family.relatives[fold.below].generation * COLUMN + 10,
            y=MARGIN + rows[fold.below] * ROW + HEIGHT + 15,
        )
        for fold in family.folds
    ]
    return Tree(
        nodes=nodes,
        stubs=stubs,
        lines=_lines(nodes),
        width=max((node.x for node in nodes), default=0) + WIDTH + MARGIN,
        height=max((node.y for node in nodes), default=0) + ROW + MARGIN,
    )


def _rows(family: Family) -> dict[int, int]:
    """Give every node a row. A first child stays on its parent's, so that no two are in one place.

    Without recursion: a line of descent may be longer than Python's stack.
    """
    path = set(family.best_path)
    children: dict[int | None, list[int]] = defaultdict(list)
    for each in family.shown:
        children[each.origins[0] if each.origins else None].append(each.number)
    rows: dict[int, int] = {}
    free = 0
    ahead = [(number, False) for number in _ordered(children[None], path)]
    while ahead:
        number, is_first = ahead.pop()
        rows[number] = free - 1 if is_first else free
        free = rows[number] + 1
        below = _ordered(children[number], path)
        ahead.extend((child, False) for child in below[:-1])
        ahead.extend((child, True) for child in below[-1:])
    return rows


def _ordered(numbers: list[int], path: set[int]) -> list[int]:
    """Return children so that the one on the path to the best is taken first from the end, then the older ones."""
    return sorted(numbers, key=lambda number: (number in path, -number))


def _lines(nodes: list[Node]) -> list[Line]:
    places = {node.relative.number: node for node in nodes}
    lines = [
        Line(
            path=_bent(places[origin].x + WIDTH, places[origin].y, node.x, node.y),
            style=STYLES.get(node.relative.candidate.operator, "rewrite"),
            on_path=node.on_path and places[origin].on_path,
        )
        for node in nodes
        for origin in node.relative.origins
        if origin in places
    ]
    return sorted(lines, key=lambda line: line.on_path)


def _bent(x1: int, y1: int, x2: int, y2: int) -> str:
    """Go down beside the parent, with others of its children, and then along the child's own row."""
    from_y, to_y, trunk = y1 + HEIGHT // 2, y2 + HEIGHT // 2, x1 + TRUNK
    if from_y == to_y:
        return f"M{x1} {from_y}H{x2}"
    bend = BEND if to_y > from_y else -BEND
    return f"M{x1} {from_y}H{trunk}V{to_y - bend}Q{trunk} {to_y} {trunk + BEND} {to_y}H{x2}"


def outline(tree: Tree) -> Mapping[int, list[Node]]:
    """Return the nodes by generation, for the outline in words."""
    found: dict[int, list[Node]] = defaultdict(list)
    for node in tree.nodes:
        found[node.relative.generation].append(node)
    return dict(sorted(found.items()))
