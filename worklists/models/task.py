"""A call or a job to do by someone by a time."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.models import Campaign, Outcome, ResultCodeVersion
from core.db import Base
from directory.assets.models import Asset
from directory.clients.models import Client
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.lifecycle import TaskState
from worklists.models.work_list import WorkList


class TaskKind(StrEnum):
    """What is to be done."""

    CALL = "call"
    CALLBACK = "callback"
    """Promised to the client for a certain time."""
    EXTRA = "extra"
    """An additional job for this client (A14)."""
    DEPARTMENT = "department"
    """Asked of this unit by another one (A6)."""
    DATA_FIX = "data_fix"
    """Wrong number or wrong asset: find the right one."""


PHONING = frozenset({TaskKind.CALL, TaskKind.CALLBACK})
"""Kinds in which the client is phoned; only one of a client's may be in work at a time."""


class Finish(StrEnum):
    """Why a task is closed."""

    GOAL_REACHED = "goal_reached"
    CONFIRMED = "confirmed"
    """Control found what was hoped for."""
    UNREACHABLE = "unreachable"
    """The last rung of the ladder (D9)."""
    REFUSED = "refused"
    BAD_DATA = "bad_data"
    REPEAT = "repeat"
    """Settled by another conversation."""
    REPLACED = "replaced"
    """A planned new task goes on with the goal."""
    CANCELLED = "cancelled"
    REDIRECTED = "redirected"
    RETURNED = "returned"
    """Lies with the unit that asked for it, to be mended (A6)."""
    EXPIRED = "expired"
    """Nobody got to it within the life that its campaign gives a task."""
    DUPLICATE = "duplicate"
    """The same work stood twice, with two cards of one client that were merged."""
    MISSED = "missed"
    """A promised callback that nobody made in time, closed by the campaign's policy."""


