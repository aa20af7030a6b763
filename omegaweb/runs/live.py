"""The regions of the run pages: from what each is drawn, and which events touch it.

A page and its live updates draw a region with the same partial from the same context, so they cannot differ.
"""

from __future__ import annotations

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.utils import timezone

from omegaweb.json_members import member
from omegaweb.projects.access import Right
from omegaweb.runs.advice.given import advice_context
from omegaweb.runs.candidate_tables import IN_VIEW, ROWS_ON_A_PAGE, candidates, population
from omegaweb.runs.comparison import compare
from omegaweb.runs.concluding import search_is_over
from omegaweb.runs.evidence import samples_beside
from omegaweb.runs.family import family_of
from omegaweb.runs.family_tree import outline, tree_of
from omegaweb.runs.log import FILTERS, lines_of, log_page
from omegaweb.runs.models import Candidate, Run, RunQuerySet, Series
from omegaweb.runs.models.requests import Steer
from omegaweb.runs.notices import notices
from omegaweb.runs.population_map import map_page, pinned_on
from omegaweb.runs.progress import progress_of, spend_of
from omegaweb.runs.regions import Context, MovedCandidate, Query, Region
from omegaweb.runs.samples.page import grid_page
from omegaweb.runs.steering_words import other_lines
from omegaweb.runs.troubles import troubles_of

TABS = {
    "overview": "Overview",
    "candidates": "Candidates",
    "map": "Map",
    "lineage": "Lineage",
    "samples": "Samples",
    "steer": "Steer",
    "log": "Log",
    "settings": "Settings",
    "result": "Result",
}
#: Rows of the table beneath the curve.
MEASUREMENTS_SHOWN = 20


def detail_run(runs: RunQuerySet) -> RunQuerySet:
    """Add what the regions of a run read."""
    return runs.select_related(
        "project", "dataset_version__dataset", "dataset_version__table", "program", "baseline", "best"
    )


def current_tab(query: Query) -> str:
    """Return the tab a query string names, the first one for anything unknown."""
    tab = query.get("tab", "")
    return tab if tab in TABS else next(iter(TABS))


def regions_of(query: Query) -> list[Region]:
    """Return the regions that the page of a query string shows."""
    tab = current_tab(query)
    return [region for region in REGIONS.values() if region.tab in ("", tab)]


def candidate_regions(candidate: Candidate) -> list[Region]:
    """Return the regions of a candidate's page that move."""
    alone: Context = {"candidate": candidate}
    return [
        Region(
            name="candidate-badges",
            context=lambda run, query: alone,
            kinds=_CANDIDATES | _REVIEWS | _RESTS | {"best.changed"},
        ),
        Region(
            name="candidate-actions",
            context=lambda run, query: {**alone, **asked_of(candidate)},
            kinds=_LIFE | _CANDIDATES | _REVIEWS,
        ),
        Region(name="candidate-flags", context=lambda run, query: alone, kinds=_CANDIDATES),
        Region(name="candidate-fate", context=lambda run, query: alone, kinds=_CANDIDATES | _REVIEWS | _RESTS),
        Region(name="candidate-review", context=lambda run, query: alone, kinds=_LIFE | _REVIEWS),
        Region(name="candidate-figures", context=lambda run, query: alone, kinds=_CANDIDATES),
        Region(
            name="candidate-samples",
            context=lambda run, query: {
                **alone,
                "samples": samples_beside(candidate, query),
            },
            kinds=_RESTS | {"candidate.scored", "run.started"},
        ),
    ]


def asked_of(candidate: Candidate) -> Context:
    """Return what was asked about a candidate and has not taken effect yet."""
    asked = candidate.run.steering.open().annotate(about=member("payload__candidate"))
    return {"asked": set(asked.filter(about=candidate.key).values_list("action", flat=True))}


def _header(run: Run, query: Query) -> Context:
    return {}


def _actions(run: Run, query: Query) -> Context:
    return {"asked": set(run.steering.open().values_list("action", flat=True))}


def _steering(run: Run, query: Query) -> Context:
    asked = list(run.steering.select_related("author").order_by("-pk")[:ROWS_ON_A_PAGE])
    return {
        "notes": [request for request in asked if request.action == Steer.NOTE],
        "others": other_lines(run, [request for request in asked if request.action != Steer.NOTE]),
        "pinned": run.candidates.filter(pinned=True).order_by("number"),
        "can_be_steered": run.can_be_steered,
    }


def _progress(run: Run, query: Query) -> Context:
    progress = progress_of(run, now=timezone.now(), search_is_over=search_is_over(run))
    return {"progress": progress, "spend": spend_of(run)}


def _scores(run: Run, query: Query) -> Context:
    """The gain is of the rows that both answered: a race asks the best for more rows than the baseline."""
    baseline, best = run.baseline, run.best
    if baseline is None or best is None or baseline.reward is None or best.reward is None:
        return {"gain": None, "is_start": False}
    if best == baseline:
        return {"gain": 0.0, "is_start": True}
    comparison = compare(best, baseline, "validation", size=baseline.count)
    if comparison.mean_before is None or comparison.mean_after is None:
        return {"gain": best.reward - baseline.reward, "is_start": False}
    return {
        "gain": comparison.mean_after - comparison.mean_before,
        "is_start": False,
        "gain_rows": comparison.compared if comparison.compared < best.count else None,
    }


def _is_compared(run: Run, candidate: MovedCandidate) -> bool:
    return candidate.pk in (run.baseline_id, run.best_id)


