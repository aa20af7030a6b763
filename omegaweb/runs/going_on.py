"""A run that is over goes on: from its last checkpoint, with what is left of its budget or with more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.runs.extension import ExtendForm, newest_limits
from omegaweb.runs.models import Run, RunState
from omegaweb.runs.models.requests import Steer, SteeringRequest
from omegaweb.runs.progress import limits_of
from omegaweb.runs.steering import NotNow

#: Why a search ended → what to ask for before it can go on.
NEEDS = {
    "budget_spent": "The search ended because its budget was spent. Say how much more it may use.",
    "epochs_done": "The search ended because its epochs were done. Say how many more it shall do.",
}
NOTHING_LEFT = "Nothing of it is left, so the search could not ask anything."
EPOCHS = "epochs"
MOST_EPOCHS = 1000


class GoOnForm(ExtendForm):
    """How much more a run that is over may use, of whatever it has a limit of."""

    def __init__(self, run: Run, data: Any = None) -> None:
        super().__init__(run, data)
        epochs = run.choices.training.epochs
        if epochs is not None:
            self.fields[EPOCHS] = forms.IntegerField(
                label="More epochs",
                required=False,
                min_value=0,
                max_value=MOST_EPOCHS,
                help_text=f"It was launched for {epochs}, and began {min(run.epoch + 1, epochs)}.",
            )
        for limit in limits_of(run):
            if limit.left <= 0:
                self.need_one_of([limit.unit], NOTHING_LEFT)
        self.need_one_of(self._wanted(), NEEDS.get(run.reason, ""))

    def need(self) -> None:
        """Wait until the epochs are there, too."""

    def check_amounts(self) -> None:
        if self.errors:
            return
        asked = {name for name, value in self.cleaned_data.items() if value}
        wanted = self._wanted()
        if wanted and not asked & wanted:
            raise forms.ValidationError(NEEDS[self.run.reason])
        for limit in limits_of(self.run):
            if limit.left <= 0 and limit.unit not in asked:
                self.add_error(limit.unit, NOTHING_LEFT)

    def _wanted(self) -> set[str]:
        """Return the fields of which one has to be filled in, because of what ended the search."""
        if self.run.reason not in NEEDS:
            return set()
        by_epochs = self.run.reason == "epochs_done" and EPOCHS in self.fields
        return {EPOCHS} if by_epochs else self.fields.keys() - {EPOCHS}

    def more_epochs(self) -> int:
        return int(self.cleaned_data.get(EPOCHS) or 0)


def reason_against_going_on(run: Run) -> str:
    """Return why a run cannot go on where it ended; empty if it can."""
    if not run.run_state.is_over:
        return "This run is not over, so there is nothing to continue."
    if not run.checkpoints.exists():
        return "It kept no checkpoint to go on from: it ended too early, or before there were any."
    if run.openings.filter(state="running", by_run=False).exists():
        return "A candidate of this run is being tested. Continue the run when that is done."
    if run.reason == "epochs_done" and run.choices.training.epochs is None:
        return "Its proposing model brought nothing new any more. Launch it anew with another model or other settings."
    return ""


@transaction.atomic
def go_on(run: Run, *, user: User, more: dict[str, float], epochs: int = 0) -> Run:
    """Queue a run that is over once more. Whoever calls starts it after the commit.

    What it said stays in its log; its result moves from the run to the opening of the seal it belongs to.

    Args:
        run: over.
        user: who wants it.
        more: what is added to each limit, by its name.
        epochs: how many more it may do.

    Raises:
        NotNow: it cannot go on; the message says why.
    """
    now = Run.objects.select_for_update().select_related("project").get(pk=run.pk)
    if problem := reason_against_going_on(now):
        raise NotNow(problem)
    before = {"state": now.state, "reason": now.reason, "budget": now.configuration["budget"], "result": now.result}
    limits = {name: limit + more.get(name, 0) for name, limit in newest_limits(now).items()}
    # Also without more of anything: what is left is divided anew between the search and another end.
    SteeringRequest.objects.create(run=now, action=Steer.EXTEND, payload=limits, author=user)
    if epochs:
        training = {**now.configuration["training"], "epochs": (now.choices.training.epochs or 0) + epochs}
        now.configuration = {**now.configuration, "training": training}
    now.state, now.reason, now.message, now.stop_requested_at = RunState.QUEUED, "", "", None
    now.save(update_fields=["configuration", "state", "reason", "message", "stop_requested_at"])
    after = {"limits": limits, "epochs": now.choices.training.epochs}
    record(project=now.project, actor=user, action=Action.RUN_CONTINUED, target=now, before=before, after=after)
    return now
