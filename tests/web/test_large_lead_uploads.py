"""A large file of clients to call in a browser without scripts: background, then its rows (A8)."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from importers import weights
from importers.loads.models import LoadState, RecordLoad
from tests.web.load_desk import LoadDesk, desk
from tests.workbooks import HEADINGS, IVANOV, PETROVA
from webui.selections import load_uploads

__all__ = ["desk"]
ODD = ("Кто это", *HEADINGS[1:])


@pytest.fixture(autouse=True)
def _every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "AT_ONCE", 0)
    # Whether files of records are looked at while the person waits is another matter.
    monkeypatch.setattr(load_uploads, "_SMALL", 1 << 30)


def send(desk: LoadDesk, *rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> str:
    return again(desk, desk.write(*rows, headings=headings))


def again(desk: LoadDesk, path: Path, **changes: str) -> str:
    answer = desk.send(path, "maintenance-due", **changes)
    assert answer.status_code == 303, answer.text[:300]
    return str(answer.location)


def test_it_is_followed_and_ends_at_its_rows(desk: LoadDesk) -> None:
    address = send(desk, IVANOV, PETROVA)
    assert re.fullmatch(r"/selections/loads/\d+", address)
    page = desk.browser.read(address)
    assert "Читается и сопоставляется" in page and "Клиенты к ТО" in page
    assert "Отменить" in page and "Ждёт своей очереди" in page
    assert "Читается и сопоставляется" in desk.browser.read("/selections/files")
    assert again(desk, desk.folder / "клиенты.xlsx") == address, "the same content is under way"
    assert "Показываем ту загрузку" in desk.browser.read(address)
    asked = {"headers": {"HX-Request": "true"}}
    fragment = desk.browser.get(f"{address}/progress?state=reading", **asked)
    assert 'id="progress"' in fragment.text and "HX-Redirect" not in fragment.headers
    assert desk.work() == 1
    assert "Файл прочитан: создайте рабочие листы" in desk.browser.read("/notifications")
    assert "1 новое" in desk.browser.read("/my") or "1 нов" in desk.browser.read("/my")
    answer = desk.browser.get(f"{address}/progress?state=reading", **asked)
    assert answer.headers["HX-Redirect"] == address
    rows = str(desk.browser.get(address).location)
    assert re.fullmatch(r"/selections/files/\d+", rows)
    text = desk.browser.read(rows)
    assert IVANOV[0] in text and "Этот файл уже загружен" not in text
    assert "1 нов" not in desk.browser.read("/my"), "whoever was led there knows"
    listed = desk.browser.read("/selections/files")
    assert listed.count("клиенты.xlsx</a>") == 1 and f'href="{rows}"' in listed
    # It is no load of records.
    for step in ("run", "check", "end"):
        assert desk.browser.post(f"{address}/{step}", {"form_key": step}).location == address
    assert desk.browser.post(f"{address}/take-back", {"form_key": "t"}).status_code == 404
    assert desk.browser.get(f"{address}/result.xlsx").status_code == 302
    assert desk.browser.get(f"{address}/columns").status_code == 302


def test_the_same_content_is_told_whether_it_is_known_before_or_after_reading(
    desk: LoadDesk,
) -> None:
    first = send(desk, IVANOV)
    desk.work()
    rows = str(desk.browser.get(first).location)
    assert again(desk, desk.folder / "клиенты.xlsx") == rows, "no reading is needed to know it"
    assert "Этот файл уже загружен" in desk.browser.read(rows)
    # By the name of its sheet it is known only when it was read.
    path = desk.write(PETROVA, headings=HEADINGS)
    told = again(desk, path, sheet="Лист1")
    desk.work()
    other = str(desk.browser.get(told).location)
    desk.clock.now += timedelta(minutes=1)
    found = again(desk, path)
    assert found.startswith("/selections/loads/")
    desk.work()
    assert desk.browser.get(found).location == other
    assert "Этот файл уже загружен" in desk.browser.read(other)


def test_unclear_columns_are_asked_first(desk: LoadDesk) -> None:
    address = send(desk, IVANOV, PETROVA, headings=ODD)
    desk.work()
    columns = str(desk.browser.get(address).location)
    assert re.fullmatch(r"/selections/files/\d+/columns", columns)
    assert "Кто это" in desk.browser.read(columns)


def test_cancelled_it_leaves_nothing_and_can_be_read_again(desk: LoadDesk) -> None:
    address = send(desk, IVANOV)
    assert desk.browser.post(f"{address}/end").location == address
    page = desk.browser.read(address)
    assert "Загрузка остановлена до начала" in page and "Отменить загрузку" not in page
    assert "Результат, XLSX" not in page
    assert "Остановлен" in desk.browser.read("/selections/files")
    anew = str(desk.browser.post(f"{address}/again", {"form_key": "a"}).location)
    assert anew != address and desk.work() == 1
    assert str(desk.browser.get(anew).location).startswith("/selections/files/")


def test_what_cannot_be_read_is_told_there_and_by_the_bell(desk: LoadDesk) -> None:
    # The quick half of the guard lets it through: only a parser finds out.
    path = desk.write(headings=HEADINGS)
    address = again(desk, path)
    assert "/loads/" in address
    desk.work()
    page = desk.browser.read(address)
    assert "Не принят" in page and 'role="alert"' in page
    assert "Файл не прочитан" in desk.browser.read("/notifications")
    path.write_bytes(b"PK\x03\x04 no workbook")
    assert again(desk, path).startswith("/selections/files?")
    with desk.database.reading() as session:
        states = session.scalars(select(RecordLoad.state)).all()
    assert states == [LoadState.REFUSED]
    assert not [one for one in (desk.folder / "loads").iterdir() if "incoming" in one.name]
