"""The folder of one client's tasks in one unit, and its ties to those of other units."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.models import Campaign
from core.db import Base
from directory.clients.models import Client
from directory.staff.models import Employee
from directory.units.models import Unit


class WorkList(Base):
    """At most one open work-list per unit and client (rule 1), by the partial unique index."""

    __tablename__ = "work_lists"
    __table_args__ = (
        Index(
            "uq_work_lists_open",
            "unit_id",
            "client_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_work_lists_client", "client_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey(Unit.id))
    """The responsibility centre (ЦФО)."""
    campaign_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id))
    """The purpose it was opened for; later tasks may serve other campaigns."""
    initiator: Mapped[str]
    """Who caused it: an actor key."""
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey(Employee.id))
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("work_lists.id"), index=True)
    """The work-list of another unit that this one was first opened for (rule 4)."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("work_lists.id"), index=True)
    """Its tasks are in this one since two cards of one client were merged."""
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Involvement(Base):
    """Another unit was asked to do something: a task there, seen from both sides (rule 4)."""

    __tablename__ = "involvements"

    id: Mapped[int] = mapped_column(primary_key=True)
    from_work_list_id: Mapped[int] = mapped_column(ForeignKey(WorkList.id), index=True)
    from_task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    to_work_list_id: Mapped[int] = mapped_column(ForeignKey(WorkList.id), index=True)
    to_task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"), unique=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    """Who is told when it is done there."""
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    accepted_task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    """The task that was accepted: after a hand-over it is not the one to be done, and its new
    performer has accepted nothing yet (D11)."""
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey(Employee.id))
    returned_at: Mapped[datetime | None]
    """Since when it lies with whoever asked, to be mended; None: it does not."""
    returned_by: Mapped[int | None] = mapped_column(ForeignKey(Employee.id))
    return_reason: Mapped[str] = mapped_column(default="", server_default="")
    sent_again_at: Mapped[datetime | None]
    """When it was sent last after a return; None: it was sent once, when it was asked."""
