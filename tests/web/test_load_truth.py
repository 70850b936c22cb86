"""A load tells one truth: the same numbers on every page, no promise broken by one's own hand."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.db import Database
from directory.clients.models import Client
from directory.staff.models import Role
from directory.units.models import Unit
from importers.loads.models import LoadedRow, LoadState, RecordLoad
from importers.models import ImportedFile, ImportedRow, RowFate
from tests.doubts_given import staged_load
from tests.given import Given
from tests.web.conftest import Browser, read_workbook
from tests.web.load_desk import IVANOV, NOBODY, PETROVA, LoadDesk, desk

__all__ = ["desk"]

CLIENTS = ("ФИО", "Телефон", "Код клиента")
ORDERS = ("Номер ЗН", "Дата", "VIN", "Мастерская", "Клиент", "Телефон")
VIN = "XTA21901234567890"


@dataclass
class Truth:
    """A browser of who decides, and a load of it."""

    browser: Browser
    load: RecordLoad
    database: Database

    @property
    def address(self) -> str:
        return f"/selections/loads/{self.load.id}"


@pytest.fixture
def truth(
    prepared: Given, browser_of: Callable[..., Browser], database: Database, tmp_path: Path
) -> Callable[..., Truth]:
    def given(fmt: str, headings: tuple[str, ...], *rows: tuple[str, ...]) -> Truth:
        prepared.catalogue()
        unit = prepared.unit("Сервис Север")
        prepared.workshop(parent=unit)
        prepared.workshop(parent=unit)
        person = prepared.employee("Мария Руководитель", role=Role.HEAD, unit=unit)
        prepared.client("Иванов Иван", phone="+79161234567", unit=unit)
        actor = prepared.actor(person, role=Role.HEAD)
        path = tmp_path / f"{fmt}.xlsx"
        load = staged_load(prepared, unit, actor, path, fmt, headings, *rows)
        load.checked = dict(load.counts)
        prepared.session.commit()
        return Truth(browser_of(person, role=Role.HEAD), load, database)

    return given


def test_own_decisions_break_no_promise_and_are_undone_on_the_page_of_the_load(
    truth: Callable[..., Truth],
) -> None:
    here = truth("clients", CLIENTS, ("Петров Олег", "8 916 123-45-67", ""),
                 ("Лунин Пётр", "12", ""))  # fmt: skip
    assert "Всё так, как обещала проверка" in here.browser.read(here.address)
    here.browser.post(f"{here.address}/doubts/2", {"choice": "new"})
    here.browser.post(f"{here.address}/mend/3", {"cell-1": "8 916 000-00-05"})
    text = here.browser.read(here.address)
    assert "Загружено. Изменений: 2" in text and "обещала" not in text
    decided = here.browser.read(f"{here.address}?rows=decided")
    assert "Решения 2" in decided and "Мария Руководитель" in decided
    undo = re.findall(r'action="(/selections/loads/decisions/\d+/undo)"', decided)
    assert len(undo) == 2
    for one in undo:
        assert here.browser.post(one).status_code == 303
    text = here.browser.read(here.address)
    assert "Всё так, как обещала проверка" in text and "Решения" not in text
    assert "Разобрать сомнительные (1)" in text and "Исправить строки (1)" in text


def test_rows_nobody_can_choose_for_are_among_those_to_be_mended(
    truth: Callable[..., Truth],
) -> None:
    here = truth(
        "visits", ORDERS,
        ("ЗН-1", "01.11.2024", VIN, "Нет такого", "Иванов Иван", "8 916 123-45-67"),
        ("ЗН-2", "01.11.2024", VIN[:-1] + "1", "", "", ""),
    )  # fmt: skip
    with here.database.unit_of_work() as session:
        row = session.get_one(LoadedRow, (here.load.id, 3))
        load = session.get_one(RecordLoad, here.load.id)
        load.counts = {**load.counts, row.verdict.value: load.counts[row.verdict.value] - 1}
        load.counts = {**load.counts, "doubtful": load.counts["doubtful"] + 1}
        row.verdict, row.person = "doubtful", None  # type: ignore[assignment]
    text = here.browser.read(here.address)
    assert "Исправить строки (2)" in text and "Разобрать сомнительные" not in text
    assert "В картотеке ничего не изменилось. Не загружено строк: 2" in text
    assert len(re.findall(r'id="r-\d+"', here.browser.read(f"{here.address}/mend"))) == 2
    files = here.browser.read("/selections/files")
    assert "Исправить строки: 2" in files
    numbers = r'txt-warn">1</td><td class="r num">0</td><td class="r num txt-danger">1'
    assert re.search(numbers, files)


def test_blocked_rows_are_told_as_not_loaded(truth: Callable[..., Truth]) -> None:
    here = truth("clients", CLIENTS, ("Петров Олег", "8 916 555-45-67", ""))
    with here.database.unit_of_work() as session:
        load = session.get_one(RecordLoad, here.load.id)
        load.counts = dict.fromkeys(load.counts, 0) | {"blocked": 1}
        row = session.get_one(LoadedRow, (here.load.id, 2))
        row.verdict, row.problems = "blocked", [["", "in_hand", ""]]  # type: ignore[assignment]
    text = here.browser.read(here.address)
    assert "Не загруженные строки (1)" in text and "уже было известно" not in text
    answer = here.browser.get(f"{here.address}/rejected.xlsx")
    _head, row_told = read_workbook(answer)
    assert "Петров Олег" in row_told and "С клиентом сейчас работают" in str(row_told[-1])


def test_a_stopped_load_tells_what_was_not_read_and_goes_on(desk: LoadDesk) -> None:
    address = desk.loaded(IVANOV, PETROVA, NOBODY)
    with desk.database.unit_of_work() as session:
        load = session.scalars(select(RecordLoad)).one()
        load.state, load.counts = LoadState.CANCELLED, {"new": 2}
    text = desk.browser.read(address)
    assert "Прочитано строк: 2, осталось: 1" in text and "Загрузить ещё раз" in text
    anew = str(desk.browser.post(f"{address}/again").location)
    desk.work()
    assert "Загружать нечего" in desk.browser.read(anew)
    with desk.database.unit_of_work() as session:
        load = session.scalars(select(RecordLoad).order_by(RecordLoad.id).limit(1)).one()
        load.checked, load.lines = None, None
    assert "остаток файла не прочитан" in desk.browser.read(address)


def test_nothing_to_load_is_not_what_is_offered_first(desk: LoadDesk) -> None:
    desk.loaded(IVANOV)
    desk.browser.post("/selections/loads/1/end")
    again = desk.ask(IVANOV, ("Ещё Один", "12", ""))
    desk.work()
    text = desk.browser.read(again)
    assert "Загружать нечего: ни одна строка ничего не добавит" in text
    assert "Загрузить и разобрать" in text and "btn-primary btn-lg" not in text


def test_a_file_that_was_only_uploaded_hinders_nobody_and_stays_usable(desk: LoadDesk) -> None:
    address = desk.loaded(IVANOV)
    with desk.database.unit_of_work() as session:
        client = session.scalars(select(Client)).one()
        file = ImportedFile(
            unit_id=desk.unit.id, format="maintenance-due", name="к ТО.xlsx", sha256="0" * 64,
            header=[], columns=[], loaded_by=1, loaded_at=desk.clock.now + timedelta(minutes=5),
        )  # fmt: skip
        session.add(file)
        session.flush()
        session.add(
            ImportedRow(
                file_id=file.id,
                row_no=2,
                cells=[],
                reading={"phone": "+79161234567"},
                problems=[],
                fate=RowFate.FOUND_BY_PHONE,
                client_id=client.id,
            )
        )
    assert desk.browser.post(f"{address}/take-back", {"form_key": "b"}).status_code == 303
    assert desk.clients() == 0
    with desk.database.reading() as session:
        row = session.scalars(select(ImportedRow)).one()
        assert (row.client_id, row.fate) == (None, RowFate.NEW_CLIENT)


def test_orders_without_a_workshop_are_asked_about_and_the_check_says_what_to_do(
    desk: LoadDesk,
) -> None:
    headings = ("Номер ЗН", "Дата открытия", "Дата закрытия", "VIN", "Клиент", "Телефон")
    order = ("ЗН-1", "01.11.2024", "02.11.2024", VIN, "Иванов Иван", "8 916 123-45-67")
    with desk.database.unit_of_work() as session:
        Given(session).workshop(parent=session.get_one(Unit, desk.unit.id), name="Цех Восток")
    path = desk.write(order, headings=headings)
    address = str(desk.send(path, "visits").location)
    answer = desk.browser.get(address)
    text = desk.browser.read(str(answer.location))
    assert "В файле нет столбца с мастерской" in text and "Цех Восток" in text
    fields = re.findall(r'<select[^>]*name="(column-\d+)".*?value="([\w]+)" selected', text, re.S)
    assert desk.browser.post(f"{address}/columns", dict(fields)).status_code == 303
    desk.work()
    assert "В файле нет столбца с мастерской" in desk.browser.read(address)


def test_a_wrong_kind_is_told_and_taken_right_with_one_press(desk: LoadDesk) -> None:
    headings = ("Номер ЗН", "Дата закрытия", "VIN", "Клиент", "Телефон", "Работы")
    order = ("ЗН-1", "02.11.2024", VIN, "Иванов Иван", "8 916 123-45-67", "Замена масла")
    address = str(desk.send(desk.write(order, headings=headings), "do-not-call").location)
    desk.work()
    text = desk.browser.read(address)
    assert "Похоже на «Заказ-наряды», а выбрано «Не звонить»" in text
    anew = str(desk.browser.post(f"{address}/again", {"format": "visits"}).location)
    assert anew != address
    desk.work()
    text = desk.browser.read(anew)
    assert "Загрузить строк: 1" in text and "Похоже" not in text
    assert "остановлена до начала" in desk.browser.read(address)
    assert desk.browser.post(f"{anew}/again", {"format": "no-such-kind"}).status_code == 404


def test_an_order_says_what_it_lacks(desk: LoadDesk) -> None:
    headings = ("Номер ЗН", "Дата закрытия", "VIN")
    rows = (("ЗН-1", "02.11.2024", VIN), ("ЗН-2", "12.11.2077", VIN))
    address = str(desk.send(desk.write(*rows, headings=headings), "visits").location)
    desk.work()
    text = desk.browser.read(address)
    assert f"Такого автомобиля нет ({VIN})" in text and "Такого клиента нет" not in text
    assert "Дата закрытия: этот день ещё не наступил (12.11.2077)" in text


def test_a_large_result_says_how_long_it_takes(desk: LoadDesk) -> None:
    address = desk.loaded(IVANOV)
    assert "готовится" not in desk.browser.read(address)
    with desk.database.unit_of_work() as session:
        load = session.scalars(select(RecordLoad)).one()
        load.counts = load.checked = {"new": 300_000}
    text = desk.browser.read(address)
    assert "Файл «Результат» готовится около 20 с, потом начнётся скачивание" in text
    head, row = read_workbook(desk.browser.get(f"{address}/result.xlsx"))
    assert head[-4:] == ("Что вышло", "Причина", "Клиент", "Задача")
    assert row[:2] == (2, IVANOV[0]) and row[-4] == "Новая запись" and row[-2] == IVANOV[0]
