"""What runs by the clock: a job is a sweep that catches up with all that is due, harmless twice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from core.clock import Clock
from core.db import Database

Sweep = Callable[[Database, Clock], int]
"""Handles everything due in batches, each its own transaction; returns how many it handled."""


class Stopping(Exception):
    """The clock of a job says so when the job is to end: before its next batch."""


@dataclass(frozen=True)
class Job:
    """One sweep and how often it looks."""

    name: str
    every: timedelta
    run: Sweep
    longest: timedelta = timedelta()
    """How long one of its transactions may take, beyond what any may."""
