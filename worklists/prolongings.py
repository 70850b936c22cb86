"""How often a control was prolonged, by whom and why: read from the journal (A16)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.journal import JournalEntry, event_name
from worklists.events.outcomes import ControlProlonged, ProlongingUndone
from worklists.task_page import names_of

TOO_OFTEN = 3
"""So many times say that watching on does not help."""
_UNDONE = event_name(ProlongingUndone)


@dataclass(frozen=True, kw_only=True)
class Prolonging:
    """The control was moved to ``until``."""

    at: datetime
    by: str
    until: datetime
    reason: str


def prolongings_of(session: Session, task_ids: Sequence[int]) -> Mapping[int, Sequence[Prolonging]]:
    """By task, the oldest first, without those taken back.

    The caller has checked that the person sees the tasks.
    """
    if not task_ids:
        return {}
    rows = session.execute(
        select(
            JournalEntry.subject_id,
            JournalEntry.at,
            JournalEntry.actor,
            JournalEntry.event,
            JournalEntry.details,
        )
        .where(
            JournalEntry.subject == ControlProlonged.subject,
            JournalEntry.subject_id.in_(task_ids),
            JournalEntry.event.in_((event_name(ControlProlonged), _UNDONE)),
        )
        .order_by(JournalEntry.id)
    ).all()
    names = names_of(session, {row.actor for row in rows})
    found: dict[int, list[Prolonging]] = defaultdict(list)
    for row in rows:
        if row.event == _UNDONE:
            found[row.subject_id].pop()  # only the last step of a task is ever taken back
            continue
        found[row.subject_id].append(
            Prolonging(
                at=row.at,
                by=names.get(row.actor, ""),
                until=datetime.fromisoformat(row.details["until"]),
                reason=row.details.get("reason", ""),
            )
        )
    return found
