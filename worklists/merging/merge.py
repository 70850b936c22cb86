"""Merging two cards of one client: work-lists, histories and what is known, in one transaction.

The kept client gets every row of the double. What may not stand twice becomes one: a contact point,
a unit, a lead of one run, an open work-list of one unit (rule 1), an open task of one campaign and
asset (rule 2). Each changed row is remembered as it was, so that ``undo`` can put it back.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.journal import JournalEntry, record
from directory.clients.editing import require_version
from directory.clients.events import ClientMergedAway, ClientsMerged
from directory.clients.merge_models import ClientMerge, ClientMergeMove
from directory.clients.merge_rows import Picture, differences, picture_of, references_to
from directory.clients.merging import (
    SameClient,
    fold_in,
    merge_in_force,
    visible_client,
)
from directory.clients.models import Client
from directory.permissions import DirectoryPermission
from worklists.client_zone import follow_client_zone
from worklists.events.merging import TaskOfMergedClient
from worklists.events.of_many import record_of_each
from worklists.merging.holding import (
    hold_both,
    measure_both,
    one_at_a_time,
    require_one_call,
)
from worklists.merging.pouring import drop_repeated_leads, pour_work_lists
from worklists.models.attempt import Attempt, AttemptUndo
from worklists.models.task import Task
from worklists.models.work_list import WorkList


def merge_clients(
    session: Session,
    kept_id: int,
    double_id: int,
    *,
    kept_version: int,
    double_version: int,
    actor: Actor,
    now: datetime,
) -> ClientMerge:
    """Give everything of the double to the kept client; who sees both may do so.

    The second time nothing happens. Raises NotPermitted, NotFound, SameClient, ClientChanged (one
    of the cards is not as it was shown), ClientsBusy, BothOnTheLine.
    """
    actor.require(DirectoryPermission.MERGE_CLIENTS)
    if kept_id == double_id:
        raise SameClient()
    one_at_a_time(session)
    standing = merge_in_force(session, double_id)
    if standing is not None and standing.kept_id == kept_id:
        visible_client(session, kept_id, actor=actor)
        return standing
    for client_id in (kept_id, double_id):
        visible_client(session, client_id, actor=actor)
    hold_both(session, (kept_id, double_id))
    kept = visible_client(session, kept_id, actor=actor)
    double = visible_client(session, double_id, actor=actor)
    require_version(session, kept, kept_version)
    require_version(session, double, double_version)
    require_one_call(session, (kept_id, double_id))
    merge = ClientMerge(kept_id=kept_id, double_id=double_id, merged_by=actor.key, merged_at=now)
    session.add(merge)
    session.flush()
    give_all(session, merge, actor=actor, now=now)
    for event in (
        ClientsMerged(client_id=kept_id, double_id=double_id, merge_id=merge.id),
        ClientMergedAway(client_id=double_id, kept_id=kept_id, merge_id=merge.id),
    ):
        record(session, event, actor=actor, at=now)
    session.flush()
    merge.journal_id = session.scalar(select(func.max(JournalEntry.id))) or 0
    session.flush()
    return merge


def give_all(session: Session, merge: ClientMerge, *, actor: Actor, now: datetime) -> None:
    """Give what the double has now to the kept client, and remember each changed row."""
    kept_id, double_id = merge.kept_id, merge.double_id
    before = picture_of_both(session, kept_id, double_id)
    tasks = _tasks_to_tell(session, kept_id, double_id)
    pour_work_lists(session, merge, actor=actor, now=now)
    drop_repeated_leads(session, kept_id, double_id)
    fold_in(session, session.get_one(Client, kept_id), session.get_one(Client, double_id))
    _give_the_rest(session, kept_id, double_id)
    record_of_each(
        session, TaskOfMergedClient, Task.id, Task.id.in_(tasks), details={"merge_id": merge.id},
        actor=actor, at=now,
    )  # fmt: skip
    follow_client_zone(session, kept_id)
    measure_both(session, kept_id, double_id)
    session.expire_all()  # most was changed by statements
    moves = list(differences(before, picture_of_both(session, kept_id, double_id)))
    for move in moves:
        move.merge_id = merge.id
    session.add_all(moves)
    merge.moved = _counted(moves, double_id, merge.moved)
    session.flush()


def picture_of_both(session: Session, kept_id: int, double_id: int) -> Picture:
    """All rows that hang on one of the two clients or on their work-lists, as they are."""
    session.flush()
    both = (kept_id, double_id)
    lists = session.scalars(select(WorkList.id).where(WorkList.client_id.in_(both))).all()
    return picture_of(session, {"clients": both, "work_lists": lists})


def _tasks_to_tell(session: Session, kept_id: int, double_id: int) -> list[int]:
    """The double's tasks, and those of the kept client whose outcome could still be undone.

    What it is told forbids that undoing: it would put back what was known of one card alone.
    """
    undoable = (
        select(Attempt.task_id)
        .join(AttemptUndo, AttemptUndo.attempt_id == Attempt.id)
        .where(Attempt.client_id == kept_id)
    )
    which = or_(Task.client_id == double_id, Task.id.in_(undoable))
    return list(session.scalars(select(Task.id).where(which).order_by(Task.id)))


def _give_the_rest(session: Session, kept_id: int, double_id: int) -> None:
    for one in references_to("clients"):
        which: list[ColumnElement[bool]] = [one.column == double_id]
        if one.table.name == WorkList.__tablename__:
            which.append(one.table.c.merged_into_id.is_(None))  # the others are empty
        session.execute(update(one.table).where(*which).values({one.column.name: kept_id}))


def _counted(
    moves: Iterable[ClientMergeMove], double_id: int, before: dict[str, int] | None
) -> dict[str, int]:
    found = Counter(before or {})
    for move in moves:
        if move.was is not None and move.was.get("client_id") == double_id:
            found[move.table_name] += 1
    return dict(found)
