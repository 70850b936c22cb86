"""What other units were asked and what they answered, as whoever asked reads it (A6, rule 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session, aliased

from core.access import Actor
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.models.task import Finish, Task
from worklists.models.work_list import Involvement, WorkList
from worklists.visibility import work_list_is_visible


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the other unit answered. The work there stays its own; the answer is the asker's."""

    finish: Finish
    text: str
    by: str
    """Who closed the task there; empty: nobody did in person."""
    at: datetime

    @property
    def is_done(self) -> bool:
        return self.finish is not Finish.CANCELLED

    @property
    def is_given_up(self) -> bool:
        """Whether it was closed undone, with the text as the reason; else it was withdrawn."""
        return self.finish is Finish.CANCELLED and bool(self.text)


@dataclass(frozen=True, kw_only=True)
class InvolvedLine:
    """What another unit was asked to do, until when, and what it answered."""

    involvement: Involvement
    task: Task
    unit: str
    performer: str | None
    asked_by: str
    answer: Answer | None
    is_visible: bool
    """Whether this person may open the task there."""


def involved_from(
    session: Session, condition: ColumnElement[bool], *, actor: Actor
) -> list[InvolvedLine]:
    """What other units were asked, newest first. The condition must hold only what the person
    sees: rows are those of the asking side."""
    performer, closer, asker = (aliased(Employee) for _ in range(3))
    rows = session.execute(
        select(Involvement, Task, Unit.name, performer.full_name, closer.full_name, asker.full_name)
        .join(Task, Task.id == Involvement.to_task_id)
        .join(WorkList, WorkList.id == Involvement.from_work_list_id)
        .join(Unit, Unit.id == Task.unit_id)
        .join(asker, asker.id == Involvement.asked_by)
        .outerjoin(performer, performer.id == Task.performer_id)
        .outerjoin(closer, closer.id == Task.closed_by_id)
        .where(condition)
        .order_by(Involvement.id.desc())
    )
    return [
        InvolvedLine(
            involvement=involvement,
            task=task,
            unit=unit,
            performer=who,
            asked_by=by,
            answer=answer_of(task, closed_by),
            is_visible=task.unit_id in actor.unit_ids,
        )
        for involvement, task, unit, who, closed_by, by in rows
    ]


def involved_for_client(
    session: Session, client_id: int, *, actor: Actor, asset_id: int | None = None
) -> Sequence[InvolvedLine]:
    """What the person's units asked others about this client (about one vehicle, if given)."""
    # Of a vehicle: what names no vehicle is shown too, it may be about this one.
    about = or_(Task.asset_id == asset_id, Task.asset_id.is_(None)) if asset_id else true()
    mine = WorkList.client_id == client_id
    return involved_from(session, mine & work_list_is_visible(actor) & about, actor=actor)


def answer_of(task: Task, closed_by: str | None) -> Answer | None:
    """The answer in a closed task; None while it is open."""
    if task.closed_at is None or task.finish is None:
        return None
    return Answer(finish=task.finish, text=task.comment, by=closed_by or "", at=task.closed_at)
