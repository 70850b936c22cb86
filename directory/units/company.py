"""The company at the root of the tree: a new installation starts with it, so that people fit in."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.locks import exclusively
from directory.permissions import DirectoryPermission
from directory.units.models import Unit, UnitKind
from directory.units.tree import add_unit

INSTALLER = "install"
COMPANY_CODE = "company"


def install_company(session: Session, *, name: str, now: datetime) -> Unit | None:
    """Put the company into an installation without any unit; None where there is one already.

    It has no time zone of its own: that of the settings holds. Harmless twice, and at once.
    """
    exclusively(session, "units")
    if session.scalar(select(Unit.id).limit(1)) is not None:
        return None
    return add_unit(
        session,
        kind=UnitKind.COMPANY,
        code=COMPANY_CODE,
        name=name,
        parent_id=None,
        time_zone=None,
        actor=Actor(key=INSTALLER, permissions=frozenset({DirectoryPermission.MANAGE_UNITS})),
        now=now,
    )
