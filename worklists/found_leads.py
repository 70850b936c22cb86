"""What a selection finds now, for a dry run: kept in a temporary table with the verdict on each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    and_,
    case,
    false,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from core.bulk import insert_found
from selections.chance import is_held_out
from selections.models import Lead, SelectionRun
from worklists.judged_leads import is_already_in_work
from worklists.lead_scopes import LeadFilter
from worklists.lifecycle import OPEN
from worklists.models.task import Task
from worklists.models.work_list import WorkList
from worklists.verdicts import client_block

FOUND = Table(
    "found_leads",
    MetaData(),
    Column("client_id", Integer, primary_key=True, autoincrement=False),
    Column("asset_key", Integer, primary_key=True, autoincrement=False),
    Column("block", String),
    Column("in_work", Boolean, nullable=False),
    Column("is_held_out", Boolean, nullable=False),
    prefixes=["TEMPORARY"],
)
"""What the selection finds, with the verdict on each; temporary."""


@dataclass(frozen=True)
class Overlap:
    """Clients found who have an open task of another campaign."""

    campaign: str
    count: int


def find_leads(
    session: Session,
    statement: Select[Any],
    *,
    campaign: Campaign | None,
    unit_id: int,
    hold_out: tuple[int, int],
    now: datetime,
) -> int:
    """Fill ``FOUND`` with what the statement of a ``Question`` finds; how many there are.

    ``hold_out``: the seed and the share in ten-thousandths.
    """
    found = statement.subquery()
    client_id, asset_key = found.c.client_id, found.c.asset_key
    purpose = literal(campaign.purpose if campaign is not None else "")
    moment = literal(now, WorkList.opened_at.type)
    seed, share = hold_out
    nothing = literal_column("0", Integer)
    values: dict[str, ColumnElement[Any]] = {
        "client_id": client_id,
        "asset_key": asset_key,
        "block": client_block(client_id, found.c.asset_id, purpose, moment),
        "in_work": is_already_in_work(unit_id, campaign.id, client_id, asset_key)
        if campaign is not None
        else false(),
        "is_held_out": is_held_out(client_id, nothing, seed=seed, share=share)
        if share
        else false(),
    }
    return insert_found(session, FOUND, values, select(*values.values()).select_from(found))


def verdict_on_found() -> ColumnElement[Any]:
    """As ``lead_scopes.verdict_on_lead``, and the rule itself where one forbids to call."""
    return case(
        (FOUND.c.is_held_out, LeadFilter.HELD_OUT.value),
        (FOUND.c.block.is_not(None), FOUND.c.block),
        (FOUND.c.in_work, LeadFilter.IN_WORK.value),
        else_=LeadFilter.CALLABLE.value,
    )


def count_verdicts(session: Session) -> dict[str, int]:
    """How many there are by ``verdict_on_found``."""
    judged = select(verdict_on_found().label("verdict")).subquery()
    counted = select(judged.c.verdict, func.count()).group_by(judged.c.verdict)
    return {row[0]: row[1] for row in session.execute(counted)}


def found_before(
    session: Session, selection_id: int | None, unit_id: int
) -> tuple[SelectionRun | None, int]:
    """The last run for the unit, and how many of its leads are found again."""
    if selection_id is None:
        return None, 0
    run = session.scalar(
        select(SelectionRun)
        .where(SelectionRun.selection_id == selection_id, SelectionRun.unit_id == unit_id)
        .order_by(SelectionRun.id.desc())
        .limit(1)
    )
    if run is None:
        return None, 0
    same = and_(Lead.client_id == FOUND.c.client_id, Lead.asset_key == FOUND.c.asset_key)
    again = select(func.count()).select_from(FOUND).join(Lead, same).where(Lead.run_id == run.id)
    return run, session.scalar(again) or 0


def overlaps_of(session: Session, campaign_id: int | None) -> list[Overlap]:
    """The other campaigns that work with the clients found, the one with the most first."""
    clients = func.count(Task.client_id.distinct())
    others = (
        select(Campaign.name, clients)
        .join(Task, Task.campaign_id == Campaign.id)
        .where(*_open_of_found())
        .group_by(Campaign.id, Campaign.name)
        .order_by(clients.desc(), Campaign.name)
    )
    if campaign_id is not None:
        others = others.where(Campaign.id != campaign_id)
    return [Overlap(name, count) for name, count in session.execute(others)]


def in_work_elsewhere(session: Session, campaign_id: int | None, unit_id: int) -> int:
    """How many clients found have an open task of the same campaign in another unit.

    Lists are per unit (rule 2): those do not count as in work, and would be called twice.
    """
    if campaign_id is None:
        return 0
    counted = select(func.count(Task.client_id.distinct())).where(
        *_open_of_found(), Task.campaign_id == campaign_id, Task.unit_id != unit_id
    )
    return session.scalar(counted) or 0


def _open_of_found() -> tuple[ColumnElement[bool], ...]:
    return Task.client_id.in_(select(FOUND.c.client_id)), Task.state.in_(OPEN)