_OPEN = "state IN ('planned', 'in_work', 'deferred', 'on_control')"
_PHONED_NOW = "state = 'in_work' AND kind IN ('call', 'callback')"
_EXPIRES = "state IN ('planned', 'deferred') AND kind = 'call' AND expires_at IS NOT NULL"
_ROOT_OPEN = f"{_OPEN} AND predecessor_id IS NULL AND kind = 'call'"


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Task(Base):
    """One thing to do for one client.

    ``unit_id`` and ``client_id`` repeat those of the work-list, ``time_zone`` and ``priority``
    those of client and campaign at the time of forming: the queue's index and the guards of the
    claim need them in this row.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        Index("uq_tasks_formed", "work_list_id", "campaign_id", "asset_key", unique=True,
              **_where(_ROOT_OPEN)),
        Index("uq_tasks_phoned_client", "client_id", unique=True, **_where(_PHONED_NOW)),
        Index("ix_tasks_queue", "unit_id", "performer_id", "kind", "campaign_id", "time_zone",
              "priority", "due_at", "id", **_where("state = 'planned'")),
        Index("ix_tasks_deferred", "due_at", **_where("state = 'deferred'")),
        Index("ix_tasks_leases", "lease_until", **_where("state = 'in_work'")),
        Index("ix_tasks_control", "control_at", **_where("state = 'on_control'")),
        Index("ix_tasks_overdue", "due_at", **_where("state = 'planned' AND overdue_at IS NULL")),
        Index("ix_tasks_expiry", "expires_at", **_where(_EXPIRES)),
        Index("ix_tasks_callbacks", "due_at", **_where("state = 'planned' AND kind = 'callback'")),
        Index("ix_tasks_performer", "performer_id", "state", "due_at"),
        Index("ix_tasks_closed_by", "closed_by_id", "closed_at"),
        Index("ix_tasks_work_list", "work_list_id", "state"),
        Index("ix_tasks_client", "client_id", "state"),
        Index("ix_tasks_asset", "asset_id"),
        Index("ix_tasks_unit_state", "unit_id", "state", "due_at", "id"),
        Index("ix_tasks_closed", "unit_id", "closed_at", "id", **_where("closed_at IS NOT NULL")),
        Index("ix_tasks_redirected_from", "redirected_from_id",
              **_where("redirected_from_id IS NOT NULL")),
        CheckConstraint("state != 'in_work' OR (performer_id IS NOT NULL AND "
                        "lease_until IS NOT NULL)", "worked_by_someone"),
        CheckConstraint("state != 'on_control' OR control_at IS NOT NULL", "control_dated"),
        CheckConstraint("(closed_at IS NOT NULL) = (state IN ('done', 'redirected', 'cancelled'))",
                        "closed_when_closed"), {"sqlite_autoincrement": True},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    work_list_id: Mapped[int] = mapped_column(ForeignKey(WorkList.id))
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id))
    campaign_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey(Asset.id))
    asset_key: Mapped[int] = mapped_column(default=0)
    """``asset_id`` or 0: a unique index treats NULLs as different."""
    kind: Mapped[TaskKind] = mapped_column(default=TaskKind.CALL)
    state: Mapped[TaskState] = mapped_column(default=TaskState.PLANNED)
    priority: Mapped[int] = mapped_column(default=5)
    """1 is handed out first."""
    goal: Mapped[str]
    due_at: Mapped[datetime]
    """When to work on it next; in ``deferred`` the moment at which it comes back."""
    time_zone: Mapped[str]
    """IANA zone in which the calling window of the client is judged (rule 12)."""
    occurrence: Mapped[int] = mapped_column(default=0)
    """How often a sweep has brought it back: part of the key of ``task_firings``."""
    overdue_at: Mapped[datetime | None]
    """When a sweep noticed that nobody took it in time; cleared when it is taken."""
    opens_at: Mapped[datetime | None]
    """Not to be worked before, whatever ``due_at`` says; None: at once."""
    expires_at: Mapped[datetime | None]
    """Closed by a sweep after this moment when nobody works on it; None: never."""
    missed_at: Mapped[datetime | None]
    """When a sweep last noticed that this promised callback was not made. Each due time is missed
    at most once: later than ``due_at`` says that this one was."""
    missed_times: Mapped[int] = mapped_column(default=0, server_default=text("0"))

    performer_id: Mapped[int | None] = mapped_column(ForeignKey(Employee.id))
    """Who holds it; in other states whose it is (None: anybody's of the unit)."""
    given_at: Mapped[datetime | None]
    """When it was given to its performer, or sent again to its unit, after it was made; None: with
    its making."""
    lease_until: Mapped[datetime | None]
    claim_token: Mapped[int] = mapped_column(default=0)
    """Grows with each claim: fences whoever lost the lease."""
    taken_at: Mapped[datetime | None]
    is_personal: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Noted by the claim: it was already this performer's, so it stays theirs when let go."""

    client_called: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Noted by the claim: the client phoned in, so that this contact presses nobody (rule 14)."""

    attempts: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[Outcome | None]
    result_version_id: Mapped[int | None] = mapped_column(ForeignKey(ResultCodeVersion.id))
    comment: Mapped[str] = mapped_column(default="")
    control_at: Mapped[datetime | None]
    control_by_id: Mapped[int | None] = mapped_column(ForeignKey(Employee.id))
    """Who left it on control."""
    control_due_at: Mapped[datetime | None]
    """When a sweep told that the control date has come; None: not yet."""

    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    """The task that this one was planned from (A14)."""
    redirected_from_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"))
    """The task that goes on here, with another person or in another unit (D11). It keeps that
    one's predecessor, so that what was formed from a lead stays unique (rule 2)."""
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), index=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey(Employee.id))
    finish: Mapped[Finish | None]
    version: Mapped[int] = mapped_column(default=1)
    """Grows with each edit (claims and leases are fenced by ``claim_token`` instead)."""
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class TaskFiring(Base):
    """A sweep acted on a task: the key makes a second time impossible (P5)."""

    __tablename__ = "task_firings"

    task_id: Mapped[int] = mapped_column(ForeignKey(Task.id), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """``return``, ``control``, ``overdue``, ``missed``, ``expired``."""
    occurrence: Mapped[int] = mapped_column(primary_key=True)
    fired_at: Mapped[datetime]