def _is_in_view(run: Run, candidate: MovedCandidate) -> bool:
    return candidate.state in IN_VIEW or candidate.flagged > 0 or candidate.pk == run.best_id


def _troubles(run: Run, query: Query) -> Context:
    return {"troubles": troubles_of(run, now=timezone.now())}


def _curve_text(run: Run, query: Query) -> Context:
    newest = run.measurements.select_related("candidate").order_by("-sequence", "-pk")
    counts = dict(run.measurements.order_by().values_list("series").annotate(Count("pk")))
    return {
        "measurements": newest.defer("candidate__content", "candidate__reasoning")[:MEASUREMENTS_SHOWN],
        "total": sum(counts.values()),
        "tried": counts.get(Series.MINIBATCH, 0) + counts.get(Series.BEHIND, 0),
        "fell_behind": counts.get(Series.BEHIND, 0),
    }


def _map(run: Run, query: Query) -> Context:
    return map_page(run, query, rows_on_a_page=ROWS_ON_A_PAGE)


def _lineage(run: Run, query: Query) -> Context:
    family = family_of(run, query.get("open", ""))
    tree = tree_of(family)
    return {"family": family, "tree": tree, "outline": outline(tree)}


def _pinned(run: Run, query: Query) -> Context:
    return pinned_on(run, query.get("pin", ""))


def _log(run: Run, query: Query) -> Context:
    page = log_page(run, query)
    chosen = query.get("kind", "")
    return {
        "page": page,
        "lines": lines_of(run, page.object_list),
        "filters": {name: label for name, (label, _) in FILTERS.items()},
        "chosen": chosen if chosen in FILTERS or chosen == "all" else "",
    }


_LIFE = frozenset({"run.started", "run.finished", "run.paused", "run.resumed", "steering.applied", "warning.raised"})
_REVIEWS = frozenset({"review.requested", "review.decided"})
_TROUBLES = frozenset({"provider.troubled", "provider.recovered"})
_CANDIDATES = frozenset(
    {
        *("candidate.proposed", "candidate.flagged", "candidate.scored", "candidate.dropped", "population.updated"),
        *("run.finished", "run.started", "steering.applied"),
    }
)
#: Where a candidate stands depends on whether its run goes on, or only waits for people.
_RESTS = frozenset({"run.paused", "run.resumed", "warning.raised"})
_MEASURES = frozenset({"candidate.scored", "best.changed", "batch.finished", "validation.finished"})

REGIONS: dict[str, Region] = {
    region.name: region
    for region in (
        Region(name="run-state", context=_header, kinds=_LIFE, offers=()),
        Region(name="run-actions", context=_actions, kinds=_LIFE, offers=(Right.EDIT,)),
        Region(name="run-progress", context=_progress, offers=()),
        Region(name="run-troubles", context=_troubles, kinds=_LIFE | _TROUBLES, offers=(Right.OWN,)),
        Region(
            name="run-notices",
            context=notices,
            kinds=_LIFE | _REVIEWS | {"population.updated"},
            offers=(Right.REVIEW, Right.EDIT),
        ),
        Region(
            name="run-scores",
            context=_scores,
            kinds=_LIFE | {"candidate.scored", "best.changed", "test.finished"},
            lists=_is_compared,
            offers=(),
        ),
        Region(
            name="run-advice",
            context=advice_context,
            kinds=_LIFE | _CANDIDATES | _MEASURES,
            seldom=(_CANDIDATES | _MEASURES) - _LIFE,
            tab="overview",
            offers=(Right.EDIT,),
        ),
        Region(name="curve-text", context=_curve_text, kinds=_MEASURES, tab="overview", offers=()),
        Region(
            name="run-population",
            context=population,
            kinds=_CANDIDATES | _REVIEWS | _RESTS | {"best.changed"},
            lists=_is_in_view,
            tab="overview",
            offers=(Right.EDIT,),
        ),
        Region(
            name="run-candidates",
            context=candidates,
            kinds=_CANDIDATES | _REVIEWS | _RESTS,
            tab="candidates",
            offers=(Right.EDIT,),
        ),
        Region(
            name="map-text",
            context=_map,
            kinds=_CANDIDATES | _REVIEWS | {"candidate.embedded"},
            tab="map",
            offers=(),
        ),
        Region(name="map-pinned", context=_pinned, kinds=_CANDIDATES | _REVIEWS | _RESTS, tab="map", offers=()),
        Region(
            name="run-lineage",
            context=_lineage,
            kinds=_CANDIDATES | _REVIEWS | {"best.changed"},
            tab="lineage",
            offers=(),
        ),
        # The page asks for the cells itself, in blocks; only what leads to them is drawn here.
        Region(name="run-samples", context=grid_page, kinds=frozenset({"run.started"}), tab="samples"),
        Region(name="run-steering", context=_steering, kinds=_LIFE, tab="steer"),
        Region(name="run-log", context=_log, tab="log", offers=()),
        Region(name="result", context=_header, kinds=_LIFE | {"candidate.scored", "test.finished"}, tab="result"),
    )
}


def list_context(runs: RunQuerySet, query: Query) -> Context:
    """Return what the list of runs shows: a page of them, the newest first, with their progress."""
    page: Page[Run] = Paginator(runs.for_list(), ROWS_ON_A_PAGE).get_page(query.get("page"))
    now = timezone.now()
    return {"page": page, "rows": [(run, progress_of(run, now=now)) for run in page.object_list]}
