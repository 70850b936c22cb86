"""What waits for somebody, since when, and what of it escalates: conditions on ``tasks``."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from campaigns.models import Campaign, CampaignState
from worklists.contact_conditions import client_is_clear
from worklists.lifecycle import TaskState
from worklists.models.task import PHONING, Task, TaskKind
from worklists.models.work_list import Involvement

_GIVEN = func.coalesce(Task.given_at, Task.created_at)
_DUE = case((Task.due_at > _GIVEN, Task.due_at), else_=_GIVEN)

WAITS_IN = (TaskState.PLANNED, TaskState.IN_WORK, TaskState.ON_CONTROL)
"""States in which somebody has to do something with the task, once its time has come."""


def waits_since() -> ColumnElement[datetime]:
    """Since when the task waits, and the name of the occurrence.

    A job of another department has to be taken soon after it was given; accepted or in work, it is
    late with its due date. Everything else waits since it is due, never since before its performer
    was given it.
    """
    is_asked = (Task.state == TaskState.PLANNED) & (Task.kind == TaskKind.DEPARTMENT)
    is_asked &= ~is_promised()
    return case(
        (Task.state == TaskState.ON_CONTROL, Task.control_at), (is_asked, _GIVEN), else_=_DUE
    )


def is_promised() -> ColumnElement[bool]:
    """A job that its unit accepted and nobody works on: what is missing is the doing, not that
    somebody takes it. After a hand-over the new performer has accepted nothing yet (D11)."""
    accepted = exists().where(
        Involvement.to_task_id == Task.id, Involvement.accepted_task_id == Task.id
    )
    return and_(
        Task.state == TaskState.PLANNED,
        Task.kind == TaskKind.DEPARTMENT,
        accepted.correlate(Task),
    )


def escalates(*, with_calls: bool, now: datetime) -> ColumnElement[bool]:
    """What somebody answers for. A call of a campaign is the queue's business until it is given to
    a person, and nobody's while the client may not be called.

    For statements joined with ``campaigns``.
    """
    call: ColumnElement[bool] = false()
    if with_calls:
        clear = client_is_clear(
            Task.client_id, Task.asset_id, Campaign.purpose, now, keeps_budget=true()
        )
        call = and_(Task.performer_id.is_not(None), clear)
    answered_for = or_(Task.kind != TaskKind.CALL, Task.state == TaskState.ON_CONTROL, call)
    return and_(answered_for, can_be_done())


def can_be_done() -> ColumnElement[bool]:
    """Calls and callbacks of a campaign that does not run are nobody's: nobody can make them."""
    campaign = aliased(Campaign)
    runs = select(campaign.id).correlate_except(campaign).where(
        campaign.id == Task.campaign_id, campaign.state == CampaignState.ACTIVE
    )  # fmt: skip
    return or_(Task.kind.not_in(PHONING), Task.state == TaskState.ON_CONTROL, runs.exists())
