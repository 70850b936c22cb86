"""Tables of the dispatch board: kept filters, runs with their report, who can take what."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.models import Campaign
from core.db import Base
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.lifecycle import TaskState
from worklists.models.task import Task


class DispatchAction(StrEnum):
    """What is done with the chosen tasks."""

    TO_PERSON = "to_person"
    TO_UNIT = "to_unit"
    DISTRIBUTE = "distribute"
    PRIORITY = "priority"
    DUE = "due"
    CANCEL = "cancel"


class DispatchMethod(StrEnum):
    """How tasks are distributed among people."""

    EVENLY = "evenly"
    """Each gets as many as the others."""
    BY_LOAD = "by_load"
    """Whoever has least in hand gets most."""
    BY_SKILL = "by_skill"
    """As by load, among those who have all the skills that the campaign asks for."""
    PREVIOUS = "previous"
    """To whoever talked with the client last."""
    FILE_COLUMN = "file_column"
    """To the person whom a column of the lead names."""


class SkipReason(StrEnum):
    """Why a chosen task stays as it is."""

    IN_WORK = "in_work"
    CLIENT_HELD = "client_held"
    ON_CONTROL = "on_control"
    CLOSED = "closed"
    CHANGED = "changed"
    """Somebody changed it after the dry run."""
    FINISHED = "finished"
    """Its campaign is: nobody would be offered it."""
    SAME = "same"
    """It is already there, or already so."""
    DUPLICATE = "duplicate"
    """The other unit has an open task of the campaign for this client and asset (rule 2)."""
    NOT_SEEN = "not_seen"
    """None of the people sees its unit."""
    NO_SKILL = "no_skill"
    ABSENT = "absent"
    NO_CAPACITY = "no_capacity"
    NO_PREVIOUS = "no_previous"
    """Nobody talked with the client yet, or whoever did was not chosen."""
    NOBODY_NAMED = "nobody_named"
    """The column is empty or names nobody who was chosen."""


class NothingReason(StrEnum):
    """Why a person gets nothing in a run."""

    ABSENT = "absent"
    NO_CAPACITY = "no_capacity"
    NO_SKILL = "no_skill"
    NOT_SEEN = "not_seen"
    NOTHING_LEFT = "nothing_left"


class RunState(StrEnum):
    """A dry run, what was done, or what was taken back."""

    DRAFT = "draft"
    DONE = "done"
    UNDONE = "undone"


class DispatchRun(Base):
    """One act on many tasks: first a dry run, then done, perhaps undone."""

    __tablename__ = "dispatch_runs"
    __table_args__ = (Index("ix_dispatch_runs_drafts", "state", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[DispatchAction]
    parameters: Mapped[dict[str, Any]]
    """What was asked: ``worklists.dispatch.asking.Wish`` as JSON."""
    filter: Mapped[dict[str, Any]]
    """The filter and the tab that the tasks were chosen by; when they were ticked the tab alone."""
    state: Mapped[RunState] = mapped_column(default=RunState.DRAFT)
    created_by: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey(Employee.id))
    journal_id: Mapped[int | None]
    """The newest journal row when it was done: a newer one of a task says that it was touched."""


class DispatchRunUnit(Base):
    """A unit that a run touches: who sees all of them sees the run (rule 22)."""

    __tablename__ = "dispatch_run_units"

    run_id: Mapped[int] = mapped_column(
        ForeignKey(DispatchRun.id, ondelete="CASCADE"), primary_key=True
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), primary_key=True)


class DispatchRunPerson(Base):
    """A person who was considered: what they had in hand, what they get, or why nothing."""

    __tablename__ = "dispatch_run_people"

    run_id: Mapped[int] = mapped_column(
        ForeignKey(DispatchRun.id, ondelete="CASCADE"), primary_key=True
    )
    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id), primary_key=True)
    before: Mapped[int]
    given: Mapped[int]
    at_most: Mapped[int]
    reason: Mapped[NothingReason | None]


class DispatchRunTask(Base):
    """A chosen task: where it was, where it goes, or why it stays."""

    __tablename__ = "dispatch_run_tasks"
    __table_args__ = (
        Index("ix_dispatch_run_tasks_place", "run_id", "place"),
        Index("ix_dispatch_run_tasks_seat", "run_id", "group_no", "seat"),
        Index("ix_dispatch_run_tasks_task", "task_id"),
    )

    run_id: Mapped[int] = mapped_column(
        ForeignKey(DispatchRun.id, ondelete="CASCADE"), primary_key=True
    )
    task_id: Mapped[int] = mapped_column(ForeignKey(Task.id), primary_key=True)
    place: Mapped[int]
    """From 1, first things first."""
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    campaign_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id))
    wanted: Mapped[str | None]
    """Whom the method names for it."""
    version: Mapped[int]
    """Of the task at the dry run."""
    from_state: Mapped[TaskState]
    from_performer_id: Mapped[int | None] = mapped_column(ForeignKey(Employee.id))
    from_priority: Mapped[int]
    from_due_at: Mapped[datetime]
    from_given_at: Mapped[datetime | None]
    to_unit_id: Mapped[int | None] = mapped_column(ForeignKey(Unit.id))
    to_performer_id: Mapped[int | None] = mapped_column(ForeignKey(Employee.id))
    group_no: Mapped[int | None]
    seat: Mapped[int | None]
    """Number within the group: ``dispatch_seats`` says whose it is."""
    reason: Mapped[SkipReason | None]
    """None: it is changed by the run."""
    successor_id: Mapped[int | None] = mapped_column(ForeignKey(Task.id), index=True)
    is_undone: Mapped[bool] = mapped_column(default=False)


class DispatchSeat(Base):
    """A place of a distribution while it is worked out: the n-th task of a group is this person's.

    Emptied at the end of the same transaction.
    """

    __tablename__ = "dispatch_seats"

    run_id: Mapped[int] = mapped_column(
        ForeignKey(DispatchRun.id, ondelete="CASCADE"), primary_key=True
    )
    group_no: Mapped[int] = mapped_column(primary_key=True)
    seat: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id))


class DispatchFilterKept(Base):
    """A filter of the board: the present one of a person (empty name), or one saved by name."""

    __tablename__ = "dispatch_filters"
    __table_args__ = (
        Index("uq_dispatch_filters_name", "employee_id", "name", unique=True),
        Index("ix_dispatch_filters_shared_unit_id", "shared_unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    name: Mapped[str]
    wanted: Mapped[dict[str, Any]]
    shared_unit_id: Mapped[int | None] = mapped_column(ForeignKey(Unit.id))
    """Whoever has this unit may use it."""
    changed_at: Mapped[datetime]


class DispatchTicks(Base):
    """Which tasks of one tab a person has ticked: the choice goes on over the pages of the list."""

    __tablename__ = "dispatch_ticks"

    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id), primary_key=True)
    tab: Mapped[str]
    task_ids: Mapped[list[Any]]


class PersonLimit(Base):
    """The most tasks that a person may have in hand; without a row the unit's limit counts."""

    __tablename__ = "person_limits"

    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id), primary_key=True)
    at_most: Mapped[int]


class UnitLimit(Base):
    """The limit of everybody in the unit and below it who has none of their own."""

    __tablename__ = "unit_limits"

    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), primary_key=True)
    at_most: Mapped[int]


class PersonSkill(Base):
    """A tag: what the person can do."""

    __tablename__ = "person_skills"

    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id), primary_key=True)
    skill: Mapped[str] = mapped_column(primary_key=True)


class CampaignSkill(Base):
    """A tag: what the tasks of the campaign ask for."""

    __tablename__ = "campaign_skills"

    campaign_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id), primary_key=True)
    skill: Mapped[str] = mapped_column(primary_key=True)
