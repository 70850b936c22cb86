"""What a merge holds while it lasts: the work of both clients, then the clients (rule 8)."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.contact_caps import household_days
from core.errors import Refused
from core.locks import exclusively, hold
from directory.clients.merging import hold_clients
from directory.staff.models import Employee
from worklists.households import measure_relatives, relatives_of
from worklists.lifecycle import TaskState
from worklists.models.task import PHONING, Task
from worklists.models.work_list import WorkList
from worklists.pressure import measure


class BothOnTheLine(Refused):
    """Each of the two is being phoned now; ``names``: by whom."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(f"{len(names)} calls")
        self.names = names


def one_at_a_time(session: Session) -> None:
    """Let no other merge or undo go on before this one has ended."""
    exclusively(session, "merging clients")


def hold_both(session: Session, client_ids: Collection[int]) -> None:
    """Hold open work-lists, tasks, closed work-lists and clients until the transaction ends.

    In the order in which whoever saves a task takes them. After this nobody gives the clients
    anything new. Raises ClientsBusy.
    """
    lists = select(WorkList.id).where(WorkList.client_id.in_(client_ids)).order_by(WorkList.id)
    hold(session, lists.where(WorkList.closed_at.is_(None)))
    hold(session, select(Task.id).where(Task.client_id.in_(client_ids)).order_by(Task.id))
    hold(session, lists)
    relatives: set[int] = set()
    if household_days(session) is not None:
        relatives.update(*(relatives_of(session, one) for one in client_ids))
    hold_clients(session, {*client_ids, *relatives})


def require_one_call(session: Session, client_ids: Collection[int]) -> None:
    """Raise BothOnTheLine when two calls would become two of one client."""
    names = session.scalars(
        select(Employee.full_name)
        .join(Task, Task.performer_id == Employee.id)
        .where(
            Task.client_id.in_(client_ids),
            Task.state == TaskState.IN_WORK,
            Task.kind.in_(PHONING),
        )
        .order_by(Task.id)
    ).all()
    if len(names) > 1:
        raise BothOnTheLine(tuple(names))


def measure_both(session: Session, kept_id: int, double_id: int) -> None:
    """Note anew how much each was contacted, and until when households wait (rule 14)."""
    for client_id in (kept_id, double_id):
        measure(session, client_id)
    days = household_days(session)
    if days is not None:
        measure_relatives(session, [kept_id, double_id], days)
