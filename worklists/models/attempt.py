"""One contact that happened, with its outcome; and the booking made in it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.models import AcquisitionWay, Campaign, Outcome, ResultCodeVersion
from core.db import Base
from directory.assets.models import Asset
from directory.clients.models import Client, ContactPoint
from directory.staff.models import Employee
from directory.units.models import Unit
from directory.workshops.models import WorkKind
from worklists.models.task import Task
from worklists.models.work_list import WorkList


class Exemption(StrEnum):
    """Why an attempt neither respects nor spends the client's budget of contacts (rule 14)."""

    PROMISED_CALLBACK = "promised_callback"
    CAMPAIGN = "campaign"
    """Its campaign is exempt: a recall."""
    CLIENT_CALLED = "client_called"


class Attempt(Base):
    """One attempt on one task; a conversation that settles several tasks has one attempt per task,
    the copies pointing to the first (reports count a conversation once).

    Never changed but for one mark: an undone one counts for nothing and is shown struck through.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        Index("ix_attempts_client", "client_id", "at"),
        Index("ix_attempts_unit", "unit_id", "at", "id"),
        Index("ix_attempts_task", "task_id", "at"),
        Index("ix_attempts_employee", "employee_id", "at"),
        Index("ix_attempts_asset", "asset_id", "at"),
        Index("ix_attempts_at", "at", "client_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey(Task.id))
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id))
    campaign_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey(Asset.id))
    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    contact_point_id: Mapped[int | None] = mapped_column(ForeignKey(ContactPoint.id), index=True)
    channel: Mapped[str] = mapped_column(default="phone")
    outcome: Mapped[Outcome]
    result_version_id: Mapped[int | None] = mapped_column(ForeignKey(ResultCodeVersion.id))
    comment: Mapped[str] = mapped_column(default="")
    mileage_km: Mapped[int | None]
    acquisition_id: Mapped[int | None] = mapped_column(ForeignKey(AcquisitionWay.id))
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"))
    at: Mapped[datetime]
    form_key: Mapped[str | None] = mapped_column(unique=True)
    """Key of the form that it came by: one submit, one attempt."""
    exemption: Mapped[Exemption | None]
    caller: Mapped[str | None]
    """Of a call made elsewhere by nobody of ours: the name as it was told, "" where it was not;
    ``employee_id`` is then who answers for its loading. None: that person called."""
    undone_at: Mapped[datetime | None]
    """When it was taken back with all that it caused (rule 9)."""
    undone_by: Mapped[int | None] = mapped_column(ForeignKey(Employee.id))


CALLED_BY = func.coalesce(Attempt.caller, Employee.full_name)
"""The name of whoever called, for statements that join the employee; "" where nobody told it: who
answers for the loading of a call has not made it."""


class AttemptUndo(Base):
    """What undoing an attempt needs to know; removed when it is too late for that."""

    __tablename__ = "attempt_undos"

    attempt_id: Mapped[int] = mapped_column(ForeignKey(Attempt.id), primary_key=True)
    before: Mapped[dict[str, Any]]
    """Values that the attempt changed, as they were: ``worklists.undo_images.Trail``."""
    created_ids: Mapped[dict[str, Any]]
    """Ids of the rows that it made, by what they are."""
    journal_id: Mapped[int]
    """The newest journal row of the tasks that it touched: a newer one says that more followed."""
    until: Mapped[datetime] = mapped_column(index=True)


class ServiceRequestState(StrEnum):
    """Where a booking stands."""

    REQUESTED = "requested"
    ARRIVED = "arrived"
    """The client has come, and the workshop has the vehicle."""
    NO_SHOW = "no_show"
    """The client has not come: a task goes on from it."""
    CANCELLED = "cancelled"


class ServiceRequest(Base):
    """A booking into a workshop made in the call (A13)."""

    __tablename__ = "service_requests"
    __table_args__ = (
        Index("ix_service_requests_day", "workshop_id", "wanted_on", "wanted_minute"),
        Index("ix_service_requests_on", "wanted_on"),
        Index("ix_service_requests_next", "next_task_id"),
        Index("ix_service_requests_asset", "asset_id", "wanted_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    work_list_id: Mapped[int] = mapped_column(ForeignKey(WorkList.id), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey(Task.id), index=True)
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id), index=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey(Asset.id))
    workshop_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    wanted_on: Mapped[date]
    wanted_minute: Mapped[int | None]
    """Minutes after midnight at the workshop; None: any time of the day."""
    work_kind_id: Mapped[int | None] = mapped_column(ForeignKey(WorkKind.id))
    minutes: Mapped[int | None]
    """How long it takes; None: the workshop was not booked by its capacity."""
    work: Mapped[str]
    comment: Mapped[str] = mapped_column(default="")
    state: Mapped[ServiceRequestState] = mapped_column(default=ServiceRequestState.REQUESTED)
    reason: Mapped[str] = mapped_column(default="", server_default="")
    """Why it was cancelled, or what is known of a client who did not come."""
    next_task_id: Mapped[int | None] = mapped_column(ForeignKey(Task.id))
    """The task in which the client is called because of what came of the booking."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_by: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    created_at: Mapped[datetime]
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Notification(Base):
    """Something that a person must know and act on."""

    __tablename__ = "notifications"
    __table_args__ = (Index("ix_notifications_unseen", "employee_id", "seen_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    kind: Mapped[str]
    """``control_due``, ``task_given``, ``escalated`` …: ``webui.labels.notices.NOTICES``."""
    task_id: Mapped[int] = mapped_column(ForeignKey(Task.id), index=True)
    work_list_id: Mapped[int] = mapped_column(ForeignKey(WorkList.id), index=True)
    occasion: Mapped[str] = mapped_column(unique=True)
    """Names the occurrence, so that it is told once: ``control:17:2``."""
    tasks: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """How many tasks it is about; ``task_id`` is the first of them."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
