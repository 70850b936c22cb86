"""Taking a load to work on it, and letting it go: one worker at a time, whoever dies (A8, P12).

Every write of a worker asks whether the load is still its own. Whoever was taken over writes
nothing more, and says TakenOver.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session, defer

from core.access import Actor
from core.clock import Clock
from core.db import Database
from directory.permissions import DirectoryPermission
from directory.units.tree import UNITS_BELOW, zone_of
from importers.loads.asking import refuse_load
from importers.loads.models import AT_WORK, LoadState, RecordLoad
from importers.loads.steps import go_to
from importers.loads.workers import TakenOver, is_silent
from importers.permissions import ImportPermission
from importers.problems import FileRefused
from worklists.permissions import WorkPermission

PAUSE = timedelta(seconds=15)
"""For so long, times its attempts, a load rests that could not get on."""
_GRANTED = frozenset({ImportPermission.LOAD, DirectoryPermission.SEE_CLIENTS, WorkPermission.WORK})
"""What whoever asks for a load has; WORK is asked of those alone who load results of calls."""


def take_load(database: Database, clock: Clock, load_id: int, worker: str) -> RecordLoad | None:
    """The load, held by the worker from now on; None when somebody else is at work, or it ended."""
    with database.unit_of_work() as session:
        now = clock(session)
        load = session.scalars(
            select(RecordLoad)
            .where(RecordLoad.id == load_id)
            .with_for_update(skip_locked=True)
            .options(defer(RecordLoad.sample))
        ).one_or_none()
        if load is None or load.state not in AT_WORK:
            return None
        if load.worker not in (None, worker) and not is_silent(load, now):
            return None
        load.worker, load.beat_at, load.attempts = worker, now, load.attempts + 1
        return load


def is_free(load: RecordLoad, now: datetime) -> bool:
    """Whether a worker may take it now."""
    if load.worker is not None:
        return is_silent(load, now)
    return load.beat_at is None or now - load.beat_at >= PAUSE * load.attempts


def require_mine(session: Session, load: RecordLoad, worker: str) -> RecordLoad:
    """The row of the load, held until the transaction ends. Raises TakenOver."""
    mine = session.scalars(
        select(RecordLoad)
        .where(RecordLoad.id == load.id, RecordLoad.worker == worker)
        .with_for_update()
        .options(defer(RecordLoad.sample))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if mine is None:
        raise TakenOver
    return mine


def is_to_end(session: Session, load: RecordLoad, worker: str) -> bool:
    """Whether somebody has asked for its end. Raises TakenOver."""
    wants_end = session.scalar(
        select(RecordLoad.wants_end).where(RecordLoad.id == load.id, RecordLoad.worker == worker)
    )
    if wants_end is None:
        raise TakenOver
    return wants_end


def advance(
    session: Session, load: RecordLoad, worker: str, values: Mapping[str, Any], *, batches: int
) -> None:
    """Note how far the worker is, unless the load has moved on. Raises TakenOver."""
    moved = session.connection().execute(
        update(RecordLoad)
        .where(RecordLoad.id == load.id, RecordLoad.batches == batches,
               RecordLoad.worker == worker)
        .values(**values)
    )  # fmt: skip
    if moved.rowcount != 1:
        raise TakenOver


def end_load(
    database: Database, clock: Clock, load: RecordLoad, worker: str, refused: FileRefused | None
) -> RecordLoad:
    """Cancel it, or refuse it for a reason; what was loaded stays. Raises TakenOver."""
    with database.unit_of_work() as session:
        now = clock(session)
        mine = require_mine(session, load, worker)
        if refused is not None:
            refuse_load(mine, refused, now=now)
        else:
            go_to(mine, LoadState.CANCELLED, now=now)
        return mine


def let_go(database: Database, load: RecordLoad, worker: str, *, is_counted: bool) -> None:
    """Leave the load to the next worker. ``is_counted`` False: that was no failed attempt."""
    # A batch that was loaded has set the attempts to 0.
    at_least_one = case((RecordLoad.attempts < 1, 1), else_=RecordLoad.attempts)
    attempts: Any = at_least_one if is_counted else 0
    with database.unit_of_work() as session:
        session.execute(
            update(RecordLoad)
            .where(RecordLoad.id == load.id, RecordLoad.worker == worker)
            .values(worker=None, attempts=attempts)
            .execution_options(synchronize_session=False)
        )


def actor_of(session: Session, load: RecordLoad, default_zone: str) -> Actor:
    """Whoever asked for it, with what they were found to have when they asked."""
    kind, _, number = load.asked_by.partition(":")
    is_person = kind == "employee" and number.isdigit()
    return Actor(
        key=load.asked_by,
        employee_id=int(number) if is_person else None,
        unit_ids=frozenset(session.scalars(UNITS_BELOW, {"units": [load.unit_id]})),
        permissions=_GRANTED,
        time_zone=zone_of(session, load.unit_id, default_zone),
    )
