"""What the invented work stands on: the installed campaigns and result codes."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import AcquisitionWay, Campaign, ResultCode, ResultCodeVersion

MAINTENANCE, LOST, DEPARTMENT = "maintenance-due", "lost-clients", "department"


@dataclass(frozen=True)
class Purpose:
    """A campaign as the work needs it."""

    id: int
    code: str
    name: str
    purpose: str
    goal: str
    priority: int
    control: timedelta
    cooling_off: timedelta


@dataclass(frozen=True)
class Facts:
    """Campaigns by code, versions of result codes by code, ways of acquisition."""

    campaigns: dict[str, Purpose]
    results: dict[str, int]
    acquisitions: tuple[int, ...]


def read_facts(session: Session) -> Facts:
    """Read what ``install_catalogue`` has put there."""
    campaigns = {
        row.code: Purpose(
            row.id, row.code, row.name, row.purpose, row.goal, row.priority,
            timedelta(days=row.control_days), timedelta(days=row.cooling_off_days),
        )
        for row in session.scalars(select(Campaign))
    }  # fmt: skip
    versions = session.execute(
        select(ResultCode.code, ResultCodeVersion.id)
        .join(ResultCodeVersion, ResultCodeVersion.result_code_id == ResultCode.id)
        .where(ResultCodeVersion.number == ResultCode.current_version)
    )
    ways = session.scalars(select(AcquisitionWay.id).order_by(AcquisitionWay.position))
    return Facts(campaigns, dict(versions.all()), tuple(ways))
