"""Files at the command line: at which unit and by whom they are loaded; lists are taken out."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.settings import Settings
from directory.staff.models import Appointment, Employee, Role
from directory.units.models import Unit, UnitKind, UnitPath
from entrypoints.connecting import connected
from entrypoints.languages import in_language
from entrypoints.wiring import GRANTS
from webui.exports.workbook import Column, write_workbook
from webui.labels.words import label
from webui.wording import caller, phone
from worklists.attempt_journal import AttemptFilter, all_attempts

_LOADERS = (Role.HEAD, Role.SUPERVISOR, Role.MANAGER)
_ATTEMPT_COLUMNS = ("at", "client", "phone", "asset", "vin", "campaign", "unit", "employee",
                    "outcome", "result", "comment", "mileage_km", "task_id")  # fmt: skip


class FileNotTaken(Exception):
    """Nobody can take the file or write it; the message is the sentence for people."""


def export_attempts(
    path: Path, *, since: date, until: date, unit_code: str | None, settings: Settings
) -> int:
    """Write the journal of attempts of these days (both included); how many lines."""
    if not path.parent.is_dir():
        raise FileNotTaken(f"{path} cannot be written: there is no folder {path.parent}")
    zone = ZoneInfo(settings.time_zone)
    with connected(settings) as database, database.reading() as session:
        unit_id = named_unit(session, unit_code).id if unit_code else None
        actor = Actor(
            key="command-line",
            unit_ids=frozenset(session.scalars(select(Unit.id))),
            permissions=GRANTS[Role.HEAD],
        )
        wanted = AttemptFilter(
            since=_midnight(since, zone),
            until=_midnight(until + timedelta(days=1), zone),
            unit_id=unit_id,
        )

        def write() -> int:
            lines = all_attempts(session, wanted, actor=actor)
            columns = [Column(name) for name in _ATTEMPT_COLUMNS]
            return write_workbook(path, "attempts", columns, map(_attempt, lines), zone)

        return int(in_language(settings.default_locale, write))


def _attempt(line: Any) -> list[Any]:
    row = [getattr(line, name) for name in _ATTEMPT_COLUMNS]
    row[_ATTEMPT_COLUMNS.index("phone")] = phone(line.phone)
    row[_ATTEMPT_COLUMNS.index("employee")] = caller(line.employee)
    row[_ATTEMPT_COLUMNS.index("outcome")] = label(line.outcome)
    row[_ATTEMPT_COLUMNS.index("result")] = (line.result or {}).get("ru", "")
    return row


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def named_unit(session: Session, code: str | None) -> Unit:
    """The unit of this code; without one, the only department there is."""
    if code is not None:
        unit = session.scalars(select(Unit).where(Unit.code == code)).first()
    else:
        found = session.scalars(select(Unit).where(Unit.kind == UnitKind.DEPARTMENT)).all()
        unit = found[0] if len(found) == 1 else None
    if unit is None:
        codes = ", ".join(session.scalars(select(Unit.code).order_by(Unit.code)))
        missing = f"There is no such unit: {code}. " if code is not None else ""
        raise FileNotTaken(f"{missing}Name the unit by --unit, one of: {codes}")
    return unit


def loader_at(session: Session, unit: Unit) -> Actor:
    """The person who answers for the load: the first at the unit, or above it, who may."""
    people = session.execute(
        select(Employee, Appointment.role)
        .join(Appointment, Appointment.employee_id == Employee.id)
        .join(UnitPath, UnitPath.ancestor_id == Appointment.unit_id)
        .where(
            UnitPath.descendant_id == unit.id,
            Appointment.role.in_(_LOADERS),
            Employee.is_active,
        )
        .order_by(UnitPath.depth, Employee.id)
    ).first()
    if people is None:
        raise FileNotTaken(f"Nobody at {unit.code} may load files: give somebody the role first.")
    employee, role = people
    return Actor(
        key="command-line",
        employee_id=employee.id,
        name=employee.full_name,
        role=role.value,
        unit_ids=frozenset({unit.id}),
        permissions=GRANTS[role],
    )
