"""What an outcome leads to: shown beside the button before it is saved, then done (rule 9)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ConsequenceKind(StrEnum):
    """What becomes of the task."""

    GOAL_REACHED = "goal_reached"
    ON_CONTROL = "on_control"
    """Watched until ``at``."""
    REPLACED = "replaced"
    """Done; the planned task goes on at ``at``."""
    TRY_AGAIN = "try_again"
    """Comes back at ``at``."""
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    """Done; nobody calls this client before ``at``."""
    BAD_DATA = "bad_data"
    COPIED = "copied"


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """What becomes of the task, when, and which attempt of how many this is."""

    kind: ConsequenceKind
    at: datetime | None = None
    attempts: int = 0
    """Attempts at this task, this one included."""
    of: int = 0
    """Attempts after which a task ends as unreachable."""
