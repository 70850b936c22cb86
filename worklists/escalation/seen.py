"""What has escalated: to this person, or in all of their units; and what a digest was about."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from core.access import Actor
from directory.assets.models import Asset
from directory.calendars.absences import absent_ids
from directory.clients.models import Client
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.escalation.digests import waits_for_it
from worklists.escalation.models import Escalation, EscalationPerson, Level
from worklists.escalation.waiting import is_promised
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import WorkList
from worklists.permissions import WorkPermission
from worklists.soonest import capped_count
from worklists.task_page import vehicle
from worklists.visibility import task_is_visible

MOST = 200


class Waits(StrEnum):
    """What is missing."""

    NOT_TAKEN = "not_taken"
    NOT_DONE = "not_done"
    NOT_CHECKED = "not_checked"
    """Its control has come due."""


@dataclass(frozen=True, kw_only=True)
class EscalationLine:
    """One task that waits for too long."""

    task_id: int
    version: int
    client: str
    asset: str
    campaign: str
    goal: str
    kind: TaskKind
    unit: str
    state: TaskState
    level: Level
    since: datetime
    """Since when the task waits."""
    begun_at: datetime
    """When it reached this level."""
    due_at: datetime
    holder_id: int | None
    holder: str
    """Whose task it is, or who left it on control; empty: anybody's."""
    is_away: bool
    told: Sequence[str]
    """The people of this level."""
    is_promised: bool
    """Whether its unit has accepted it."""

    @property
    def waits(self) -> Waits:
        match self.state:
            case TaskState.ON_CONTROL:
                return Waits.NOT_CHECKED
            case TaskState.IN_WORK:
                return Waits.NOT_DONE
        return Waits.NOT_DONE if self.is_promised else Waits.NOT_TAKEN

    @property
    def is_in_no_hands(self) -> bool:
        """Whether it can be taken, or handed to another person, from where it stands."""
        return self.state is TaskState.PLANNED


@dataclass(frozen=True, kw_only=True)
class DigestLine:
    """A task of a digest as an e-mail may name it: nothing of the client."""

    task_id: int
    campaign: str
    unit: str
    since: datetime


def escalations(
    session: Session,
    *,
    only_mine: bool,
    level: Level | None = None,
    digest_id: int | None = None,
    actor: Actor,
    now: datetime,
    limit: int | None = MOST,
) -> Sequence[EscalationLine]:
    """Tasks that wait for too long, the longest waiting first, each at the highest level it has.

    ``only_mine``: what escalated to this person, at their level; ``digest_id`` narrows that to one
    notification. Otherwise all of the person's units. ``limit`` None: all.
    """
    query = _query(only_mine=only_mine, level=level, digest_id=digest_id, actor=actor)
    found = session.execute(query.limit(limit)).all()
    away = absent_ids(session, {row.holder_id for row in found if row.holder_id}, now)
    told = _told(session, [row.escalation_id for row in found])
    return [_line(row, away, told) for row in found]


def how_many(session: Session, *, level: Level | None = None, actor: Actor) -> int:
    """How many tasks of the person's units wait for too long; stops above ``MORE_THAN``."""
    waiting = _query(only_mine=False, level=level, actor=actor)
    return session.scalar(capped_count(waiting.with_only_columns(Task.id).order_by(None))) or 0


def _query(
    *, only_mine: bool, level: Level | None = None, digest_id: int | None = None, actor: Actor
) -> Select[Any]:
    actor.require(WorkPermission.SEE)
    highest = select(
        Escalation.task_id, Escalation.since, func.max(Escalation.level).label("level"),
        func.max(Escalation.begun_at).label("begun_at"),
    ).where(Escalation.ended_at.is_(None))  # fmt: skip
    if only_mine:
        highest = highest.join(EscalationPerson).where(
            EscalationPerson.employee_id == actor.employee_id
        )
        if digest_id is not None:
            highest = highest.where(EscalationPerson.notification_id == digest_id)
    top = highest.group_by(Escalation.task_id, Escalation.since).subquery("top")
    return _lines(top, actor, level)


def digest_lines(session: Session, notification_id: int, *, limit: int) -> Sequence[DigestLine]:
    """What of a digest still waits, the longest waiting first: for its e-mail."""
    rows = session.execute(
        select(
            Task.id.label("task_id"), Campaign.name.label("campaign"), Unit.name.label("unit"),
            func.min(Escalation.since).label("since"),
        )
        .join(Escalation, Escalation.task_id == Task.id)
        .join(EscalationPerson, EscalationPerson.escalation_id == Escalation.id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .join(Unit, Unit.id == Task.unit_id)
        .where(EscalationPerson.notification_id == notification_id, waits_for_it())
        .group_by(Task.id, Campaign.name, Unit.name)
        .order_by(func.min(Escalation.since), Task.id)
        .limit(limit)
    )  # fmt: skip
    return [DigestLine(**row._mapping) for row in rows]


def _lines(top: Any, actor: Actor, level: Level | None) -> Select[Any]:
    holder = _holder()
    columns: tuple[Any, ...] = (
        Task.id, Task.version, Task.goal, Task.kind, Task.state, Task.due_at,
        Client.name.label("client"), Asset.make, Asset.model, Asset.plate,
        Campaign.name.label("campaign"), Unit.name.label("unit"),
        Escalation.id.label("escalation_id"), Escalation.level, Escalation.since,
        Escalation.begun_at, holder.label("holder_id"),
        func.coalesce(Employee.full_name, "").label("holder"),
        is_promised().label("is_promised"),
    )  # fmt: skip
    rows = (
        select(*columns)
        .select_from(Escalation)
        .join(
            top,
            (top.c.task_id == Escalation.task_id)
            & (top.c.since == Escalation.since)
            & (top.c.level == Escalation.level),
        )
        .join(Task, Task.id == Escalation.task_id)
        .join(WorkList, WorkList.id == Task.work_list_id)
        .join(Client, Client.id == Task.client_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .join(Unit, Unit.id == Task.unit_id)
        .outerjoin(Asset, Asset.id == Task.asset_id)
        .outerjoin(Employee, Employee.id == holder)
        .where(waits_for_it(), task_is_visible(actor))
        .order_by(Escalation.since, Task.id)
    )
    return rows if level is None else rows.where(Escalation.level == level.value)


def _holder() -> ColumnElement[int | None]:
    own = func.coalesce(Task.performer_id, WorkList.responsible_id)
    return case((Task.state == TaskState.ON_CONTROL, Task.control_by_id), else_=own)


def _told(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    rows = session.execute(
        select(EscalationPerson.escalation_id, Employee.full_name)
        .join(Employee, Employee.id == EscalationPerson.employee_id)
        .where(EscalationPerson.escalation_id.in_(ids))
        .order_by(Employee.full_name)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for escalation_id, name in rows:
        found[escalation_id].append(name)
    return found


def _line(row: Any, away: Collection[int], told: Mapping[int, Sequence[str]]) -> EscalationLine:
    return EscalationLine(
        task_id=row.id, version=row.version, client=row.client,
        asset=vehicle(row.make, row.model, row.plate), campaign=row.campaign, goal=row.goal,
        kind=row.kind, unit=row.unit, state=row.state, level=Level(row.level), since=row.since,
        begun_at=row.begun_at, due_at=row.due_at, holder_id=row.holder_id, holder=row.holder,
        is_away=row.holder_id in away, told=told.get(row.escalation_id, ()),
        is_promised=row.is_promised,
    )  # fmt: skip
