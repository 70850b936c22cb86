"""What other units were asked and what they answered, as whoever asked reads it (A6, rule 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session, aliased

from core.access import Actor
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.models.task import Finish, Task
from worklists.models.work_list import Involvement, WorkList
from worklists.visibility import work_list_is_visible


class AskedStep(StrEnum):
    """How far a request to another unit has come."""

    SENT = "sent"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    """It lies with whoever asked."""
    DONE = "done"
    GIVEN_UP = "given_up"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The step that a request has reached, who took it and when; ``reason`` of a return."""

    step: AskedStep
    by: str
    at: datetime
    reason: str = ""
    due_at: datetime

    def is_late(self, now: datetime) -> bool:
        """Whether its deadline has passed and the unit still owes it."""
        return self.step in (AskedStep.SENT, AskedStep.ACCEPTED) and self.due_at < now


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
    standing: Standing
    is_visible: bool
    """Whether this person may open the task there."""


def involved_from(
    session: Session, condition: ColumnElement[bool], *, actor: Actor
) -> list[InvolvedLine]:
    """What other units were asked, newest first. The condition must hold only what the person
    sees: rows are those of the asking side."""
    performer, closer, asker, accepter, returner = (aliased(Employee) for _ in range(5))
    rows = session.execute(
        select(
            Involvement, Task, Unit.name, performer.full_name, closer.full_name, asker.full_name,
            accepter.full_name, returner.full_name,
        )
        .join(Task, Task.id == Involvement.to_task_id)
        .join(WorkList, WorkList.id == Involvement.from_work_list_id)
        .join(Unit, Unit.id == Task.unit_id)
        .join(asker, asker.id == Involvement.asked_by)
        .outerjoin(performer, performer.id == Task.performer_id)
        .outerjoin(closer, closer.id == Task.closed_by_id)
        .outerjoin(accepter, accepter.id == Involvement.accepted_by)
        .outerjoin(returner, returner.id == Involvement.returned_by)
        .where(condition)
        .order_by(Involvement.id.desc())
    )  # fmt: skip
    return [
        InvolvedLine(
            involvement=involvement,
            task=task,
            unit=unit,
            performer=who,
            asked_by=by,
            answer=answer_of(task, closed_by, involvement),
            standing=standing_of(
                involvement,
                task,
                asked_by=by,
                accepted_by=took,
                returned_by=gave,
                closed_by=closed_by,
            ),
            is_visible=task.unit_id in actor.unit_ids,
        )
        for involvement, task, unit, who, closed_by, by, took, gave in rows
    ]


def involved_for_client(
    session: Session, client_id: int, *, actor: Actor, asset_id: int | None = None
) -> Sequence[InvolvedLine]:
    """What the person's units asked others about this client (about one vehicle, if given)."""
    # Of a vehicle: what names no vehicle is shown too, it may be about this one.
    about = or_(Task.asset_id == asset_id, Task.asset_id.is_(None)) if asset_id else true()
    mine = WorkList.client_id == client_id
    return involved_from(session, mine & work_list_is_visible(actor) & about, actor=actor)


def standing_of(
    asked: Involvement,
    task: Task,
    *,
    asked_by: str = "",
    accepted_by: str | None = None,
    returned_by: str | None = None,
    closed_by: str | None = None,
) -> Standing:
    """How far the request has come, out of the facts of its involvement and its task."""

    def at(step: AskedStep, by: str | None, moment: datetime, reason: str = "") -> Standing:
        return Standing(step=step, by=by or "", at=moment, reason=reason, due_at=task.due_at)

    if asked.returned_at is not None:
        if asked.finished_at is not None:
            return at(AskedStep.WITHDRAWN, "", asked.finished_at, asked.return_reason)
        return at(AskedStep.RETURNED, returned_by, asked.returned_at, asked.return_reason)
    answer = answer_of(task, closed_by, asked)
    if answer is not None:
        closed = AskedStep.GIVEN_UP if answer.is_given_up else AskedStep.WITHDRAWN
        return at(AskedStep.DONE if answer.is_done else closed, closed_by, answer.at)
    if asked.accepted_at is not None and asked.accepted_task_id == task.id:
        return at(AskedStep.ACCEPTED, accepted_by, asked.accepted_at)
    return at(AskedStep.SENT, asked_by, asked.sent_again_at or asked.asked_at)


def answer_of(task: Task, closed_by: str | None, asked: Involvement) -> Answer | None:
    """The answer in a closed task; None while it is open, or returned to be mended."""
    if task.closed_at is None or task.finish is None or asked.returned_at is not None:
        return None
    return Answer(finish=task.finish, text=task.comment, by=closed_by or "", at=task.closed_at)
