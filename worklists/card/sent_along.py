"""Documents that go along with a request, and what a task has of those that it goes on from (D11).

A request gets documents of its own: rows that name the same bytes, so that whoever is asked reads
them without seeing the asking task. A task that was handed over keeps what hung on it: comments,
documents and journal stay where they are and are read along the chain.
"""

from collections.abc import Collection

from sqlalchemy import Select, exists, insert, literal, select
from sqlalchemy.orm import Session, aliased

from core.access import Actor
from worklists.card.models import Document
from worklists.models.task import Task

_twin = aliased(Document)


def send_documents(session: Session, from_ids: Collection[int], to_id: int) -> None:
    """Attach the documents of these tasks, and of those before them, to the other."""
    chains = _chains_of(from_ids)
    names = ("name", "kind", "size", "sha256", "added_by", "added_at")
    rows = select(literal(to_id), *(getattr(Document, name) for name in names)).where(
        Document.task_id.in_(chains),
        Document.deleted_at.is_(None),
        # The same file twice, by way of two tasks, is sent once.
        ~exists().where(
            (_twin.task_id.in_(chains))
            & (_twin.sha256 == Document.sha256)
            & (_twin.id < Document.id)
            & _twin.deleted_at.is_(None)
        ),
    )
    session.execute(insert(Document).from_select(["task_id", *names], rows.order_by(Document.id)))


def chain_of(task_id: int) -> Select[int]:
    """Ids of the task and of those that went on in it, from hand to hand."""
    return _chains_of([task_id])


def is_seen_along(session: Session, task_id: int, *, actor: Actor) -> bool:
    """Whether this person sees the task or one that goes on from it."""
    chain = select(Task.id, Task.unit_id).where(Task.id == task_id).cte(recursive=True)
    later = aliased(Task)
    step = select(later.id, later.unit_id).join(chain, later.redirected_from_id == chain.c.id)
    whole = chain.union_all(step)
    return bool(session.scalar(select(exists().where(whole.c.unit_id.in_(actor.unit_ids)))))


def _chains_of(task_ids: Collection[int]) -> Select[int]:
    first = select(Task.id, Task.redirected_from_id).where(Task.id.in_(task_ids))
    chain = first.cte(recursive=True)
    before = aliased(Task)
    step = select(before.id, before.redirected_from_id).join(
        chain, before.id == chain.c.redirected_from_id
    )
    # Chains of several tasks may meet: what is common to them is walked once.
    return select(chain.union(step).c.id)
