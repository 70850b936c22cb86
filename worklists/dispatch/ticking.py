"""Tasks that a supervisor has ticked on a tab of the board, over all of its pages (C3)."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from worklists.dispatch.tabs import Tab
from worklists.dispatch.wishes import MOST_TASKS
from worklists.models.dispatch import DispatchTicks
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.visibility import task_is_visible


def ticked_tasks(session: Session, tab: Tab, *, actor: Actor) -> Sequence[int]:
    """Ids of the ticked tasks that the person may still see; ticks of another tab do not count."""
    kept = session.scalar(
        select(DispatchTicks.task_ids).where(
            DispatchTicks.employee_id == actor.person, DispatchTicks.tab == tab.value
        )
    )
    if not kept:
        return []
    visible = select(Task.id).where(Task.id.in_(kept), task_is_visible(actor)).order_by(Task.id)
    return session.scalars(visible).all()


def keep_ticks(
    session: Session,
    tab: Tab,
    *,
    shown: Collection[int],
    ticked: Collection[int],
    actor: Actor,
) -> Sequence[int]:
    """Of the tasks of the page (``shown``) these are ticked, those of other pages stay as is.

    Returns all ticked ones, at most one more than a run takes (``MOST_TASKS``): so that a run over
    them is refused as too large, not cut in silence. Foreign ids are dropped. Raises NotPermitted.
    """
    actor.require(WorkPermission.DISPATCH)
    elsewhere = set(ticked_tasks(session, tab, actor=actor)) - set(shown)
    wanted = sorted(elsewhere | set(ticked))[: MOST_TASKS + 1]
    visible = select(Task.id).where(Task.id.in_(wanted), task_is_visible(actor)).order_by(Task.id)
    kept = list(session.scalars(visible)) if wanted else []
    values = {"tab": tab.value, "task_ids": kept}
    session.execute(
        insert_into(session, DispatchTicks)
        .values(employee_id=actor.person, **values)
        .on_conflict_do_update(index_elements=["employee_id"], set_=values)
    )
    return kept


def clear_ticks(session: Session, *, actor: Actor) -> int:
    """Nothing is ticked any more; how many were, on whichever tab."""
    gone = session.scalar(
        delete(DispatchTicks)
        .where(DispatchTicks.employee_id == actor.person)
        .returning(DispatchTicks.task_ids)
    )
    return len(gone or ())
