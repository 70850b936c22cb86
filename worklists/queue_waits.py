"""What an empty queue waits for, and until when (rule 13)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Tasks that one rule keeps back, or SKIPPED; ``until``: when the first becomes free."""

    part: str
    tasks: int
    until: datetime | None
    is_paused: bool = False
    """All are calls of paused campaigns: none becomes free before a campaign goes on."""


def next_free_at(waiting: Collection[Waiting]) -> datetime | None:
    """When the first of them becomes free by itself; None: nobody knows."""
    return min((line.until for line in waiting if line.until is not None), default=None)
