"""Rows that are still being told about: fields are named as the columns that they fill."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

from campaigns.models import Outcome
from core.bulk import copy_rows
from core.db import Base
from directory.assets.models import AssetKind
from directory.clients.models import ClientKind, ContactKind, ContactState
from worklists.lifecycle import TaskState
from worklists.models.task import Finish, TaskKind


@dataclass(slots=True)
class ClientRow:
    """A row of ``clients``."""

    id: int
    kind: ClientKind
    name: str
    name_norm: str
    external_key: str | None
    tax_id: str | None
    birth_on: date | None
    time_zone: str | None
    note: str
    cooling_off_until: datetime | None
    created_at: datetime
    version: int = 1


@dataclass(slots=True)
class ContactRow:
    """A row of ``contact_points``."""

    id: int
    client_id: int
    kind: ContactKind
    typed: str
    value: str
    reversed_value: str | None
    is_valid: bool = True
    state: ContactState = ContactState.UNCONFIRMED
    do_not_contact: bool = False
    time_zone: str | None = None
    label: str = ""
    rank: int = 1


@dataclass(slots=True)
class AssetRow:
    """A row of ``assets``."""

    id: int
    kind: AssetKind
    vin: str | None
    plate: str | None
    plate_norm: str | None
    make: str
    model: str
    year: int | None
    sold_on: date | None
    is_confirmed: bool
    created_at: datetime
    warranty_until: date | None = None
    insured_until: date | None = None


@dataclass(slots=True)
class OwnershipRow:
    """A row of ``ownerships``."""

    asset_id: int
    client_id: int
    from_on: date | None
    until_on: date | None


@dataclass(slots=True)
class WorkListRow:
    """A row of ``work_lists``."""

    id: int
    unit_id: int
    client_id: int
    centre_id: int
    campaign_id: int
    initiator: str
    responsible_id: int | None
    origin_id: int | None
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(slots=True)
class TaskRow:
    """A row of ``tasks``."""

    id: int
    work_list_id: int
    unit_id: int
    client_id: int
    campaign_id: int
    asset_id: int | None
    asset_key: int
    kind: TaskKind
    priority: int
    goal: str
    due_at: datetime
    time_zone: str
    created_at: datetime
    created_by: str
    state: TaskState = TaskState.PLANNED
    occurrence: int = 0
    overdue_at: datetime | None = None
    performer_id: int | None = None
    lease_until: datetime | None = None
    claim_token: int = 0
    taken_at: datetime | None = None
    attempts: int = 0
    outcome: Outcome | None = None
    result_version_id: int | None = None
    comment: str = ""
    control_at: datetime | None = None
    control_by_id: int | None = None
    control_due_at: datetime | None = None
    predecessor_id: int | None = None
    lead_id: int | None = None
    closed_at: datetime | None = None
    closed_by_id: int | None = None
    finish: Finish | None = None
    version: int = 1


@dataclass(slots=True)
class AttemptRow:
    """A row of ``attempts``."""

    id: int
    task_id: int
    unit_id: int
    client_id: int
    campaign_id: int
    asset_id: int | None
    employee_id: int
    contact_point_id: int | None
    outcome: Outcome
    at: datetime
    result_version_id: int | None = None
    comment: str = ""
    mileage_km: int | None = None
    acquisition_id: int | None = None
    copied_from_id: int | None = None
    channel: str = "phone"


@dataclass(slots=True)
class JournalRow:
    """A row of ``journal_entries``."""

    at: datetime
    actor: str
    subject: str
    subject_id: int
    event: str
    from_state: str | None = None
    to_state: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


def write(session: Session, table: type[Base], rows: Iterable[Any], row_type: type[Any]) -> int:
    """Copy the rows into the table; their fields are its columns."""
    names = tuple(one.name for one in fields(row_type))
    return copy_rows(session, table, names, map(attrgetter(*names), rows))
