"""The checklist of a task: what must not be forgotten, ticked off by whom and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.access import Actor
from core.errors import Invalid, NotFound
from core.journal import record
from directory.staff.models import Employee
from worklists.card.access import require_open_to, require_seen
from worklists.card.events import (
    ChecklistItemAdded,
    ChecklistItemDone,
    ChecklistItemRemoved,
    ChecklistItemReopened,
)
from worklists.card.models import ChecklistItem
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.visibility import task_is_visible

MOST = 50
LONGEST = 200
"""Characters of one item."""


class ItemEmpty(Invalid):
    """An item says what is to be done."""

    field = "item"


class ItemTooLong(Invalid):
    """An item is one line."""

    field = "item"


class TooManyItems(Invalid):
    """A checklist that nobody reads to its end helps nobody."""

    field = "item"


@dataclass(frozen=True, kw_only=True)
class ItemLine:
    """One item as the card shows it."""

    id: int
    text: str
    is_done: bool
    done_by: str | None
    done_at: datetime | None
    is_first: bool
    is_last: bool


def add_item(
    session: Session, task_id: int, *, text: str, actor: Actor, now: datetime
) -> ChecklistItem:
    """Add an item at the end. Raises NotPermitted, NotFound and the errors of this module."""
    require_open_to(session, task_id, actor=actor)
    text = " ".join(text.split())
    if not text:
        raise ItemEmpty()
    if len(text) > LONGEST:
        raise ItemTooLong(len(text))
    count, last = session.execute(
        select(func.count(), func.max(ChecklistItem.position)).where(
            ChecklistItem.task_id == task_id
        )
    ).one()
    if count >= MOST:
        raise TooManyItems()
    item = ChecklistItem(task_id=task_id, position=(last or 0) + 1, text=text,
                         added_by=actor.person, added_at=now)  # fmt: skip
    session.add(item)
    session.flush()
    record(session, ChecklistItemAdded(task_card_id=task_id, item=text), actor=actor, at=now)
    return item


def tick_item(
    session: Session, item_id: int, *, is_done: bool, actor: Actor, now: datetime
) -> ChecklistItem:
    """Mark the item as done, or as not done after all; harmless twice. Raises NotFound."""
    item = _visible(session, item_id, actor=actor)
    if (item.done_at is not None) is is_done:
        return item
    item.done_by, item.done_at = (actor.person, now) if is_done else (None, None)
    event = ChecklistItemDone if is_done else ChecklistItemReopened
    record(session, event(task_card_id=item.task_id, item=item.text), actor=actor, at=now)
    return item


def move_item(session: Session, item_id: int, *, up: bool, actor: Actor) -> ChecklistItem:
    """Change places with the neighbour; at the end of the list nothing happens. Raises NotFound."""
    item = _visible(session, item_id, actor=actor)
    items = session.scalars(
        select(ChecklistItem)
        .where(ChecklistItem.task_id == item.task_id)
        .order_by(ChecklistItem.position, ChecklistItem.id)
        .with_for_update()
    ).all()
    order = list(items)
    at = order.index(item)
    to = at + (-1 if up else 1)
    if 0 <= to < len(order):
        order[at], order[to] = order[to], order[at]
    for position, one in enumerate(order, start=1):
        one.position = position
    return item


def remove_item(session: Session, item_id: int, *, actor: Actor, now: datetime) -> ChecklistItem:
    """Take the item off the list; the journal keeps it. Raises NotFound."""
    item = _visible(session, item_id, actor=actor)
    session.delete(item)
    event = ChecklistItemRemoved(task_card_id=item.task_id, item=item.text)
    record(session, event, actor=actor, at=now)
    return item


def items_of(session: Session, task_id: int, *, actor: Actor) -> Sequence[ItemLine]:
    """The checklist in its order. Raises NotFound."""
    require_seen(session, task_id, actor=actor)
    doer = aliased(Employee)
    rows = session.execute(
        select(ChecklistItem, doer.full_name)
        .outerjoin(doer, doer.id == ChecklistItem.done_by)
        .where(ChecklistItem.task_id == task_id)
        .order_by(ChecklistItem.position, ChecklistItem.id)
    ).all()
    return [
        ItemLine(
            id=item.id, text=item.text, is_done=item.done_at is not None, done_by=by,
            done_at=item.done_at, is_first=at == 0, is_last=at == len(rows) - 1,
        )
        for at, (item, by) in enumerate(rows)
    ]  # fmt: skip


def _visible(session: Session, item_id: int, *, actor: Actor) -> ChecklistItem:
    actor.require(WorkPermission.WORK)
    item = session.scalars(
        select(ChecklistItem)
        .join(Task, Task.id == ChecklistItem.task_id)
        .where(ChecklistItem.id == item_id, task_is_visible(actor))
        .with_for_update(of=ChecklistItem)
    ).one_or_none()
    if item is None:
        raise NotFound("checklist_item", item_id)
    return item
