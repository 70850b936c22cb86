"""Telling a person what they must know and act on: each occasion once."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.db import insert_into
from worklists.card.mail_choices import queue_mail
from worklists.models.attempt import Notification

INVOLVEMENT_DONE = "involvement_done"


def occasion_of(involvement_id: int) -> str:
    """Names the end of an involvement."""
    return f"involvement:{involvement_id}"


def involvement_of(occasion: str) -> int:
    """The involvement whose end the occasion names; 0: it names something else."""
    kind, _, number = occasion.partition(":")
    return int(number) if kind == "involvement" and number.isdecimal() else 0


def notify(
    session: Session,
    employee_id: int,
    *,
    kind: str,
    task_id: int,
    work_list_id: int,
    occasion: str,
    now: datetime,
) -> bool:
    """Tell the person; whether this occasion is new."""
    told = session.execute(
        insert_into(session, Notification)
        .values(
            employee_id=employee_id,
            kind=kind,
            task_id=task_id,
            work_list_id=work_list_id,
            occasion=occasion,
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Notification.id)
    ).first()
    if told is not None:
        queue_mail(session, Notification.id == told.id, now=now)
    return told is not None
