"""What people have decided about rows of a load and have not undone (A8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from importers.loads.decision_models import LoadDecision
from importers.loads.models import RecordLoad
from importers.loads.seen import get_load


@dataclass(frozen=True, slots=True)
class DecisionsSeen:
    """The standing decisions of a load. ``has_any``: also of one whose rows are forgotten."""

    of_row: Mapping[int, LoadDecision]
    """Row number → what was decided of it last: that comes first when it is undone."""
    has_any: bool

    @property
    def row_nos(self) -> Sequence[int]:
        """The rows that people have decided about."""
        return list(self.of_row)


def decisions_of(session: Session, load: RecordLoad, *, actor: Actor) -> DecisionsSeen:
    """The decisions that stand. Raises NotFound, NotPermitted."""
    get_load(session, load.id, actor=actor)
    standing = session.scalars(
        select(LoadDecision)
        .where(LoadDecision.load_id == load.id, LoadDecision.undone_at.is_(None))
        .order_by(LoadDecision.id)
    ).all()
    of_row = {int(row_no): one for one in standing for row_no, *_ in one.rows}
    return DecisionsSeen(of_row, bool(standing))
