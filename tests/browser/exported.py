"""Workbooks as a browser downloads them, checked cell by cell against the tables.

The expected cells come straight from the tables, not from the read models of the pages.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Page
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign, Outcome, ResultCodeVersion
from directory.assets.models import Asset
from directory.assets.plates import plate_shown
from directory.clients.first_phones import first_phones
from directory.clients.models import Client, ContactPoint
from directory.staff.models import Employee
from directory.units.models import Unit
from tests.browser.conftest import Live
from webui.wording import phone
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt
from worklists.models.task import Task, TaskKind

_MOSCOW = ZoneInfo("Europe/Moscow")
_OUTCOMES = {
    Outcome.INTERVIEW: "Интервью",
    Outcome.NO_ANSWER: "Недозвон",
    Outcome.REPEAT: "Повторная обработка",
    None: None,
}
_KINDS = {
    TaskKind.CALL: "Звонок",
    TaskKind.CALLBACK: "Перезвон",
    TaskKind.DEPARTMENT: "Задача от другого отдела",
}
_STATES = {
    TaskState.PLANNED: "Запланирована",
    TaskState.DEFERRED: "Отложена",
    TaskState.ON_CONTROL: "На контроле",
    TaskState.DONE: "Завершена",
}


def download(page: Page, folder: Path) -> Worksheet:
    """Press «Выгрузить в XLSX»; the sheet has a frozen bold header and no formula."""
    with page.expect_download() as started:
        page.get_by_role("link", name="Выгрузить в XLSX").click()
    file = started.value
    assert file.suggested_filename.endswith(".xlsx")
    path = folder / file.suggested_filename
    file.save_as(path)
    (sheet,) = load_workbook(path).worksheets
    assert sheet.freeze_panes == "A2"
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.auto_filter.ref == sheet.dimensions
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    return sheet


def check_my_tasks(live: Live, sheet: Worksheet, employee_id: int) -> None:
    """All tasks of the person within the page's period (a week back, a week ahead)."""
    with live.database.reading() as session:
        mine = or_(Task.performer_id == employee_id, Task.control_by_id == employee_id,
                   Task.closed_by_id == employee_id)  # fmt: skip
        expected = {
            task.id: (
                _local(task.closed_at or task.control_at or task.due_at),
                *_client_and_asset(session, task),
                _plate(session, task) or None,
                _KINDS[task.kind],
                task.goal,
                session.get_one(Campaign, task.campaign_id).name,
                session.get_one(Unit, task.unit_id).name,
                _STATES[task.state],
                _OUTCOMES[task.outcome],
                task.attempts,
                task.comment or None,
                task.id,
                task.work_list_id,
            )
            for task in session.scalars(select(Task).where(mine))
        }
    assert _headings(sheet)[:3] == ("Срок", "Клиент", "Автомобиль")
    assert _by(sheet, "Задача") == expected


def check_board(live: Live, sheet: Worksheet, employee_id: int) -> None:
    """Each work-list under each of its stages, with the task that brought it there."""
    with live.database.reading() as session:
        expected = set()
        for task in session.scalars(select(Task).where(Task.kind != TaskKind.DEPARTMENT)):
            stage = _stage(session, task, employee_id)
            if stage is None:
                continue
            client, asset = _client_and_asset(session, task)
            whose = {"Новые": task.performer_id, "На контроле": task.control_by_id}
            person = session.get(Employee, whose.get(stage, task.closed_by_id) or 0)
            names = (
                task.result_version_id
                and session.get_one(ResultCodeVersion, task.result_version_id).names["ru"]
            )
            expected.add(
                (
                    stage,
                    client,
                    phone(first_phones(session, [task.client_id]).get(task.client_id)) or None,
                    " ".join(part for part in (asset, _plate(session, task)) if part),
                    session.get_one(Asset, task.asset_id).vin,
                    session.get_one(Campaign, task.campaign_id).name,
                    session.get_one(Unit, task.unit_id).name,
                    person.full_name if person else None,
                    _STATES[task.state],
                    task.goal,
                    _local(task.closed_at or task.control_at or task.due_at),
                    _OUTCOMES[task.outcome],
                    names or None,
                    task.attempts,
                    task.comment or None,
                    task.work_list_id,
                )
            )
    assert _headings(sheet)[0] == "Этап"
    assert set(sheet.iter_rows(min_row=2, values_only=True)) == expected


def check_attempts(live: Live, sheet: Worksheet) -> None:
    """Every attempt, the newest first; what begins with «=» is text."""
    with live.database.reading() as session:
        found = session.scalars(select(Attempt).order_by(Attempt.at.desc(), Attempt.id.desc()))
        expected = [_attempt(session, attempt) for attempt in found]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert _headings(sheet)[:2] == ("Когда", "Клиент")
    assert rows == expected
    assert any(str(row[10]).startswith("=") for row in rows)


def _attempt(session: Session, attempt: Attempt) -> tuple[Any, ...]:
    asset = session.get_one(Asset, attempt.asset_id)
    point = attempt.contact_point_id and session.get_one(ContactPoint, attempt.contact_point_id)
    result = attempt.result_version_id and session.get_one(
        ResultCodeVersion, attempt.result_version_id
    )
    return (
        _local(attempt.at),
        session.get_one(Client, attempt.client_id).name,
        phone(point.value) if point else None,
        f"{asset.make} {asset.model}",
        asset.vin,
        session.get_one(Campaign, attempt.campaign_id).name,
        session.get_one(Unit, attempt.unit_id).name,
        session.get_one(Employee, attempt.employee_id).full_name,
        _OUTCOMES[attempt.outcome],
        result.names["ru"] if result else None,
        attempt.comment or None,
        attempt.mileage_km,
        "да" if attempt.copied_from_id else None,
        attempt.task_id,
        "да" if attempt.undone_at else None,
    )


def _stage(session: Session, task: Task, employee_id: int) -> str | None:
    """The stage that the task puts its work-list on, by the words of rule 5."""
    of_list = session.scalars(select(Task).where(Task.work_list_id == task.work_list_id)).all()
    if task.state in (TaskState.PLANNED, TaskState.DEFERRED):
        first = min((t for t in of_list if t.state is task.state), key=lambda t: (t.due_at, t.id))
        return "Новые" if first is task else None
    if task.state is TaskState.ON_CONTROL:
        return "На контроле"
    mine = [t for t in of_list if t.state is not TaskState.DONE]
    if any(employee_id in (t.performer_id, t.control_by_id) for t in mine):
        return None
    last = max((t for t in of_list if t.closed_at), key=lambda t: (t.closed_at, -t.id))
    return "Обработаны" if last is task and task.closed_by_id == employee_id else None


def _client_and_asset(session: Session, task: Task) -> tuple[str, str]:
    asset = session.get_one(Asset, task.asset_id)
    return session.get_one(Client, task.client_id).name, f"{asset.make} {asset.model}"


def _plate(session: Session, task: Task) -> str:
    """As it stands on the vehicle; a sheet has plain blanks."""
    plate = session.get_one(Asset, task.asset_id).plate
    return plate_shown(plate).replace("\u00a0", " ")


def _local(moment: datetime) -> datetime:
    return moment.astimezone(_MOSCOW).replace(tzinfo=None, second=0, microsecond=0)


def _headings(sheet: Worksheet) -> Sequence[Any]:
    return tuple(cell.value for cell in sheet[1])


def _by(sheet: Worksheet, heading: str) -> dict[Any, tuple[Any, ...]]:
    column = _headings(sheet).index(heading)
    return {row[column]: row for row in sheet.iter_rows(min_row=2, values_only=True)}
