"""An office in the middle of its day: every page has something to show, every state occurs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from campaigns.models import Outcome
from directory.staff.models import Appointment, Employee, Role
from directory.units.models import UnitKind
from importers.formats.catalogue import LEAD_FORMATS
from importers.loading import keep_file, read_file
from importers.running import form_from_file
from tests.browser.conftest import Live
from tests.given import LEASE, Given
from worklists.attempts import AttemptReport, record_attempt
from worklists.lifecycle import TaskState
from worklists.models.task import TaskKind

SAMPLES = Path(__file__).parents[2] / "samples"
SIGNED_OUT, MANAGER, HEAD, ADMINISTRATOR = "", Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR


@dataclass(frozen=True, kw_only=True)
class Office:
    """Who works there, and the pages by name: the role that sees it and its address."""

    login: str
    colleague: str
    calls: list[int]
    """Planned calls that are due, of this office."""
    held: int
    job: int
    on_control: int
    done: int
    pages: dict[str, tuple[str, str]]

    def pages_of(self, *roles: str) -> Iterator[tuple[str, str, str]]:
        """Name, role and address of the pages of these roles; without roles of all."""
        for name, (role, address) in self.pages.items():
            if not roles or role in roles:
                yield name, role, address


def furnish(live: Live, *, calls: int = 4) -> Office:
    """Fill the database of the server."""
    with live.given() as given:
        company = given.unit("Автохолдинг", kind=UnitKind.COMPANY)
        unit = given.unit("Отдел сервиса, Автоцентр Север", parent=company)
        given.unit("Отдел гарантии", parent=company)
        given.unit("Цех № 1", kind=UnitKind.WORKSHOP, parent=unit)
        me = given.employee("Ирина Полякова", unit=unit)
        for role in (Role.HEAD, Role.ADMINISTRATOR):
            _appoint(given, me, role, company.id)
        colleague = given.employee("Артём Сухов", unit=unit)
        given.catalogue()
        names = ("Константинопольская Екатерина Александровна", "Зайцев Тимур", "Калинина Ольга",
                 "ООО «Логистик Плюс»")  # fmt: skip
        due = [_task(given, unit, names[n % 4], n, late=n % 3) for n in range(calls)]
        held = _task(given, unit, "Семёнов Олег", 101, state=TaskState.IN_WORK, performer=colleague)
        job = _task(given, unit, "Жуков Иван", 102, kind=TaskKind.EXTRA)
        watched = _report(given, unit, me, 103, "booked_in_call", "Записан на пятницу")
        done = _report(given, unit, me, 104, "booked_in_call", "Всё решили", goal_reached=True)
        _report(given, unit, me, 105, None, "Гудки", outcome=Outcome.NO_ANSWER)
        for task in (watched, due[0]):
            given.notification(task, me)
        for one, level in zip((*due, watched), (3, 2, 1, 1, 1), strict=False):
            given.escalation(one, me, level=level)
        actor = given.actor(me, units=[unit])
        read = read_file(SAMPLES / "to-2026-11.xlsx", LEAD_FORMATS["maintenance-due"])
        file = keep_file(given.session, read, name="to-2026-11.xlsx", unit_id=unit.id,
                         actor=actor, now=given.now).file  # fmt: skip
        form_from_file(given.session, file.id, row_ids=_some_rows(given, file.id), actor=actor,
                       now=given.now, default_zone="Europe/Moscow")  # fmt: skip
        task = due[0]
        pages = {
            "sign-in": (SIGNED_OUT, "/sign-in"),
            "role": (MANAGER, "/role"),
            "my account": (MANAGER, "/account"),
            "stages": (MANAGER, "/stages"),
            "stages, a work-list chosen": (MANAGER, f"/stages?list={watched.work_list_id}"),
            "my tasks": (MANAGER, "/my"),
            "my tasks as notes": (MANAGER, "/my?view=notes"),
            "my tasks, none": (MANAGER, "/my?kind=data_fix"),
            "control": (MANAGER, "/control"),
            "escalations": (MANAGER, "/escalations"),
            "escalations of the unit": (MANAGER, "/escalations?all=1"),
            "attempts": (MANAGER, "/attempts"),
            "attempts, none": (MANAGER, "/attempts?from=2020-01-01&to=2020-01-02"),
            "clients": (MANAGER, "/search"),
            "client": (MANAGER, f"/clients/{task.client_id}"),
            "client edited": (MANAGER, f"/clients/{task.client_id}/edit"),
            "client history": (MANAGER, f"/clients/{done.client_id}/history"),
            "vehicle": (MANAGER, f"/assets/{task.asset_id}"),
            "vehicle edited": (MANAGER, f"/assets/{task.asset_id}/edit"),
            "call": (MANAGER, f"/tasks/{task.id}"),
            "call held by another": (MANAGER, f"/tasks/{held.id}"),
            "job": (MANAGER, f"/tasks/{job.id}"),
            "on control": (MANAGER, f"/tasks/{watched.id}"),
            "done": (MANAGER, f"/tasks/{done.id}"),
            "work-list": (MANAGER, f"/work-lists/{watched.work_list_id}"),
            "notifications": (MANAGER, "/notifications"),
            "files": (MANAGER, "/selections/files"),
            "rows of a file": (MANAGER, f"/selections/files/{file.id}"),
            "work-lists formed": (MANAGER, f"/selections/files/{file.id}/result"),
            "not found": (MANAGER, "/tasks/999999"),
            "people": (ADMINISTRATOR, "/admin/people"),
            "new person": (ADMINISTRATOR, "/admin/people/new"),
            "person": (ADMINISTRATOR, f"/admin/people/{colleague.id}"),
            "units": (ADMINISTRATOR, "/admin/units"),
            "new unit": (ADMINISTRATOR, "/admin/units/new"),
            "unit": (ADMINISTRATOR, f"/admin/units/{unit.id}"),
            "rules of escalation": (ADMINISTRATOR, "/admin/escalation"),
            "rules of a unit": (ADMINISTRATOR, f"/admin/escalation/{unit.id}"),
            "result codes": (ADMINISTRATOR, "/admin/result-codes"),
            "new result code": (ADMINISTRATOR, "/admin/result-codes/new"),
            "result code": (ADMINISTRATOR, f"/admin/result-codes/{given.code_id('booked')}"),
        }
        return Office(
            login=me.login,
            colleague=colleague.login,
            calls=[one.id for one in due],
            held=held.id,
            job=job.id,
            on_control=watched.id,
            done=done.id,
            pages=pages,
        )


def _appoint(given: Given, employee: Employee, role: Role, unit_id: int) -> None:
    given.session.add(Appointment(employee_id=employee.id, role=role, unit_id=unit_id))
    given.session.flush()


def _task(given, unit, name, number, *, late=0, **values):  # type: ignore[no-untyped-def]
    client = given.client(name, unit=unit, phone=f"+7912640{number:04d}")
    asset = given.asset(client, plate=f"А{number:03d}ВС77", year=2019)
    given.mileage(asset, 45_000)
    due_at = given.now - timedelta(days=late, minutes=200 - number)
    return given.task(unit=unit, client=client, asset=asset, due_at=due_at, **values)


def _report(given, unit, me, number, code, comment, **values):  # type: ignore[no-untyped-def]
    task = _task(given, unit, f"Клиент Номер {number}", number)
    report = AttemptReport(
        **{"outcome": Outcome.INTERVIEW} | values,
        result_code_id=given.code_id(code) if code else None,
        comment=comment,
        version=task.version,
        form_key=f"furnished {number}",
    )
    actor = given.actor(me, units=[unit])
    record_attempt(given.session, task.id, report, actor=actor, now=given.now, lease=LEASE)
    return task


def _some_rows(given: Given, file_id: int) -> list[int]:
    from sqlalchemy import select

    from importers.models import ImportedRow

    rows = select(ImportedRow.id).where(ImportedRow.file_id == file_id).order_by(ImportedRow.row_no)
    return list(given.session.scalars(rows.limit(10)))
