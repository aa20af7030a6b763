"""The helm: applies what people ask of a run, pauses and budgets at once, the rest between two proposals."""

from __future__ import annotations

import asyncio

from optimizer_core.budget import LOOK_SECONDS
from optimizer_core.errors import BudgetExhausted
from optimizer_core.events import RunPaused, RunResumed, SteeringApplied
from optimizer_core.json_values import fields_to_json
from optimizer_core.operators.evidence import Note
from optimizer_core.steering import (
    ACCESS_REVOKED,
    ASKED,
    BUDGET_SPENT,
    PROVIDER_DOWN,
    BudgetExtended,
    CandidateAdded,
    CandidateBanned,
    CandidatePinned,
    CandidateUnpinned,
    FinishRequested,
    NoteAdded,
    PauseRequested,
    Request,
    ResumeRequested,
)
from optimizer_core.training import handwork
from optimizer_core.training.reviews import ReviewDesk
from optimizer_core.training.run import Run
from optimizer_core.training.troubles import TroubleWatch

#: What takes effect at once; it changes how far a run gets, not which path it takes.
AT_ONCE = (PauseRequested, ResumeRequested, FinishRequested, BudgetExtended)
TOO_LATE = "the search is over"


class Helm:
    """Stands between those who steer and the search.

    What changes the path is applied between two checkpoints, which are stored in this order: so a run that is resumed
    from either takes the same path.
    """

    def __init__(self, run: Run, desk: ReviewDesk) -> None:
        self._run, self._desk = run, desk
        self._told = ""  # the reason of the pause that was told last; empty: the run goes on
        self._last_author = ""
        self._searching = True
        self._troubles = TroubleWatch(run.patience, run.reporter.emit)
        if run.settings.on_budget_spent == "pause":
            run.meter.pause_when_spent = BUDGET_SPENT

    async def watch(self) -> None:
        """Look again and again until cancelled. What cannot be told ends the run."""
        try:
            while True:
                self.look()
                await asyncio.sleep(LOOK_SECONDS)
        except Exception:
            self._run.stopper.stop()
            raise

    def look(self) -> None:
        """Apply what takes effect at once, and tell whether the run pauses."""
        for request in self._open():
            if isinstance(request, BudgetExtended) and not self._searching:
                self._tell(request, TOO_LATE)
            elif isinstance(request, AT_ONCE):
                self._apply_at_once(request)
                self._tell(request)
            elif not self._searching:
                self._tell(request, TOO_LATE)
        self._troubles.look()
        self._tell_pause()

    async def between_proposals(self) -> None:
        """Wait as long as the run pauses, then apply what changes the path.

        Raises:
            BudgetExhausted: a candidate that was added cannot be scored.
            RunStopped: the run was asked to stop.
        """
        run = self._run
        self.look()
        await run.stopper.guard(run.meter.pause_is_over())
        requests = self._open()
        if requests:
            await run.catch_up()
        for request in requests:
            try:
                self._tell(request, await self._apply(request))
            except BudgetExhausted as spent:
                self._tell(request, f"it could not be scored: {spent}")
                raise
        if requests:
            run.tell_best()
            await run.checkpoint()
            await run.catch_up()

    async def budget_is_extended(self) -> bool:
        """Pause a search whose budget is spent until somebody extends it; False where it is to end.

        Raises:
            RunStopped: the run was asked to stop.
        """
        run = self._run
        if not run.meter.pause_when_spent:
            return False
        run.meter.pause(BUDGET_SPENT)
        self.look()
        await run.stopper.guard(run.meter.pause_is_over())
        return bool(run.meter.pause_when_spent)

    def search_is_over(self) -> None:
        """Refuse what comes from now on, and let a spent share of the budget end what it pays."""
        self._searching = False
        self._run.meter.pause_when_spent = ""
        self.look()

    def _open(self) -> list[Request]:
        steering = self._run.settings.steering
        applied = self._run.state.steered.applied
        return [] if steering is None else [each for each in steering.requests() if each.reference not in applied]

    def _apply_at_once(self, request: Request) -> None:
        meter, program = self._run.meter, self._run.program
        match request:
            case PauseRequested():
                meter.pause(ASKED)
            case ResumeRequested():
                for reason in (ASKED, ACCESS_REVOKED, PROVIDER_DOWN):
                    meter.resume(reason)
            case BudgetExtended():
                self._run.extend_budget(request.budget)
                meter.resume(BUDGET_SPENT)
            case FinishRequested():
                program.stop_training, program.stop_reason = True, "finish_requested"
                meter.pause_when_spent = ""
                for reason in meter.paused_for:
                    meter.resume(reason)

    async def _apply(self, request: Request) -> str:
        """Apply a request, and return why it cannot be; empty where it is."""
        run = self._run
        match request:
            case NoteAdded():
                run.state.steered.notes.append(Note(text=request.text, author=request.author))
            case CandidateAdded():
                return await handwork.add(run, self._desk, request)
            case CandidateBanned():
                return await handwork.ban(run, self._desk, request)
            case CandidatePinned():
                return handwork.pin(run, request.candidate)
            case CandidateUnpinned():
                run.state.steered.pinned.discard(request.candidate)
        return ""

    def _tell(self, request: Request, problem: str = "") -> None:
        self._run.state.steered.applied.add(request.reference)
        self._last_author = request.author
        fields = {name: item for name, item in fields_to_json(request).items() if name not in ("reference", "author")}
        if isinstance(request, BudgetExtended):
            fields["budget"] = fields_to_json(request.budget)
        self._run.reporter.emit(
            SteeringApplied(
                request=request.reference,
                action=request.action,
                author=request.author,
                fields=fields,
                problem=problem,
                proposal=self._run.tried,
            )
        )

    def _tell_pause(self) -> None:
        run = self._run
        reason = next(iter(run.meter.paused_for), "")
        if reason == self._told:
            return
        self._told = reason
        if reason:
            run.reporter.emit(RunPaused(reason=reason, by=self._last_author if reason == ASKED else ""))
        else:
            run.reporter.emit(RunResumed(by=self._last_author))
        run.reporter.spend()
