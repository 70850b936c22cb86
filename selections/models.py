"""Selections, their versions, shares and plans; runs and the leads that they found (rule 19)."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.assets.models import Asset
from directory.clients.models import Client
from directory.staff.models import Employee
from directory.units.models import Unit


class Selection(Base):
    """A rule with a name, of a unit; what it says is in its versions."""

    __tablename__ = "selections"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), index=True)
    """Whose it is: people of this unit and above change it, of those below may run it."""
    name: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    kind: Mapped[str | None]
    """The shipped kind that it was copied from; None: made from nothing."""
    version_no: Mapped[int]
    """The newest of its versions; grows with each saving: who saved meanwhile is noticed by it."""
    created_by: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class SelectionVersion(Base):
    """What a selection said at some time; never changed."""

    __tablename__ = "selection_versions"
    __table_args__ = (UniqueConstraint("selection_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    selection_id: Mapped[int] = mapped_column(ForeignKey(Selection.id))
    number: Mapped[int]
    name: Mapped[str]
    definition: Mapped[dict[str, Any]]
    """``selections.wire``."""
    saved_by: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    saved_at: Mapped[datetime]


class SelectionShare(Base):
    """Another unit whose people may run the selection."""

    __tablename__ = "selection_shares"

    selection_id: Mapped[int] = mapped_column(ForeignKey(Selection.id), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), primary_key=True, index=True)


class Cadence(StrEnum):
    """When a selection runs by itself."""

    DAILY = "daily"
    WEEKLY = "weekly"
    ON_DATA = "on_data"
    """After a file has brought clients, vehicles or visits."""


class SelectionPlan(Base):
    """A selection that runs by the clock for a unit and forms work-lists of a campaign."""

    __tablename__ = "selection_plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    selection_id: Mapped[int] = mapped_column(ForeignKey(Selection.id), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    list_unit_id: Mapped[int | None] = mapped_column(ForeignKey(Unit.id))
    """Whose work-lists it forms; None: where most of the campaign is worked, at each forming."""
    answers: Mapped[dict[str, Any]]
    cadence: Mapped[Cadence]
    at: Mapped[time | None]
    """The time of day in the unit's zone; None where the cadence is ON_DATA."""
    weekday: Mapped[int | None]
    """0 is Monday; for WEEKLY."""
    per_day: Mapped[int | None]
    """At most so many tasks a day, the rest later; None: all at once."""
    hold_out_share: Mapped[int] = mapped_column(default=0)
    """Ten-thousandths of the leads that nobody calls."""
    is_on: Mapped[bool] = mapped_column(default=True)
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    last_run_at: Mapped[datetime | None]
    created_by: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class RunSource(StrEnum):
    """What found the leads."""

    FILE = "file"
    RULE = "rule"


class SelectionRun(Base):
    """One run: who, when, for which unit, from what."""

    __tablename__ = "selection_runs"
    __table_args__ = (
        Index("ix_selection_runs_selection", "selection_id", "id"),
        Index("uq_selection_runs_form_key", "form_key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[RunSource]
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), index=True)
    title: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    """What was answered (a rule), or which file it was."""
    run_by: Mapped[str]
    run_at: Mapped[datetime]
    selection_id: Mapped[int | None] = mapped_column(ForeignKey(Selection.id))
    version_id: Mapped[int | None] = mapped_column(ForeignKey(SelectionVersion.id))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey(SelectionPlan.id), index=True)
    day_on: Mapped[date | None]
    """The day that relative days counted from."""
    seed: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    leads_found: Mapped[int | None]
    clients_found: Mapped[int | None]
    held_out: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    form_key: Mapped[str | None]
    """One submit, one run."""


class Lead(Base):
    """A client (and asset) that a run found; not yet a task."""

    __tablename__ = "leads"
    __table_args__ = (
        Index("uq_leads_run_client_asset", "run_id", "client_id", "asset_key", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(SelectionRun.id))
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id), index=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey(Asset.id), index=True)
    asset_key: Mapped[int]
    """``asset_id`` or 0: a unique index treats NULLs as different."""
    why: Mapped[dict[str, Any]]
    """The values that brought the lead here (rule 18)."""
    due_at: Mapped[datetime | None]
    """When it wants to be called; None: at once."""
    is_held_out: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Belongs to the share that nobody calls, for comparison (rule 19)."""


class OrderState(StrEnum):
    """Where the forming of many work-lists stands."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class FormingOrder(Base):
    """Forming asked for and done in the background: one transaction makes all of it and ends it.

    Whoever dies in the middle leaves it waiting, and the next try does it whole.
    """

    __tablename__ = "forming_orders"
    __table_args__ = (Index("ix_forming_orders_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(SelectionRun.id), index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    scope: Mapped[dict[str, Any]]
    """Which leads: the filter that is meant with what was ticked and unticked."""
    most: Mapped[int | None]
    """At most so many new tasks; None: all."""
    state: Mapped[OrderState] = mapped_column(default=OrderState.WAITING)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    told: Mapped[dict[str, Any] | None]
    """The numbers of what was formed."""
    problem: Mapped[str] = mapped_column(default="", server_default="")
    form_key: Mapped[str | None] = mapped_column(unique=True)
