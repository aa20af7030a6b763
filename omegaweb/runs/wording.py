"""What the codes of a run mean, in words for people who do not know the algorithm."""

from __future__ import annotations

from django.template.defaultfilters import floatformat

from omegaweb.runs.models import Candidate, CandidateState, RunState

#: What made a candidate → (a few words, one sentence).
OPERATORS = {
    "baseline": ("Start", "The program as it was when the run began."),
    "seed": ("Seed", "A starting instruction somebody wrote for this program."),
    "mutation": ("Rewrite", "The proposing model rewrote its parent to do better where it failed."),
    "crossover": ("Combination", "Two good candidates were combined."),
    "few_shot": ("New examples", "Worked examples were added or exchanged; the rest stayed."),
    "edit": ("Edit", "A person edited a proposal before approving it."),
    "manual": ("By hand", "A person wrote it."),
}

KEPT = {
    "not_dominated": "Kept because nothing fitter is near: it does well in a way of its own.",
    "fittest": "Kept because nothing is fitter.",
    "ranked": "Kept because its rank is high enough.",
    "only_one": "Kept because it is the only one.",
    "pinned": "Kept because somebody pinned it.",
}

#: {by}: the candidate it lost to.
DROPPED = {
    "dominated": "Dropped because {by} is fitter and much like it",
    "truncated": "Dropped because the population is full and {by} is fitter",
    "clone": "Dropped because it says the same as {by}",
    "replaced": "Dropped because {by} took its place",
    "mends_nothing": "Mended nothing of what {by} failed on",
    "fell_behind": "Fell behind {by}",
    "no_clear_lead": "No clear lead over {by}",
    "flagged": "Not scored: it was flagged, and this run drops what is flagged",
    "left_out": "Left out: nobody had decided when the run was finished without it",
    "interrupted": "Given up when the run was interrupted",
    "not_paid": "Approved, but not scored in full before the budget was spent, so it could not win",
    "run_ended": "Given up because the run ended",
}

STATES = {
    CandidateState.PROPOSED: "It is being scored.",
    CandidateState.SCORED: "Scored; it competes for a place at the end of the epoch.",
    CandidateState.WAITING: "It waits for a review before it may enter the population.",
    CandidateState.IN_POPULATION: "It is in the population.",
    CandidateState.STEP: "A step of a rewrite that went on before anything was compared.",
    CandidateState.DROPPED: "It was dropped.",
    CandidateState.REJECTED: "It was rejected in review and will not come back.",
    CandidateState.EDITED: "A person replaced it by an edited version.",
}

BADGES = {
    CandidateState.PROPOSED: "info",
    CandidateState.SCORED: "info",
    CandidateState.WAITING: "warn",
    CandidateState.IN_POPULATION: "good",
    CandidateState.REJECTED: "bad",
}


def two_places(value: float) -> str:
    """Return a reward as every page writes it: 0.975 is 0.98, although its binary value is a little less."""
    return floatformat(value, 2)


def signed(value: float | None) -> str:
    """Return a difference with its sign, rounded as the two rewards are."""
    if value is None:
        return ""
    shown = two_places(abs(round(value, 9)))  # 0.425 - 0.4 is a little less than 0.025
    return shown if shown == "0.00" else f"{'+' if value > 0 else '−'}{shown}"


def difference(value: float | None) -> str:
    """Return a difference with its sign, in words where there is none: ±0.00 beside a mean reads as its margin.

    A third place keeps a small one from looking like none.
    """
    if value is None:
        return ""
    if abs(value) >= 0.005:
        return signed(value)
    return f"{value:+.3f}".replace("-", "−") if round(value, 3) else "no difference"


def two_figures(value: float) -> str:
    """Return a distance: two places, and a third where they would be noughts."""
    if 0 < value < 0.001:
        return "less than 0.001"
    return f"{value:.2f}" if value >= 0.01 or value == 0 else f"{value:.1g}"


def operator_name(code: str) -> str:
    """Return what made a candidate, in a word or two."""
    return OPERATORS[code][0] if code in OPERATORS else code.replace("_", " ").capitalize()


def operator_sentence(code: str) -> str:
    """Return what made a candidate, as a sentence; empty where the code is unknown."""
    return OPERATORS[code][1] if code in OPERATORS else ""


def fate(candidate: Candidate) -> str:
    """Return why a candidate was kept or dropped, or where it stands."""
    if candidate.fate in KEPT and candidate.state == CandidateState.IN_POPULATION:
        return KEPT[candidate.fate]
    if candidate.was_overtaken:
        return "The run ended before its epoch did, so nothing was decided about its place in the population."
    if candidate.fate in DROPPED and candidate.state == CandidateState.DROPPED:
        rival = f"#{candidate.fate_by.number}" if candidate.fate_by else "another candidate"
        away = "" if candidate.fate_distance is None else f" ({two_figures(candidate.fate_distance)} away)"
        return f"{DROPPED[candidate.fate].format(by=rival)}{away}{_race(candidate)}."
    if candidate.state == CandidateState.REJECTED and candidate.fate == "banned":
        return "Somebody banned it: it cannot win and will not come back."
    if candidate.state == CandidateState.STEP and candidate.fate_by:
        return f"A step on the way to #{candidate.fate_by.number}."
    if candidate.state == CandidateState.SCORED and candidate.run.run_state is RunState.WAITING:
        return "Scored; it is compared with the others as soon as all reviews are decided."
    if verdict := candidate.verdict:
        return f"{verdict}; it counts as soon as the run goes on."
    if candidate.waits_for_score:
        return _why_unscored(candidate)
    if candidate.state == CandidateState.WAITING and candidate.reward is None:
        return "It was flagged, so it waits for a review before anything is spent on it."
    return STATES[CandidateState(candidate.state)]


def _why_unscored(candidate: Candidate) -> str:
    if not candidate.run.waits_for_budget:
        return "It waits to be scored, which happens as soon as the run goes on."
    otherwise = (
        "if the search is finished instead, it is scored only where what is held back for the end pays for that"
        if candidate.operator == "edit"
        else "finishing the search gives it up"
    )
    return f"It waits to be scored: the run pauses because its budget is spent. More budget pays for it; {otherwise}."


def unscored(candidate: Candidate) -> str:
    """Return why a candidate has no reward on validation rows."""
    if candidate.state == CandidateState.STEP or candidate.fate == "mends_nothing":
        return "tried on training rows only"
    return "not scored yet" if candidate.state in (CandidateState.PROPOSED, CandidateState.WAITING) else "not scored"


def race_in_words(*, better: int, worse: int, count: int) -> str:
    """Return how a race against the parent stood."""
    return f"better on {better}, worse on {worse} of {count} row{'' if count == 1 else 's'}"


def _race(candidate: Candidate) -> str:
    if not candidate.raced or candidate.better is None or candidate.worse is None:
        return ""
    return f": {race_in_words(better=candidate.better, worse=candidate.worse, count=candidate.raced)}"
