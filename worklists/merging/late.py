"""What a double still gets after its merge goes on to the kept client.

A file that was being loaded or work-lists that were being formed when two cards were merged may
write to the double a moment later: nobody would find that again.
"""

from sqlalchemy import Select, select, union
from sqlalchemy.orm import Session

from core.clock import Clock
from core.db import Database
from core.errors import Refused
from directory.clients.merge_rows import references_to
from directory.clients.merging import merge_in_force
from directory.clients.models import Client
from worklists.closing import ENGINE
from worklists.merging.holding import hold_both, one_at_a_time, require_one_call
from worklists.merging.merge import give_all
from worklists.models.work_list import WorkList

_ROUNDS = 3
"""The kept client of one merge may be the double of the next."""


def gather_late_rows(database: Database, clock: Clock) -> int:
    """A sweep: give what doubles have to those into whom they were merged; how many had any."""
    gathered = 0
    for _round in range(_ROUNDS):
        with database.unit_of_work() as session:
            doubles = _doubles_with_rows(session)
        for double_id in doubles:
            try:
                with database.unit_of_work() as session:
                    gathered += _gather(session, double_id, clock)
            except Refused:  # somebody works with them just now: next time
                continue
        if not doubles:
            break
    return gathered


def _gather(session: Session, double_id: int, clock: Clock) -> int:
    one_at_a_time(session)
    merge = merge_in_force(session, double_id)
    if merge is None:
        return 0
    both = (merge.kept_id, double_id)
    hold_both(session, both)
    require_one_call(session, both)
    give_all(session, merge, actor=ENGINE, now=clock(session))
    return 1


def _doubles_with_rows(session: Session) -> list[int]:
    doubles = select(Client.id).where(Client.merged_into_id.is_not(None))
    found: list[Select[int]] = []
    for one in references_to("clients"):
        rows = select(one.column).where(one.column.in_(doubles))
        if one.table.name == WorkList.__tablename__:
            rows = rows.where(one.table.c.merged_into_id.is_(None))
        found.append(rows)
    return sorted(session.scalars(union(*found)))
