"""Taking a large load back by the background: whole, in one transaction, or not at all (A8).

Until that transaction is there the load is what it was. Whoever is killed leaves it so, and
whoever goes on begins anew; what hinders it is told on the page of the load.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound
from importers.loads.holding import require_mine
from importers.loads.models import LoadState, RecordLoad
from importers.loads.steps import go_to
from importers.loads.taking_back import TakenBack, require_may_go, take_back, take_back_held
from importers.loads.work import Work
from importers.permissions import ImportPermission
from importers.taken_rows import LoadTouched, Needed, Touch

AT_ONCE = 5_000
"""Rows of a load that are taken back while the person waits: some seconds."""
FAILED: Final = "failed"
"""Said instead of a refusal when several attempts came to nothing."""


def ask_take_back(
    session: Session, load_id: int, *, actor: Actor, now: datetime
) -> TakenBack | None:
    """Take a small load back at once; None: the background will, asked twice it is once.

    Raises NotFound, NotPermitted, StillLoading, DataForgotten, CallsStay; of a small one also
    LoadTouched.
    """
    actor.require(ImportPermission.LOAD)
    mine = select(RecordLoad).where(
        RecordLoad.id == load_id, RecordLoad.unit_id.in_(actor.unit_ids)
    )
    load = session.scalars(mine).one_or_none()
    if load is None:
        raise NotFound("record_load", load_id)
    if sum(load.counts.values()) <= AT_ONCE:
        return take_back(session, load_id, actor=actor, now=now)
    # The row alone: the lock of loads may be somebody's for minutes.
    load = session.scalars(mine.with_for_update().execution_options(populate_existing=True)).one()
    if load.state is LoadState.TAKEN_BACK:
        return TakenBack(gone={}, restored=0, kept=0)
    if load.state is LoadState.UNDOING:
        return None
    require_may_go(load)
    load.undoing = {"by": actor.key, "from": load.state.value}
    go_to(load, LoadState.UNDOING, now=now)
    session.flush()
    return None


def undo_staged(work: Work, load: RecordLoad, *, is_given_up: bool) -> None:
    """Take a load back that this worker holds; what hinders that is noted. Raises TakenOver.

    ``is_given_up``: it was begun too often without coming to an end.
    """
    if is_given_up:
        _stay(work, load, {"refused": FAILED})
        return
    try:
        with work.database.unit_of_work() as session:
            now = work.clock(session)
            take_back_held(
                session, load, lambda: require_mine(session, load, work.worker),
                actor=_undoer(session, work, load), now=now,
            )  # fmt: skip
    except LoadTouched as touched:
        _stay(work, load, {"refused": _kept(touched)})


def undo_refusal_of(load: RecordLoad) -> LoadTouched | str | None:
    """Why the background could not take the load back: what hinders it, or ``FAILED``."""
    refused = (load.undoing or {}).get("refused")
    if isinstance(refused, dict):
        uses = {Touch(why): int(count) for why, (count, _) in refused["uses"].items()}
        needed = {
            Touch(why): Needed(count, tuple((str(kind), int(number)) for kind, number in first))
            for why, (_, (count, first)) in refused["uses"].items()
        }
        return LoadTouched(uses, needed, refused["count"], refused.get("loads", ()))
    return FAILED if refused else None


def _kept(touched: LoadTouched) -> dict[str, Any]:
    """What hinders, as JSON: per reason its uses, and the rows needed with the first of them.

    And the first of the loads that hinder.
    """
    uses = {}
    for why, count in touched.reasons.items():
        needed = touched.needed.get(why, Needed(count, ()))
        uses[why.value] = [count, [needed.count, [list(one) for one in needed.first]]]
    return {"uses": uses, "count": touched.count, "loads": list(touched.loads)}


def _stay(work: Work, load: RecordLoad, why: dict[str, Any]) -> None:
    """It is again what it was before somebody asked."""
    with work.database.unit_of_work() as session:
        now = work.clock(session)
        mine = require_mine(session, load, work.worker)
        asked, finished_at = mine.undoing or {}, mine.finished_at
        go_to(mine, LoadState(asked["from"]), now=now)
        mine.finished_at, mine.undoing = finished_at, {**asked, **why}


def _undoer(session: Session, work: Work, load: RecordLoad) -> Actor:
    """Whoever has asked for it, which need not be who asked for the load."""
    key = str((load.undoing or {})["by"])
    kind, _, number = key.partition(":")
    employee_id = int(number) if kind == "employee" and number.isdigit() else None
    return replace(work.actor_for(session, load), key=key, employee_id=employee_id)
