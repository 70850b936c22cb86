"""What a save may change, photographed: an undo must bring the same picture back (rule 9)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Base
from directory.assets.models import Asset, MileageReading
from directory.clients.models import Client, ContactPoint, ContactRefusal
from worklists.lifecycle import TaskState
from worklists.models.attempt import ServiceRequest, ServiceRequestState
from worklists.models.task import Task
from worklists.models.work_list import Involvement, WorkList

Rows = dict[Any, dict[str, Any]]
Photograph = dict[str, Rows]

GROWS = {"version", "claim_token", "lease_until"}
"""What fences whoever acts on what he saw earlier, and the fresh lease: they never go back."""
KEPT: tuple[type[Base], ...] = (Task, WorkList, Client, ContactPoint, Asset, MileageReading)
STANDING = {
    "refusals": select(ContactRefusal.id).where(ContactRefusal.lifted_at.is_(None)),
    "involvements": select(Involvement.id).where(Involvement.finished_at.is_(None)),
    "requests": select(ServiceRequest.id).where(
        ServiceRequest.state != ServiceRequestState.CANCELLED
    ),
}
"""Kept rows that count for nothing once they are lifted, finished, cancelled."""


def photograph(session: Session) -> Photograph:
    """All rows as they are now."""
    session.flush()
    picture = {model.__tablename__: _rows(session, model) for model in KEPT}
    for name, query in STANDING.items():
        picture[name] = {row_id: {} for row_id in session.scalars(query)}
    return picture


def same_as_before(session: Session, before: Photograph) -> None:
    """Every old row has its old values; every new one is closed and causes nothing any more."""
    session.expire_all()
    after = photograph(session)
    for name, old in before.items():
        for row_id, values in old.items():
            assert after[name][row_id] == values, name
    for task_id in set(after["tasks"]) - set(before["tasks"]):
        assert after["tasks"][task_id]["state"] is TaskState.CANCELLED
    for work_list_id in set(after["work_lists"]) - set(before["work_lists"]):
        assert after["work_lists"][work_list_id]["closed_at"] is not None
    for name in ("mileage_readings", *STANDING):
        assert set(after[name]) == set(before[name]), name


def _rows(session: Session, model: type[Base]) -> Rows:
    found = session.execute(select(model.__table__)).mappings()
    return {row["id"]: {k: v for k, v in row.items() if k not in GROWS} for row in found}
