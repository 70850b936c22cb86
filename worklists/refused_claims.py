"""Claims that the verdict refused are history too (rule 13)."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.access import Actor
from core.journal import record
from worklists.events.queue import TaskRefused
from worklists.verdicts import Verdict


def note_refusal(
    session: Session, task_id: int, verdict: Verdict, *, actor: Actor, now: datetime
) -> None:
    """Write down that the verdict kept this person from the task: refusals are history (13)."""
    rules = tuple(block.rule.value for block in verdict.blocks)
    record(session, TaskRefused(task_id=task_id, rules=rules), actor=actor, at=now)
