"""Which tasks of a lane may be handed out: the same words for finding and for claiming (13)."""

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    ColumnExpressionArgument,
    Integer,
    Select,
    and_,
    bindparam,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from campaigns.models import Campaign, CampaignState
from core.db import ONE, UtcDateTime, constant
from core.locks import nobody_reaches_for
from worklists.contact_conditions import client_is_clear, has_none, phones_now
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind
from worklists.skips import not_skipped


def first_claimable(*, is_mine: bool, is_phoned: bool) -> Select[Any]:
    """The oldest claimable task of the lane in the parameters, locked; rows locked are passed by.

    None when the campaign is not as the lane saw it. A call is passed by while somebody else
    reaches for its client, or the unique index would make one wait for the other. Parameters: those
    of ``lane_values``, ``now`` and ``performer``.
    """
    task = aliased(Task)
    oldest = (
        select(task.id, task.client_id)
        .where(
            task.unit_id == bindparam("of_unit"),
            owned(task, is_mine),
            task.kind == bindparam("of_kind", type_=Task.kind.type),
            task.campaign_id == bindparam("of_campaign"),
            task.time_zone == bindparam("of_zone"),
            task.priority == bindparam("of_priority"),
            claimable(task, bindparam("purpose"), _is_exempt(), is_phoned),
            *([_is_as_seen()] if is_phoned else ()),
        )
        .order_by(task.performer_id, task.due_at, task.id)
        .with_for_update(skip_locked=True)
    )
    if not is_phoned:
        return oldest.with_only_columns(task.id).limit(ONE)
    found = oldest.subquery()
    return select(found.c.id).where(nobody_reaches_for(found.c.client_id)).limit(ONE)


def _is_as_seen() -> ColumnElement[bool]:
    """The campaign still runs for this purpose and in these hours."""
    return (
        select(Campaign.id)
        .where(
            Campaign.id == bindparam("of_campaign"),
            Campaign.state == constant(CampaignState.ACTIVE),
            Campaign.purpose == bindparam("purpose"),
            Campaign.call_from_minute == bindparam("opens"),
            Campaign.call_until_minute == bindparam("closes"),
            Campaign.call_weekdays == bindparam("weekdays"),
            Campaign.is_pressure_exempt == _is_exempt(),
        )
        .exists()
    )


def nothing_is_given_to() -> ColumnElement[bool]:
    """No task is planned for the person in ``performer``, in any unit."""
    task = aliased(Task)
    given = select(task.id).where(task.performer_id == bindparam("performer"), planned(task))
    return ~given.exists()


def claimable(
    task: type[Task],
    purpose: ColumnExpressionArgument[str],
    is_exempt: ColumnElement[bool],
    is_phoned: bool,
) -> ColumnElement[bool]:
    """Planned, due, and nothing in the way of it for the person ``performer`` at ``now``.

    ``is_exempt``: the campaign's calls are not counted; nor are promised callbacks (rule 14).
    """
    now = bindparam("now", type_=UtcDateTime())
    conditions = [planned(task), task.due_at <= now]
    conditions.append(not_skipped(task, bindparam("performer", type_=Integer()), now))
    if is_phoned:
        other = aliased(Task)
        keeps_budget = and_(task.kind != constant(TaskKind.CALLBACK), ~is_exempt)
        conditions += [
            or_(task.opens_at.is_(None), task.opens_at <= now),
            has_none(
                select(other.id)
                .correlate_except(other)
                .where(other.client_id == task.client_id, phones_now(other))
            ),
            client_is_clear(task.client_id, task.asset_id, purpose, now, keeps_budget=keeps_budget),
        ]
    return and_(*conditions)


def _is_exempt() -> ColumnElement[bool]:
    return bindparam("is_exempt", type_=Boolean())


def planned(task: type[Task]) -> ColumnElement[bool]:
    """In the words of the index of the queue."""
    return task.state == constant(TaskState.PLANNED)


def owned(task: type[Task], is_mine: bool) -> ColumnElement[bool]:
    """Given to the person ``performer``, or to nobody."""
    return task.performer_id == bindparam("performer") if is_mine else task.performer_id.is_(None)
