"""The plan of each row, in SQL: what would happen if work-lists were formed at this moment.

The predicates are those of ``worklists.forming`` and ``worklists.verdicts``, which decide.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CTE,
    ColumnElement,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from directory.assets.models import Asset, Ownership
from directory.clients.models import ClientUnit, ContactKind, ContactPoint, ContactState
from importers.formats.catalogue import LEAD_FORMATS
from importers.models import ImportedFile, ImportedRow, RowFate
from worklists.forming import open_work_list_exists
from worklists.judged_leads import is_already_in_work
from worklists.verdicts import BlockRule, client_block

_NEW_ASSET = -1
"""Stands for a vehicle that nobody knows yet: no task can be about it."""


class RowPlan(StrEnum):
    """What will happen to a row now."""

    NEW_CLIENT = "new_client"
    """A new client with a new work-list."""
    NEW_LIST = "new_list"
    """A known client gets a new work-list."""
    APPENDED = "appended"
    """Added to the client's open work-list, or to the one that an earlier row opens."""
    IN_WORK = "in_work"
    """There is such a task, or it was formed before."""
    BLOCKED = "blocked"
    """The client cannot be called."""
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


CHOOSABLE = (RowPlan.NEW_CLIENT, RowPlan.NEW_LIST, RowPlan.APPENDED)
"""Rows from which a task would be formed."""


def planned_rows(session: Session, file: ImportedFile, now: datetime) -> CTE:
    """SQL: ``id``, ``row_no``, ``client_id``, ``plan`` and ``block`` of each row of the file."""
    campaign = campaign_of(session, file)
    rows = _judged(_identified(file), file, campaign, now)
    plan = case(
        (rows.c.fate == RowFate.REJECTED, RowPlan.REJECTED.value),
        (rows.c.fate == RowFate.DUPLICATE, RowPlan.DUPLICATE.value),
        (or_(rows.c.formed_at.is_not(None), rows.c.in_work), RowPlan.IN_WORK.value),
        (rows.c.block.is_not(None), RowPlan.BLOCKED.value),
        (rows.c.duplicate_of.is_not(None), RowPlan.APPENDED.value),
        (rows.c.client_id.is_(None), RowPlan.NEW_CLIENT.value),
        (open_work_list_exists(file.unit_id, rows.c.client_id), RowPlan.APPENDED.value),
        else_=RowPlan.NEW_LIST.value,
    )
    columns = (rows.c.id, rows.c.row_no, rows.c.client_id, rows.c.block)
    return select(*columns, plan.label("plan")).cte("planned")


def campaign_of(session: Session, file: ImportedFile) -> Campaign:
    """The campaign that work-lists of this file serve."""
    code = LEAD_FORMATS[file.format].campaign
    return session.scalars(select(Campaign).where(Campaign.code == code)).one()


def _identified(file: ImportedFile) -> CTE:
    """The rows with the client and vehicle found at loading, or since then by another file."""
    vin = ImportedRow.reading["vin"].as_string()
    phone = ImportedRow.reading["phone"].as_string()
    columns = (
        ImportedRow.id,
        ImportedRow.row_no,
        ImportedRow.fate,
        ImportedRow.formed_at,
        ImportedRow.duplicate_of,
        ImportedRow.asset_id.label("found_asset_id"),
        phone.label("phone"),
        vin.label("vin"),
        ImportedRow.reading["plate_norm"].as_string().label("plate"),
    )
    client_id = case(
        (ImportedRow.client_id.is_not(None), ImportedRow.client_id),
        (ImportedRow.fate != RowFate.NEW_CLIENT, null()),
        else_=func.coalesce(_owner_of(vin), _client_at(phone, file.unit_id)),
    )
    rows = select(*columns, client_id.label("client_id")).where(ImportedRow.file_id == file.id)
    # Materialized: else SQLite looks a client up anew for each mention of it.
    people = rows.cte("people").prefix_with("MATERIALIZED")
    asset_id = case(
        (people.c.found_asset_id.is_not(None), people.c.found_asset_id),
        (
            people.c.vin.is_not(None),
            select(Asset.id).where(Asset.vin == people.c.vin).scalar_subquery(),
        ),
        (people.c.plate.is_not(None), _vehicle_of(people.c.client_id, people.c.plate)),
    )
    names_vehicle = or_(people.c.vin.is_not(None), people.c.plate.is_not(None))
    asset_key = func.coalesce(asset_id, case((names_vehicle, _NEW_ASSET), else_=0))
    vehicles = select(people, asset_id.label("asset_id"), asset_key.label("asset_key"))
    return vehicles.cte("identified").prefix_with("MATERIALIZED")


def _vehicle_of(
    client_id: ColumnElement[int | None], plate: ColumnElement[str]
) -> ColumnElement[int | None]:
    return (
        select(Asset.id)
        .join(Ownership, Ownership.asset_id == Asset.id)
        .where(
            Asset.plate_norm == plate,
            Ownership.client_id == client_id,
            Ownership.until_on.is_(None),
        )
        .order_by(Asset.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _owner_of(vin: ColumnElement[str]) -> ColumnElement[int | None]:
    return (
        select(Ownership.client_id)
        .join(Asset, Asset.id == Ownership.asset_id)
        .where(Asset.vin == vin, Ownership.until_on.is_(None))
        .scalar_subquery()
    )


def _client_at(phone: ColumnElement[str], unit_id: int) -> ColumnElement[int | None]:
    is_ours = exists().where(
        ClientUnit.client_id == ContactPoint.client_id, ClientUnit.unit_id == unit_id
    )
    return (
        select(ContactPoint.client_id)
        .where(
            ContactPoint.kind == ContactKind.PHONE,
            ContactPoint.value == phone,
            ContactPoint.is_valid,
            ContactPoint.state != ContactState.WRONG,
        )
        .order_by(is_ours.desc(), ContactPoint.client_id)
        .limit(1)
        .scalar_subquery()
    )


def _judged(rows: CTE, file: ImportedFile, campaign: Campaign, now: datetime) -> CTE:
    """What stands against each row, and whether its task is there already."""
    moment = literal(now, ImportedFile.loaded_at.type)
    block = client_block(rows.c.client_id, rows.c.asset_id, literal(campaign.purpose), moment)
    no_phone = BlockRule.NO_VALID_PHONE.value
    is_news = ~exists().where(
        ContactPoint.client_id == rows.c.client_id,
        ContactPoint.kind == ContactKind.PHONE,
        ContactPoint.value == rows.c.phone,
    )
    is_idle = rows.c.fate.in_((RowFate.REJECTED, RowFate.DUPLICATE))
    is_unknown = rows.c.client_id.is_(None)
    judged = select(
        rows,
        case(
            (or_(is_idle, rows.c.formed_at.is_not(None)), null()),
            (and_(is_unknown, rows.c.phone.is_not(None)), null()),
            (is_unknown, no_phone),
            (and_(block == no_phone, rows.c.phone.is_not(None), is_news), null()),
            else_=block,
        ).label("block"),
        case(
            (is_idle, false()),
            else_=is_already_in_work(file.unit_id, campaign.id, rows.c.client_id, rows.c.asset_key),
        ).label("in_work"),
    )
    return judged.cte("judged").prefix_with("MATERIALIZED")
