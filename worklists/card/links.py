"""Ties between tasks that a person sees: related, one blocks the other, one doubles the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from core.access import Actor
from core.errors import Invalid, NotFound
from core.journal import record
from directory.clients.models import Client
from worklists.card.access import require_open_to, require_seen
from worklists.card.events import TasksLinked, TasksUnlinked
from worklists.card.models import LinkKind, TaskLink
from worklists.lifecycle import TaskState
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.visibility import task_is_visible


class OtherTaskUnknown(Invalid):
    """There is no such task, or this person does not see it."""

    field = "other"


class LinkToItself(Invalid):
    """A task is tied to another one."""

    field = "other"


class AlreadyLinked(Invalid):
    """The two are tied already: take that tie away first."""

    field = "other"


@dataclass(frozen=True, kw_only=True)
class LinkLine:
    """The tie as seen from one of its tasks."""

    id: int
    kind: LinkKind
    is_from_here: bool
    """Read from this task to the other one (``blocks``) or the other way (``is blocked by``)."""
    task_id: int
    client: str
    campaign: str
    state: TaskState


def link_tasks(
    session: Session,
    task_id: int,
    *,
    other_id: int,
    kind: LinkKind,
    actor: Actor,
    now: datetime,
) -> TaskLink:
    """Tie the task to another one; both cards show it.

    Raises NotFound, NotPermitted, OtherTaskUnknown, LinkToItself, AlreadyLinked.
    """
    require_open_to(session, task_id, actor=actor)
    if other_id == task_id:
        raise LinkToItself()
    seen = session.scalar(select(Task.id).where(Task.id == other_id, task_is_visible(actor)))
    if seen is None:
        raise OtherTaskUnknown()
    # Both ways of the pair are looked at while both tasks are held.
    session.execute(
        select(Task.id).where(Task.id.in_((task_id, other_id))).order_by(Task.id).with_for_update()
    )
    tied = select(TaskLink.id).where(
        or_(
            (TaskLink.task_id == task_id) & (TaskLink.other_id == other_id),
            (TaskLink.task_id == other_id) & (TaskLink.other_id == task_id),
        )
    )
    if session.scalar(tied) is not None:
        raise AlreadyLinked()
    link = TaskLink(task_id=task_id, other_id=other_id, kind=kind, added_by=actor.person,
                    added_at=now)  # fmt: skip
    session.add(link)
    session.flush()
    for here, there in ((task_id, other_id), (other_id, task_id)):
        event = TasksLinked(task_card_id=here, other_task=there, link=kind)
        record(session, event, actor=actor, at=now)
    return link


def unlink_tasks(session: Session, link_id: int, *, actor: Actor, now: datetime) -> tuple[int, int]:
    """Take the tie away; returns the ids of its tasks. Raises NotFound, NotPermitted."""
    actor.require(WorkPermission.WORK)
    link = session.get(TaskLink, link_id)
    if link is None:
        raise NotFound("task_link", link_id)
    pair = link.task_id, link.other_id
    seen = session.scalars(select(Task.id).where(Task.id.in_(pair), task_is_visible(actor))).all()
    if len(seen) < 2:
        raise NotFound("task_link", link_id)
    session.delete(link)
    for here, there in (pair, pair[::-1]):
        event = TasksUnlinked(task_card_id=here, other_task=there, link=link.kind)
        record(session, event, actor=actor, at=now)
    return pair


def links_of(session: Session, task_id: int, *, actor: Actor) -> Sequence[LinkLine]:
    """The ties of the task to tasks that this person sees. Raises NotFound."""
    require_seen(session, task_id, actor=actor)
    other = case((TaskLink.task_id == task_id, TaskLink.other_id), else_=TaskLink.task_id)
    rows = session.execute(
        select(TaskLink, Task.id, Task.state, Client.name, Campaign.name)
        .join(Task, Task.id == other)
        .join(Client, Client.id == Task.client_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .where(
            or_(TaskLink.task_id == task_id, TaskLink.other_id == task_id), task_is_visible(actor)
        )
        .order_by(TaskLink.id)
    )
    return [
        LinkLine(id=link.id, kind=link.kind, is_from_here=link.task_id == task_id, task_id=there,
                 client=client, campaign=campaign, state=state)
        for link, there, state, client, campaign in rows
    ]  # fmt: skip
