"""Why the client is here: the values of the importer's row that a task came of (rule 18)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from selections.models import Lead
from worklists.models.task import Task


@dataclass(frozen=True, kw_only=True)
class LeadReason:
    """What the file said of the client; a value that it did not give is None."""

    file: str
    row_no: int | None
    """As Excel counts."""
    name: str | None
    """Whom the row names, when it is somebody else than the client."""
    vehicle: str | None
    """As the file names it, when the task has no vehicle."""
    last_visit_on: date | None
    planned_on: date | None
    sold_on: date | None
    mileage_km: int | None
    dealer: str | None
    comment: str | None


def reason_of(session: Session, task: Task) -> LeadReason | None:
    """Of the file's row that this task came of, or the task that it goes on from; else None.

    A promised callback has no lead of its own: that of the same campaign and vehicle in its
    work-list stands for it.
    """
    why = session.scalars(
        select(Lead.why)
        .join(Task, Task.lead_id == Lead.id)
        .where(
            Task.work_list_id == task.work_list_id,
            Task.campaign_id == task.campaign_id,
            Task.asset_key == task.asset_key,
        )
        .order_by((Task.id == task.id).desc(), Task.id.desc())
        .limit(1)
    ).first()
    return _reason(why) if why and "file" in why else None


def _reason(why: dict[str, Any]) -> LeadReason:
    return LeadReason(
        file=why["file"],
        row_no=why.get("row"),
        name=why.get("name"),
        vehicle=why.get("vehicle"),
        last_visit_on=_day(why.get("last_visit_on")),
        planned_on=_day(why.get("planned_on")),
        sold_on=_day(why.get("sold_on")),
        mileage_km=why.get("mileage_km"),
        dealer=why.get("dealer"),
        comment=why.get("comment"),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
