"""A file of records in a real browser: corrected, checked, loaded beside another one (A8)."""

import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from directory.assets.models import Asset
from importers import weights
from importers.loads import reading, undoing, working
from importers.loads.models import AT_WORK, LoadState, RecordLoad
from importers.models import ImportedFile
from tests.browser.conftest import Live, arrived, assert_accessible
from tests.browser.pictures import pictures

ROWS = 4_500
"""More than two batches."""
HEADINGS = "Машина;Номер кузова;Чья;Связь;Куплена"


class Background:
    """Two lanes of the scheduler, which a test can hold in the middle of a load."""

    def __init__(self, live: Live, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._live, self._folder = live, folder
        monkeypatch.setattr(working, "worker_name", _lane_name)
        self._stop, self._go = threading.Event(), threading.Event()
        self._go.set()

    def __call__(self, session: Session) -> datetime:
        """The clock of the workers: while they are held it stands behind the first batch."""
        if not self._go.is_set() and self._is_midway():
            self._go.wait(60)
        return self._live.clock(session)

    def hold(self) -> None:
        """No load gets beyond its first batch."""
        self._go.clear()

    def go_on(self) -> None:
        """As fast as it can."""
        self._go.set()

    @contextmanager
    def at_work(self) -> Iterator["Background"]:
        """Both lanes run until the end of the block."""
        lanes = [threading.Thread(target=self._lane, daemon=True) for _ in range(2)]
        for lane in lanes:
            lane.start()
        try:
            yield self
        finally:
            self._stop.set()
            self._go.set()
            for lane in lanes:
                lane.join(timeout=60)

    def _lane(self) -> None:
        while not self._stop.wait(0.1):
            working.work_on_loads(self._live.database, self, folder=self._folder)

    def _is_midway(self) -> bool:
        with self._live.database.reading() as session:
            mine = RecordLoad.worker == _lane_name()
            found = select(RecordLoad.position).where(RecordLoad.state.in_(AT_WORK), mine)
            return any(session.scalars(found))


def _lane_name() -> str:
    """Who is at work, known by the thread."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"


def _vehicles(path: Path, first: int) -> Path:
    lines = [HEADINGS]
    for number in range(first, first + ROWS):
        vin = "Z94" if number % 100 == 0 else f"XTA2190{number:010d}"
        lines.append(f"LADA Vesta;{vin};Иванов Иван {number};8916{number:07d};01.02.2021")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _send(page: Page, path: Path, variant: str = "vehicles") -> None:
    page.goto("/selections/files")
    page.locator(f'input[value="{variant}"]').check()
    page.set_input_files("#f-file", path)
    page.get_by_role("button", name="Загрузить", exact=True).click()


def _state(live: Live) -> list[LoadState]:
    with live.database.reading() as session:
        return list(session.scalars(select(RecordLoad.state).order_by(RecordLoad.id)))


def test_two_files_are_corrected_checked_and_loaded_at_once(
    live: Live,
    window: Callable[..., Page],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with live.given() as given:
        given.catalogue()
        unit = given.unit("Отдел сервиса, Север")
        login = given.employee("Мария Менеджер", unit=unit).login
    page, other = window(), window()
    for one in (page, other):
        live.sign_in(one, login)
    page.goto("/selections/files")
    assert_accessible(page)
    pictures(page, "files")
    with Background(live, tmp_path / "loads", monkeypatch).at_work() as background:
        background.hold()
        _send(page, _vehicles(tmp_path / "машины.csv", 1))
        _correct(page)
        # Checking stands in the middle: reloading the page loses nothing.
        bar = page.get_by_role("progressbar", name="Проверяется")
        expect(bar).to_have_attribute("value", "44")
        assert_accessible(page)
        pictures(page, "progress")
        background.go_on()
        load = page.get_by_role("button", name="Загрузить строк: 4 455")
        expect(load).to_be_visible()
        assert_accessible(page)
        pictures(page, "preview")
        page.get_by_role("link", name="Ошибки 45").click()
        expect(page.get_by_role("row", name="101", exact=False).first).to_contain_text(
            "Номер кузова: в VIN должно быть 17 знаков (Z94)"
        )
        pictures(page, "preview-invalid")
        # What was said of the columns is remembered: the second file comes to its preview alone.
        _send(other, _vehicles(tmp_path / "ещё машины.csv", 10_001))
        expect(other.get_by_role("button", name="Загрузить строк: 4 455")).to_be_visible()
        background.hold()
        page.keyboard.press("Control+Enter")
        other.get_by_role("button", name="Загрузить строк: 4 455").click()
        for one in (page, other):
            bar = one.get_by_role("progressbar", name="Загружается")
            expect(bar).to_have_attribute("value", "44")
            one.reload()
            expect(bar).to_have_attribute("value", "44")
        assert _state(live) == [LoadState.LOADING, LoadState.LOADING]
        page.goto("/selections/files")
        expect(page.get_by_text("Загружается, 44 %")).to_have_count(2)
        page.get_by_role("link", name="ещё машины.csv").click()
        page.go_back()
        background.go_on()
        # The list follows by itself.
        expect(page.get_by_text("Загружен", exact=True)).to_have_count(2)
        pictures(page, "files-done")
        expect(other.get_by_role("heading", name="Загружено. Изменений: 4 455")).to_be_visible()
        expect(other.get_by_text("Всё так, как обещала проверка")).to_be_visible()
        assert_accessible(other)
        pictures(other, "result")
    with live.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Asset)) == 2 * (ROWS - 45)


def test_a_large_file_of_clients_to_call_is_followed_to_its_rows(
    live: Live, page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live.given() as given:
        given.catalogue()
        login = given.employee("Мария Менеджер", unit=given.unit("Север")).login
    live.sign_in(page, login)
    monkeypatch.setattr(weights, "AT_ONCE", 10_000)
    monkeypatch.setattr(reading, "_EVERY", 0)
    path = tmp_path / "к ТО.csv"
    text = _vehicles(path, 1).read_text(encoding="utf-8")
    headings = "Модель;VIN;ФИО;Телефон;Дата последнего ТО"
    path.write_text(text.replace(HEADINGS, headings), encoding="utf-8")
    with Background(live, tmp_path / "loads", monkeypatch).at_work() as background:
        background.hold()
        _send(page, path, "maintenance-due")
        bar = page.get_by_role("progressbar", name="Читается и сопоставляется")
        expect(bar).to_have_attribute("value", re.compile("[1-9]"))
        percent = bar.get_attribute("value")
        page.reload()
        expect(bar).to_have_attribute("value", str(percent))
        expect(page.get_by_text("примерно из 4 499")).to_be_visible()
        assert_accessible(page)
        pictures(page, "lead-progress")
        page.goto("/selections/files")
        expect(page.get_by_text(f"Читается и сопоставляется, {percent} %")).to_be_visible()
        page.go_back()
        expect(bar).to_be_visible()
        background.go_on()
        # By itself, to the page of the rows.
        expect(page.get_by_role("button", name="Создать рабочие листы")).to_be_visible()
        expect(page).to_have_url(re.compile(r"/selections/files/\d+$"))
        expect(page.get_by_text("Иванов Иван 1", exact=True)).to_be_visible()
        pictures(page, "lead-rows")
        # Another one is stopped.
        background.hold()
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        _send(page, path, "maintenance-due")
        expect(bar).to_have_attribute("value", re.compile("[1-9]"))
        arrived(page)
        page.get_by_role("button", name="Остановить", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Остановить").click()
        expect(page.get_by_text("останавливается")).to_be_visible()
        background.go_on()
        expect(page.get_by_text("Загрузка остановлена до начала")).to_be_visible()
        pictures(page, "lead-stopped")
    with live.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ImportedFile)) == 1


def _correct(page: Page) -> None:
    """The owner's column is told by nobody, that of the days only as days."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Столбцы файла «машины.csv»")
    arrived(page)
    reading = page.locator("#reading")
    expect(reading).to_contain_text("XTA21900000000001")
    expect(reading).not_to_contain_text("Иванов Иван 1")
    page.get_by_label("Чья").select_option("name")
    expect(reading).to_contain_text("Иванов Иван 1")
    page.get_by_label("Куплена").select_option("sold_on")
    expect(reading).to_contain_text("Дата продажи 01.02.2021")
    assert_accessible(page)
    pictures(page, "load-columns")
    page.get_by_label("Номер кузова").select_option("")
    expect(reading).to_contain_text("Не загрузится")
    page.get_by_label("Номер кузова").select_option("vin")
    expect(reading).not_to_contain_text("Не загрузится")
    page.keyboard.press("Control+Enter")


def test_a_load_is_stopped_in_the_middle(
    live: Live, page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live.given() as given:
        given.catalogue()
        login = given.employee("Мария Менеджер", unit=given.unit("Север")).login
    live.sign_in(page, login)
    path = tmp_path / "v.csv"
    plain = "Модель;VIN;ФИО;Телефон;Дата продажи"
    text = _vehicles(path, 1).read_text(encoding="utf-8")
    path.write_text(text.replace(HEADINGS, plain), encoding="utf-8")
    with Background(live, tmp_path / "loads", monkeypatch).at_work() as background:
        _send(page, path)
        page.get_by_role("button", name="Загрузить строк: 4 455").wait_for()
        background.hold()
        page.get_by_role("button", name="Загрузить строк: 4 455").click()
        expect(page.get_by_role("progressbar")).to_have_attribute("value", "44")
        arrived(page)
        page.get_by_role("button", name="Остановить", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Остановить").click()
        expect(page.get_by_text("останавливается")).to_be_visible()
        background.go_on()
        expect(page.get_by_text("Прочитано строк: 2 000, осталось: 2 500")).to_be_visible()
        monkeypatch.setattr(undoing, "AT_ONCE", 1_000)
        background.hold()
        arrived(page)
        page.get_by_role("button", name="Отменить загрузку").click()
        page.get_by_role("dialog").get_by_role("button", name="Отменить загрузку").click()
        expect(page.get_by_role("progressbar", name="Отменяется")).to_be_visible()
        page.reload()
        expect(page.get_by_role("progressbar", name="Отменяется")).to_be_visible()
        assert_accessible(page)
        pictures(page, "undoing")
        background.go_on()
        expect(page.get_by_text("Загрузка отменена целиком")).to_be_visible()
        pictures(page, "taken-back")
    with live.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Asset)) == 0
