"""Runs as their reports show them: what was asked, who got what, what stayed and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign
from core.access import Actor
from directory.clients.models import Client
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.dispatch.wishes import Wish, run_not_found
from worklists.lifecycle import TaskState
from worklists.models.dispatch import (
    DispatchRun,
    DispatchRunPerson,
    DispatchRunTask,
    DispatchRunUnit,
    NothingReason,
    RunState,
    SkipReason,
)
from worklists.models.task import Task
from worklists.permissions import WorkPermission


@dataclass(frozen=True, kw_only=True)
class RunSummary:
    """One run in few numbers."""

    run: DispatchRun
    wish: Wish
    by: str
    chosen: int
    changed: int
    """Would be changed, or was."""
    undone: int
    """Of these so many were taken back."""

    @property
    def is_partly_undone(self) -> bool:
        """It was taken back, but somebody had gone on from some of its tasks."""
        return self.run.state is RunState.UNDONE and self.undone < self.changed

    @property
    def stayed(self) -> int:
        return self.chosen - self.changed


@dataclass(frozen=True, kw_only=True)
class PersonLine:
    """What a person had, gets and gives away."""

    employee_id: int
    name: str
    before: int
    given: int
    taken_away: int
    at_most: int
    reason: NothingReason | None

    @property
    def after(self) -> int:
        return self.before + self.given - self.taken_away


@dataclass(frozen=True, kw_only=True)
class RunPage:
    """The report of a run."""

    summary: RunSummary
    people: Sequence[PersonLine]
    reasons: dict[SkipReason, int]
    """Why tasks stay, and how many."""
    to_unit: str


@dataclass(frozen=True, kw_only=True)
class RunLine:
    """One task of a run."""

    task_id: int
    successor_id: int | None
    client: str
    campaign: str
    unit: str
    state: TaskState
    priority: int
    due_at: datetime
    from_name: str
    to_name: str
    to_unit: str
    reason: SkipReason | None
    is_undone: bool


def get_run(session: Session, run_id: int, *, actor: Actor) -> DispatchRun:
    """The run, if all its units are this person's. Raises NotFound."""
    actor.require(WorkPermission.DISPATCH)
    run = session.scalars(
        select(DispatchRun).where(DispatchRun.id == run_id, run_is_visible(actor))
    ).one_or_none()
    if run is None:
        raise run_not_found(run_id)
    return run


def run_is_visible(actor: Actor) -> ColumnElement[bool]:
    """Condition on ``dispatch_runs``: it touches no unit that this person does not have."""
    unit = DispatchRunUnit
    foreign = select(unit.run_id).where(
        unit.run_id == DispatchRun.id, unit.unit_id.not_in(actor.unit_ids)
    )
    inside = select(unit.run_id).where(
        unit.run_id == DispatchRun.id, unit.unit_id.in_(actor.unit_ids)
    )
    return inside.exists() & ~foreign.exists()


def recent_runs(session: Session, *, actor: Actor, limit: int = 50) -> list[RunSummary]:
    """The runs that were done, the newest first."""
    actor.require(WorkPermission.DISPATCH)
    runs = session.execute(
        select(DispatchRun, Employee.full_name)
        .join(Employee, Employee.id == DispatchRun.created_by)
        .where(run_is_visible(actor), DispatchRun.state != RunState.DRAFT)
        .order_by(DispatchRun.id.desc())
        .limit(limit)
    ).all()
    numbers = _numbers(session, [run.id for run, _ in runs])
    return [_summary(run, by, numbers.get(run.id, (0, 0, 0))) for run, by in runs]


def run_page(session: Session, run_id: int, *, actor: Actor) -> RunPage:
    """The report. Raises NotFound."""
    run = get_run(session, run_id, actor=actor)
    by = session.scalars(select(Employee.full_name).where(Employee.id == run.created_by)).one()
    row = DispatchRunTask
    reasons = session.execute(
        select(row.reason, func.count())
        .where(row.run_id == run_id, row.reason.is_not(None))
        .group_by(row.reason)
        .order_by(func.count().desc())
    )
    wish = Wish.from_json(run.parameters)
    unit = select(Unit.name).where(Unit.id == wish.unit_id)
    return RunPage(
        summary=_summary(run, by, _numbers(session, [run_id]).get(run_id, (0, 0, 0))),
        people=_people(session, run_id),
        reasons={reason: number for reason, number in reasons if reason is not None},
        to_unit=(session.scalar(unit) or "") if wish.unit_id else "",
    )


def run_lines(
    session: Session, run_id: int, *, actor: Actor, limit: int | None = None, after: int = 0
) -> Iterator[RunLine]:
    """The tasks of the run behind that place: those that change first, then those taken back.

    Raises NotFound.
    """
    get_run(session, run_id, actor=actor)
    row = DispatchRunTask
    old, new, there = aliased(Employee), aliased(Employee), aliased(Unit)
    rows = session.execute(
        select(
            row, Client.name, Campaign.name, Unit.name, old.full_name, new.full_name, there.name
        )
        .join(Task, Task.id == row.task_id)
        .join(Client, Client.id == Task.client_id)
        .join(Campaign, Campaign.id == row.campaign_id)
        .join(Unit, Unit.id == row.unit_id)
        .outerjoin(old, old.id == row.from_performer_id)
        .outerjoin(new, new.id == row.to_performer_id)
        .outerjoin(there, there.id == row.to_unit_id)
        .where(row.run_id == run_id)
        .order_by(row.reason.is_not(None), row.is_undone, row.place)
        .offset(after)
        .limit(limit)
    )  # fmt: skip
    return (_line(one) for one in rows)


def _line(found: Any) -> RunLine:
    row, client, campaign, unit, old, new, there = found
    return RunLine(
        task_id=row.task_id, successor_id=row.successor_id, client=client, campaign=campaign,
        unit=unit, state=row.from_state, priority=row.from_priority, due_at=row.from_due_at,
        from_name=old or "", to_name=new or "", to_unit=there or "", reason=row.reason,
        is_undone=row.is_undone,
    )  # fmt: skip


def _people(session: Session, run_id: int) -> list[PersonLine]:
    row = DispatchRunTask
    away = dict(
        session.execute(
            select(row.from_performer_id, func.count())
            .where(row.run_id == run_id, row.reason.is_(None))
            .group_by(row.from_performer_id)
        ).all()
    )
    person = DispatchRunPerson
    rows = session.execute(
        select(person, Employee.full_name)
        .join(Employee, Employee.id == person.employee_id)
        .where(person.run_id == run_id)
        .order_by(person.given == 0, Employee.full_name)
    )
    return [
        PersonLine(
            employee_id=one.employee_id, name=name, before=one.before, given=one.given,
            taken_away=away.get(one.employee_id, 0), at_most=one.at_most, reason=one.reason,
        )
        for one, name in rows
    ]  # fmt: skip


def _numbers(session: Session, run_ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Chosen, changed and taken back by run."""
    row = DispatchRunTask
    counted = session.execute(
        select(row.run_id, func.count(), func.count(row.reason), func.count().filter(row.is_undone))
        .where(row.run_id.in_(run_ids))
        .group_by(row.run_id)
    )
    return {run_id: (chosen, chosen - stayed, undone) for run_id, chosen, stayed, undone in counted}


def _summary(run: DispatchRun, by: str, numbers: tuple[int, int, int]) -> RunSummary:
    chosen, changed, undone = numbers
    wish = Wish.from_json(run.parameters)
    return RunSummary(run=run, wish=wish, by=by, chosen=chosen, changed=changed, undone=undone)
