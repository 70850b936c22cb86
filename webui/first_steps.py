"""What to do first in an installation without work: a unit, people, a file (an empty board)."""

from dataclasses import dataclass

from flask import g, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from directory.permissions import DirectoryPermission
from directory.staff.models import Appointment
from directory.units.models import Unit, UnitKind
from importers.models import ImportedFile
from importers.permissions import ImportPermission


@dataclass(frozen=True, kw_only=True)
class FirstStep:
    """One step; ``url`` is empty for who may not take it."""

    title: str
    hint: str
    url: str
    is_done: bool


def first_steps(session: Session) -> list[FirstStep]:
    """The steps for the person who looks; empty once a file was loaded in one of their units."""
    actor: Actor = g.actor
    of_units = list(actor.unit_ids)
    if _is_any(session, select(ImportedFile.id).where(ImportedFile.unit_id.in_(of_units))):
        return []
    may_people = actor.may(DirectoryPermission.MANAGE_PEOPLE)
    may_load = actor.may(ImportPermission.LOAD)
    if not (may_people or may_load):
        return []
    units = select(Unit.id).where(
        Unit.id.in_(of_units), Unit.kind != UnitKind.COMPANY, Unit.is_archived.is_(False)
    )
    others = select(Appointment.id).where(
        Appointment.unit_id.in_(of_units), Appointment.employee_id != actor.employee_id
    )
    return [
        FirstStep(
            title=_("Добавьте подразделение"),
            hint=_("Отдел, который звонит клиентам; выше него может стоять центр (ЦФО)."),
            url=url_for("admin_units.new") if actor.may(DirectoryPermission.MANAGE_UNITS) else "",
            is_done=_is_any(session, units),
        ),
        FirstStep(
            title=_("Добавьте людей"),
            hint=_("Каждому нужна роль в подразделении: менеджер, супервизор, руководитель."),
            url=url_for("admin_people.new") if may_people else "",
            is_done=_is_any(session, others),
        ),
        FirstStep(
            title=_("Загрузите файл"),
            hint=_("Файл импортера загружает руководитель, супервизор или менеджер отдела."),
            url=url_for("files.page") if may_load else "",
            is_done=False,
        ),
    ]


def _is_any(session: Session, found: object) -> bool:
    return session.scalar(found.limit(1)) is not None  # type: ignore[attr-defined]
