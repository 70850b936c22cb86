"""What may stand only once with a client: open work-lists, open tasks, leads of a run.

An open work-list of the double is poured into the one that the kept client has in the unit: all its
tasks go there, closed ones too, and it is closed, empty. Of two open tasks for one campaign and
asset the one that has come further goes on; where both stand alike, the kept client's.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, aliased

from core.access import Actor
from core.journal import record
from directory.clients.merge_models import ClientMerge
from directory.clients.merge_rows import point_elsewhere
from selections.models import Lead
from worklists.closing import ENGINE, close_task
from worklists.events.merging import TaskFoundTwice, WorkListPoured
from worklists.lifecycle import OPEN, TaskAction, TaskState
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import WorkList

_FURTHER = (TaskState.IN_WORK, TaskState.ON_CONTROL, TaskState.DEFERRED, TaskState.PLANNED)
"""Of two open tasks the one whose state stands first here goes on."""


def pour_work_lists(session: Session, merge: ClientMerge, *, actor: Actor, now: datetime) -> None:
    """Empty each open work-list of the double into the kept client's of the same unit."""
    mine, theirs = aliased(WorkList), aliased(WorkList)
    pairs = session.execute(
        select(theirs, mine)
        .join(mine, mine.unit_id == theirs.unit_id)
        .where(
            theirs.client_id == merge.double_id,
            mine.client_id == merge.kept_id,
            theirs.closed_at.is_(None),
            mine.closed_at.is_(None),
        )
        .order_by(theirs.id)
        .execution_options(populate_existing=True)
    ).all()
    for poured, standing in pairs:
        _end_twins(session, merge, poured.id, standing.id, actor=actor, now=now)
        point_elsewhere(session, WorkList.__tablename__, poured.id, standing.id)
        poured.closed_at, poured.merged_into_id = now, standing.id
        event = WorkListPoured(work_list_id=poured.id, into_id=standing.id, merge_id=merge.id)
        record(session, event, actor=actor, at=now)
        session.flush()


def twins_in(session: Session, one_list: int, other_list: int) -> list[tuple[Task, Task]]:
    """Pairs of open tasks that may not stand in one work-list: the one's and the other's."""
    one, other = aliased(Task), aliased(Task)
    rows = session.execute(
        select(one, other)
        .join(other, (other.campaign_id == one.campaign_id) & (other.asset_key == one.asset_key))
        .where(
            one.work_list_id == one_list,
            other.work_list_id == other_list,
            *(
                condition
                for task in (one, other)
                for condition in (
                    task.kind == TaskKind.CALL,
                    task.predecessor_id.is_(None),
                    task.state.in_(OPEN),
                )
            ),
        )
        .order_by(one.id)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in rows]


def drop_repeated_leads(session: Session, kept_id: int, double_id: int) -> None:
    """A run finds a client once: where it found both, what was formed points to the kept one's."""
    mine, theirs = aliased(Lead), aliased(Lead)
    pairs = session.execute(
        select(theirs.id, mine.id)
        .join(mine, (mine.run_id == theirs.run_id) & (mine.asset_key == theirs.asset_key))
        .where(theirs.client_id == double_id, mine.client_id == kept_id)
    ).all()
    for repeated, standing in pairs:
        point_elsewhere(session, Lead.__tablename__, repeated, standing)
        session.execute(
            delete(Lead).where(Lead.id == repeated).execution_options(synchronize_session=False)
        )


def _end_twins(
    session: Session,
    merge: ClientMerge,
    poured_id: int,
    standing_id: int,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    for mine, theirs in twins_in(session, standing_id, poured_id):
        goes_on, ends = sorted((mine, theirs), key=lambda task: _FURTHER.index(task.state))
        from_state = ends.state
        # Nobody's work: whoever merges has not done it.
        close_task(ends, action=TaskAction.CANCEL, finish=Finish.DUPLICATE, actor=ENGINE, now=now)
        event = TaskFoundTwice(
            task_id=ends.id, merge_id=merge.id, from_state=from_state, to_state=ends.state,
            goes_on_in_id=goes_on.id,
        )  # fmt: skip
        record(session, event, actor=actor, at=now)
    session.flush()
