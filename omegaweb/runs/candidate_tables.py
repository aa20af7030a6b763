"""The tables of candidates on a run's page: the population, and all of them, narrowed, in an order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q

from omegaweb.runs.flags import flag_counts
from omegaweb.runs.lineage import rows_of
from omegaweb.runs.models import Candidate, CandidateState, Run
from omegaweb.runs.models.requests import Steer

#: Rows of a table that live updates redraw; the rest is on further pages.
ROWS_ON_A_PAGE = 50

#: What the population table shows: members, and who may become one.
IN_VIEW = (CandidateState.IN_POPULATION, CandidateState.WAITING, CandidateState.SCORED)

CANDIDATE_FILTERS: dict[str, tuple[str, tuple[CandidateState, ...]]] = {
    "population": ("In the population", (CandidateState.IN_POPULATION,)),
    "waiting": ("Waiting for review", (CandidateState.WAITING,)),
    "dropped": ("Dropped", (CandidateState.DROPPED,)),
    "steps": ("Steps", (CandidateState.STEP,)),
    "rejected": ("Rejected or edited", (CandidateState.REJECTED, CandidateState.EDITED)),
}
FLAGGED = {"flagged": "Flagged"}
CANDIDATE_ORDERS = {"newest": ("-number",), "best": ("-reward", "number")}


def population(run: Run, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the table of members, and of who may become one, shows; the best as well, wherever it stands."""
    shown = _with_relations(run).filter(Q(state__in=IN_VIEW) | Q(pk=run.best_id))
    members = sorted(shown, key=lambda candidate: (candidate.rank is None, candidate.rank or 0, candidate.number))
    hidden = max(0, len(members) - ROWS_ON_A_PAGE)
    return {"rows": rows_of(members[:ROWS_ON_A_PAGE]), "hidden": hidden, **flag_counts(run), **_asked_of_rows(run)}


def candidates(run: Run, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the table of all candidates shows: `state`, `order` and `page` of a query string."""
    chosen, order = query.get("state", ""), query.get("order", "")
    order = order if order in CANDIDATE_ORDERS else "newest"
    listed = _with_relations(run).order_by(*CANDIDATE_ORDERS[order])
    if chosen in CANDIDATE_FILTERS:
        listed = listed.filter(state__in=CANDIDATE_FILTERS[chosen][1])
    elif chosen in FLAGGED:
        listed = listed.filter(flagged__gt=0)
    page: Page[Candidate] = Paginator(listed, ROWS_ON_A_PAGE).get_page(query.get("page"))
    return {
        "rows": rows_of(page.object_list),
        "page": page,
        "filters": {**{name: label for name, (label, _) in CANDIDATE_FILTERS.items()}, **FLAGGED},
        "chosen": chosen if chosen in CANDIDATE_FILTERS or chosen in FLAGGED else "",
        "order": order,
        **_asked_of_rows(run),
    }


def _asked_of_rows(run: Run) -> dict[str, Any]:
    """Return the keys of the candidates about which something was asked that has not taken effect yet."""
    asked = run.steering.open().values_list("action", "payload__candidate")
    names = {Steer.PIN: "pinning", Steer.UNPIN: "unpinning", Steer.BAN: "banning"}
    found: dict[str, Any] = {name: set() for name in names.values()}
    for action, key in asked:
        if action in names:
            found[names[Steer(action)]].add(key)
    return found


def _with_relations(run: Run) -> Any:
    long = ("content", "reasoning", "evidence")  # and no table shows them
    rivals = tuple(f"fate_by__{field}" for field in (*long, "flags"))
    return run.candidates.select_related("fate_by", "review").defer(*long, *rivals)
