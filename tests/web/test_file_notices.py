"""The bell tells of files that came by themselves; a forgotten file says so on its page (A8)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from core.db import Database
from directory.staff.models import Role
from importers.folders.forgetting import forget_old_files
from importers.folders.models import NoticeKind
from importers.folders.notices import tell_about_file
from importers.formats.maintenance_due import MAINTENANCE_DUE
from importers.loading import load_file
from tests.conftest import NOON
from tests.given import Given
from tests.web.conftest import Browser
from tests.workbooks import IVANOV, PETROVA, write_file


def test_the_bell_tells_of_files_until_they_are_seen(
    prepared: Given, browser_of: Callable[..., Browser]
) -> None:
    prepared.catalogue()
    unit = prepared.unit("Сервис «Юг»")
    head = prepared.employee("Глава", unit=unit, role=Role.HEAD)
    operator = prepared.employee("Оператор", unit=unit, role=Role.OPERATOR)
    counts = {"new": 5, "doubtful": 2}
    for kind, name in ((NoticeKind.DOUBTS, "клиенты.xlsx"), (NoticeKind.NIGHT, "")):
        tell_about_file(
            prepared.session, unit.id, kind, occasion=f"x{kind}", name=name, counts=counts, now=NOON
        )
    tell_about_file(
        prepared.session, unit.id, NoticeKind.REFUSED, occasion="r", name="отказ.xlsx",
        problem="nobody_loads", now=NOON,
    )  # fmt: skip
    tell_about_file(
        prepared.session, unit.id, NoticeKind.NIGHT, occasion="w", counts={"refused": 2},
        problem_values={"waiting": [12, 15]}, now=NOON,
    )  # fmt: skip
    tell_about_file(
        prepared.session, unit.id, NoticeKind.REFUSED, occasion="b", name="ждёт.xlsx",
        problem="in_browser", problem_values={"load": 12}, now=NOON,
    )  # fmt: skip
    browser = browser_of(head, Role.HEAD)
    page = browser.read("/notifications")
    assert "ждут решения в браузере загрузки: № 12, № 15" in page
    assert "он ждёт решения там: загрузка № 12" in page
    assert "В подразделении некому загружать файлы" in page
    assert "Уведомления: 5 новых" in page and "клиенты.xlsx" in page and "сомнительные: 2" in page
    assert "Загрузка из папки 1С" in page and "Сервис «Юг»" in page
    newest = page.split('name="files_up_to" value="')[1].split('"')[0]
    seen = browser.post("/notifications/seen", {"up_to": "0", "files_up_to": newest})
    assert seen.status_code == 303
    after = browser.read("/notifications")
    assert "клиенты.xlsx" in after and "новых" not in after
    assert browser.get("/notifications/bell?state=").status_code == 200
    assert "клиенты" not in browser_of(operator, Role.OPERATOR).read("/notifications")


def test_a_forgotten_file_says_so_and_breaks_nothing(
    prepared: Given, browser_of: Callable[..., Browser], database: Database, tmp_path: Path
) -> None:
    prepared.catalogue()
    unit = prepared.unit()
    head = prepared.employee("Глава", unit=unit, role=Role.HEAD)
    path = write_file(tmp_path / "list.xlsx", IVANOV, PETROVA)
    file = load_file(
        prepared.session, path, name="list.xlsx", fmt=MAINTENANCE_DUE, unit_id=unit.id,
        actor=prepared.actor(head, role=Role.HEAD), now=NOON,
    )  # fmt: skip
    browser = browser_of(head, Role.HEAD)
    address = f"/selections/files/{file.id}"
    assert browser.post(f"{address}/work-lists", {"row": "all", "all": "1"}).status_code == 303
    later = NOON + timedelta(days=91)
    spool = tmp_path / "loads"
    assert forget_old_files(database, lambda _s: later, spool=spool, after=timedelta(days=90)) == 1
    page = browser.read(address)
    assert "Данные файла удалены" in page and "90 дней" in page and "Иванов" not in page
    assert f"{address}/result" in page
    result = browser.read(f"{address}/result")
    assert "Создано задач: 2" in result and "result.xlsx" not in result
    assert "Отменить созданное" not in result
    refused = browser.post(f"{address}/take-back")
    assert refused.status_code == 303
    assert "Данные файла удалены" in browser.read(str(refused.location))
    for rest in ("/columns", "/errors.xlsx", "/result.xlsx"):
        answer = browser.get(f"{address}{rest}")
        assert answer.status_code == 409 and "Данные файла удалены" in answer.text
    assert browser.post(f"{address}/work-lists", {"all": "1"}).status_code == 409
    assert "list.xlsx" in browser.read("/selections/files")
