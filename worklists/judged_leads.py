"""The leads of a forming with what stands against each: asked once, kept in a temporary table."""

from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    delete,
    exists,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign
from core.bulk import insert_found
from directory.units.models import UnitPath
from selections.models import Lead
from worklists.lifecycle import OPEN
from worklists.models.task import Task
from worklists.models.work_list import WorkList
from worklists.verdicts import client_block

JUDGED = Table(
    "judged_leads",
    MetaData(),
    Column("lead_id", Integer, primary_key=True, autoincrement=False),
    Column("client_id", Integer, nullable=False),
    Column("asset_id", Integer),
    Column("asset_key", Integer, nullable=False),
    Column("due_at", Lead.due_at.type),
    Column("block", String),
    Column("in_work", Boolean, nullable=False),
    prefixes=["TEMPORARY"],
)
"""The leads of a forming with the verdict on each; temporary."""

Units: TypeAlias = ColumnElement[int] | int | Select[int]


def judge(
    session: Session, leads: Select[Lead], *, campaign: Campaign, units: Units, now: datetime
) -> int:
    """Fill ``JUDGED`` with these leads and return how many there are.

    Each with the rule that forbids to call, and whether one of the units has its task already.
    """
    client_id, asset_id = Lead.client_id.expression, Lead.asset_id.expression
    asset_key = Lead.asset_key.expression
    moment = literal(now, WorkList.opened_at.type)
    values: dict[str, ColumnElement[Any]] = {
        "lead_id": Lead.id.expression,
        "client_id": client_id,
        "asset_id": asset_id,
        "asset_key": asset_key,
        "due_at": Lead.due_at.expression,
        "block": client_block(client_id, asset_id, literal(campaign.purpose), moment),
        "in_work": is_already_in_work(units, campaign.id, client_id, asset_key),
    }
    rows = leads.with_only_columns(*values.values()).order_by(Lead.id)
    return insert_found(session, JUDGED, values, rows)


def judge_again(session: Session, *, campaign: Campaign, units: Units) -> None:
    """Note the tasks that came since then."""
    in_work = is_already_in_work(units, campaign.id, JUDGED.c.client_id, JUDGED.c.asset_key)
    session.execute(update(JUDGED).where(in_work).values(in_work=True))


def leave_for_later(session: Session, most: int) -> int:
    """Forget those that would become tasks but the first ``most``; how many that were."""
    callable_now = (JUDGED.c.block.is_(None), ~JUDGED.c.in_work)
    other = JUDGED.alias()
    first = (
        select(other.c.lead_id)
        .where(other.c.block.is_(None), ~other.c.in_work)
        .order_by(other.c.lead_id)
        .offset(most)
        .limit(1)
    )
    rest = delete(JUDGED).where(*callable_now, JUDGED.c.lead_id >= first.scalar_subquery())
    return session.connection().execute(rest).rowcount


def wanted(*columns: ColumnElement[Any]) -> Select[Any]:
    """The leads that become tasks: callable, and not in work already."""
    return select(*columns).where(JUDGED.c.block.is_(None), ~JUDGED.c.in_work)


def units_of_run(run_unit_id: int, unit_id: int) -> Select[int]:
    """The units of a run and that of the work-lists, each with all below it."""
    above = UnitPath.ancestor_id.in_([run_unit_id, unit_id])
    return select(UnitPath.descendant_id).where(above)


def is_already_in_work(
    units: Units,
    campaign_id: ColumnElement[int] | int,
    client_id: ColumnElement[int],
    asset_key: ColumnElement[int],
) -> ColumnElement[bool]:
    """SQL: whether the unit has an open task of the campaign for this client and asset (rule 2).

    ``units``: the unit, or all that a query finds.
    Successors count too: a planned callback, a job, a task on control.
    """
    task = aliased(Task)
    # "+ 0" keeps the planner off the index by unit: without fresh statistics it would read all the
    # unit's tasks for each lead instead of the few of the client.
    unit_id = task.unit_id + 0
    return exists().where(
        task.client_id == client_id,
        unit_id.in_(units) if isinstance(units, Select) else unit_id == units,
        task.campaign_id == campaign_id,
        task.asset_key == asset_key,
        task.state.in_(OPEN),
    )
