"""Which lanes a unit has, remembered for a second: to find them costs as much as to claim.

Lanes only say where to look and in which order. What a claim takes it judges itself, the campaign
of the lane included, so that an old memory can cost a second of the order and nothing else. It
never says that there is nothing to do.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from worklists.lanes import Lane, lanes_of

_REMEMBERED_FOR = timedelta(seconds=1)
_REMEMBERED_AT_MOST = 1_000
"""Different sets of units."""


@dataclass(frozen=True)
class _Looked:
    """Lanes as a look found them."""

    at: datetime
    lanes: tuple[Lane, ...]


_anybodys: WeakKeyDictionary[Engine, dict[frozenset[int], _Looked]] = WeakKeyDictionary()
"""The last look of this process at anybody's tasks of these units."""


def open_lanes(
    session: Session, *, performer_id: int, unit_ids: frozenset[int], now: datetime
) -> list[Lane]:
    """The lanes of these units that this person may be handed a task from now, in no order."""
    lanes = lanes_of(session, performer_id=performer_id, unit_ids=unit_ids)
    _remember(session, unit_ids, _Looked(now, tuple(x for x in lanes if not x.is_mine)))
    return [lane for lane in lanes if lane.is_open(now)]


def remembered_lanes(session: Session, *, unit_ids: frozenset[int], now: datetime) -> list[Lane]:
    """Open lanes of anybody's tasks as this process saw them within the last second.

    A lane that has come since is missing: who finds nothing here looks with ``open_lanes``.
    """
    engine = session.get_bind()
    looked = _anybodys.get(engine, {}).get(unit_ids) if isinstance(engine, Engine) else None
    if looked is None or not timedelta() <= now - looked.at < _REMEMBERED_FOR:
        return []
    return [lane for lane in looked.lanes if lane.is_open(now)]


def _remember(session: Session, unit_ids: frozenset[int], looked: _Looked) -> None:
    engine = session.get_bind()
    if isinstance(engine, Engine):  # else the session is part of a transaction of others
        memory = _anybodys.setdefault(engine, {})
        if len(memory) >= _REMEMBERED_AT_MOST:
            memory.clear()
        memory[unit_ids] = looked
