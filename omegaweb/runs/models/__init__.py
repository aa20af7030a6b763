"""Rows of runs: a run, its candidates, its history, its journal, and what people ask of it."""

from __future__ import annotations

from omegaweb.runs.models.candidate import UNDECIDED as UNDECIDED
from omegaweb.runs.models.candidate import Candidate as Candidate
from omegaweb.runs.models.candidate import CandidateState as CandidateState
from omegaweb.runs.models.candidate import Placement as Placement
from omegaweb.runs.models.candidate import SampleScore as SampleScore
from omegaweb.runs.models.history import Checkpoint as Checkpoint
from omegaweb.runs.models.history import Event as Event
from omegaweb.runs.models.history import Measurement as Measurement
from omegaweb.runs.models.history import Series as Series
from omegaweb.runs.models.journal import JournalEntry as JournalEntry
from omegaweb.runs.models.journal import JournalPart as JournalPart
from omegaweb.runs.models.requests import SteeringRequest as SteeringRequest
from omegaweb.runs.models.run import UNDER_WAY as UNDER_WAY
from omegaweb.runs.models.run import Run as Run
from omegaweb.runs.models.run import RunQuerySet as RunQuerySet
from omegaweb.runs.models.run import RunState as RunState
