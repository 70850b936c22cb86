"""How much hangs on a task, in one statement: what its page shows before anything is unfolded."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, or_, select
from sqlalchemy.orm import Session

from core.access import Actor
from worklists.card.models import ChecklistItem, Comment, Document, TaskLink, Watcher
from worklists.card.sent_along import chain_of


@dataclass(frozen=True, kw_only=True)
class CardCounts:
    """Numbers beside the headings of the card."""

    comments: int
    documents: int
    items: int
    items_done: int
    watchers: int
    do_i_watch: bool
    links: int


def card_counts(session: Session, task_id: int, *, actor: Actor) -> CardCounts:
    """Count what hangs on a task that the caller has found visible."""
    item = ChecklistItem.task_id == task_id
    row = session.execute(
        select(
            _count(Comment.task_id.in_(chain_of(task_id)), Comment.deleted_at.is_(None)),
            _count(Document.task_id.in_(chain_of(task_id)), Document.deleted_at.is_(None)),
            _count(item),
            _count(item, ChecklistItem.done_at.is_not(None)),
            _count(Watcher.task_id == task_id),
            exists().where(Watcher.task_id == task_id, Watcher.employee_id == actor.employee_id),
            _count(or_(TaskLink.task_id == task_id, TaskLink.other_id == task_id)),
        )
    ).one()
    comments, documents, items, done, watchers, mine, links = row
    return CardCounts(comments=comments, documents=documents, items=items, items_done=done,
                      watchers=watchers, do_i_watch=bool(mine), links=links)  # fmt: skip


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(*conditions).scalar_subquery()
