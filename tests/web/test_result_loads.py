"""Results of calls in the browser: what their pages promise, and what cannot be taken back."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from directory.units.models import Unit
from directory.visits.models import Visit
from tests.conftest import NOON
from tests.given import Given
from tests.web.conftest import read_workbook
from tests.web.load_desk import LoadDesk, desk
from tests.workbooks import write_file
from worklists.models.attempt import Attempt
from worklists.models.work_list import WorkList

__all__ = ["desk"]

CALL = ("ФИО", "Телефон", "Дата звонка", "Результат")
CALLED = ("Петров Олег", "+7 916 123-45-67", "16.03.2026 11:30", "занято")
STRANGER = ("Лунин Пётр", "+7 916 555-45-67", "16.03.2026 11:30", "занято")


@pytest.fixture
def called(desk: LoadDesk) -> LoadDesk:
    """A client with one call to be made."""
    with desk.database.unit_of_work() as session:
        given, made_at = Given(session), NOON - timedelta(days=10)
        unit = session.get_one(Unit, desk.unit.id)
        client = given.client("Петров Олег", phone="+79161234567", unit=unit)
        given.task(unit=unit, client=client, due_at=made_at, created_at=made_at)
    return desk


def _asked(desk: LoadDesk, *rows: tuple[str, ...]) -> str:
    path = write_file(desk.folder / "обзвон.xlsx", *rows, headings=CALL)
    address = str(desk.send(path, "results").location)
    desk.work()
    return address


def _loaded(desk: LoadDesk, *rows: tuple[str, ...]) -> str:
    address = _asked(desk, *rows)
    desk.browser.post(f"{address}/run", {"form_key": "run"})
    desk.work()
    return address


def _loaded_as_proposed(desk: LoadDesk, path: Path) -> str:
    """The address of a load of orders whose columns were taken as the page proposed them."""
    address = str(desk.send(path, "visits").location).removesuffix("/columns")
    desk.work()
    text = desk.browser.read(f"{address}/columns")
    fields = re.findall(r'<select[^>]*name="(column-\d+)".*?value="([\w]+)" selected', text, re.S)
    desk.browser.post(f"{address}/columns", dict(fields))
    desk.work()
    desk.browser.post(f"{address}/run", {"form_key": "run"})
    desk.work()
    return address


def test_the_check_says_that_such_rows_are_corrected_and_not_decided(called: LoadDesk) -> None:
    address = _asked(called, CALLED, STRANGER)
    text = called.browser.read(address)
    assert "исправляются после загрузки: 1" in text and "разбираются" not in text
    called.browser.post(f"{address}/run", {"form_key": "run"})
    called.work()
    text = called.browser.read(address)
    assert "Исправить строки (1)" in text and "Разобрать сомнительные" not in text


def test_a_load_of_calls_says_that_they_stay(called: LoadDesk) -> None:
    text = called.browser.read(_loaded(called, CALLED))
    assert "Записанные звонки остаются" in text and "Отменить загрузку" not in text
    assert "Только результаты звонков остаются" in called.browser.read("/selections/files")


def test_what_a_reason_asks_for_can_be_said_where_the_file_has_no_column(called: LoadDesk) -> None:
    with called.database.unit_of_work() as session:
        given, made_at = Given(session), NOON - timedelta(days=10)
        work_list = session.scalars(select(WorkList)).one()
        campaign = given.campaign("recall", name="Отзыв")
        given.task(work_list, campaign=campaign, due_at=made_at, created_at=made_at)
    address = _loaded(called, CALLED, STRANGER)
    page = called.browser.read(f"{address}/mend")
    several, unknown = page.split('id="r-3"')
    assert 'name="add-vin"' in several and 'name="add-campaign"' in several
    assert page.count('<datalist id="o-campaign">') == 1 and '<option value="Отзыв">' in page
    assert several.count('list="o-campaign"') == 1 and 'list="o-campaign"' not in unknown
    assert 'name="add-external_key"' in unknown and 'name="add-campaign"' not in unknown
    # What still cannot be loaded changes nothing, and what was typed stays.
    wrong = called.browser.post(f"{address}/mend/2", {"add-campaign": "Нет такой"})
    assert 'name="add-campaign" value="Нет такой"' in wrong.text
    assert "Кампания" not in called.browser.read(f"{address}?rows=doubtful")
    said = called.browser.post(f"{address}/mend/2", {"add-campaign": "Отзыв", "add-vin": ""})
    assert said.status_code == 303, said.text[:3000]
    with called.database.reading() as session:
        assert session.scalars(select(Attempt)).one().task_id == 2
    headings, first, second = read_workbook(called.browser.get(f"{address}/result.xlsx"))
    assert headings[1:6] == (*CALL, "Кампания")
    assert (first[5], second[5]) == ("Отзыв", None)
    # The column is there for the other rows, and in the workbook of those that are left.
    text = called.browser.read(f"{address}/mend")
    assert 'id="c-3-4"' in text and text.count('list="o-campaign"') == 1
    headings, rest = read_workbook(called.browser.get(f"{address}/rejected.xlsx"))
    assert headings == (*CALL, "Кампания", "Что не так") and rest[0] == STRANGER[0]


def test_an_order_can_be_given_its_workshop(desk: LoadDesk) -> None:
    with desk.database.unit_of_work() as session:
        Given(session).workshop("Малярка", parent=session.get_one(Unit, desk.unit.id))
    order = ("ЗН-1", "01.11.2024", "XTA21901234567890", "Иванов Иван", "8 916 123-45-67")
    headings = ("Номер ЗН", "Дата", "VIN", "Клиент", "Телефон")
    path = write_file(desk.folder / "заказы.xlsx", order, headings=headings)
    address = _loaded_as_proposed(desk, path)
    assert 'name="add-workshop"' in desk.browser.read(f"{address}/mend")
    desk.browser.post(f"{address}/mend/2", {"add-workshop": "Малярка"})
    with desk.database.reading() as session:
        assert session.scalars(select(Visit.number)).one() == "ЗН-1"
    # Undone, the row is what it was; its new column is one like the others.
    desk.browser.post("/selections/loads/decisions/1/undo")
    text = desk.browser.read(f"{address}/mend")
    assert 'id="c-2-5" name="cell-5" value=""' in text and "add-workshop" not in text
    # From a page that was shown before the column was there.
    desk.browser.post(f"{address}/mend/2", {"add-workshop": "Малярка"})
    with desk.database.reading() as session:
        assert session.scalars(select(Visit.number)).one() == "ЗН-1"


def test_a_correction_that_is_refused_is_answered_in_its_place(called: LoadDesk) -> None:
    address = _loaded(called, STRANGER)
    part = {"HX-Request": "true", "HX-Target": "row-2"}
    wrong = called.browser.post(f"{address}/mend/2", {"cell-1": "12"}, headers=part)
    assert wrong.status_code == 422 and wrong.text.count("<section") == 1
    assert 'id="row-2"' in wrong.text and "<html" not in wrong.text and 'value="12"' in wrong.text
    said = {"cell-0": CALLED[0], "cell-1": CALLED[1]}
    done = called.browser.post(f"{address}/mend/2", said, headers=part)
    assert (done.status_code, done.headers["HX-Redirect"]) == (200, f"{address}/mend")
    assert "Строк с ошибками нет" in called.browser.read(f"{address}/mend")


def test_what_stands_beyond_the_last_column_is_not_taken_for_what_was_said(desk: LoadDesk) -> None:
    """A separator in a comment makes a row longer than its headings."""
    with desk.database.unit_of_work() as session:
        Given(session).workshop("Малярка", parent=session.get_one(Unit, desk.unit.id))
        Given(session).workshop("Слесарка", parent=session.get_one(Unit, desk.unit.id))
    lines = ["Номер ЗН;Дата закрытия;VIN;Клиент;Телефон"] + [
        f"ЗН-{number};01.11.2024;XTA2190123456789{number};Иванов Иван;8 916 123-45-67;Слесарка"
        for number in (1, 2)
    ]
    path = desk.folder / "заказы.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    address = _loaded_as_proposed(desk, path)
    desk.browser.post(f"{address}/mend/2", {"add-workshop": "Малярка"})
    with desk.database.reading() as session:
        visit = session.scalars(select(Visit)).one()
        shop = session.get_one(Unit, visit.workshop_id)
        assert (visit.number, shop.name) == ("ЗН-1", "Малярка")
    headings, first, second = read_workbook(desk.browser.get(f"{address}/result.xlsx"))
    at = headings.index("Мастерская")
    assert (first[at], second[at]) == ("Малярка", None)
    # What is a day in the file is one in the workbook, and not a text that looks like it.
    closed = first[headings.index("Дата закрытия")]
    assert isinstance(closed, datetime) and f"{closed:%d.%m.%Y}" == "01.11.2024"


def test_a_decision_by_which_nothing_was_loaded_says_so(called: LoadDesk) -> None:
    with called.database.unit_of_work() as session:
        given = Given(session)
        unit = session.get_one(Unit, called.unit.id)
        # The namesake: the same number, and no call to be made.
        other = given.client("Петров Олег", phone="+79161234567", unit=unit).id
    address = _loaded(called, CALLED)
    text = called.browser.read(f"{address}/doubts")
    assert "Задача на этот звонок" in text
    assert [*re.findall(r"<span class=\"dbt-v\">(была|не было)</span>", text)] == [
        "была",
        "не было",
    ]
    answer = called.browser.post(f"{address}/doubts/2", {"choice": f"same:{other}"})
    told = called.browser.read(str(answer.location))
    assert "Это он. Не загружено строк: 1. У клиента не было задачи на звонок" in told
    assert "Ждут исправления: 1." in told and "строки загружены" not in told
    assert "строки загружены" not in called.browser.read(address)
    assert "Это он. Мария" in called.browser.read(f"{address}?rows=decided")


def test_the_check_says_what_the_words_of_a_result_were_understood_as(called: LoadDesk) -> None:
    rows = ((*CALLED[:3], "просит не звонить"), (*STRANGER[:3], "Записан"))
    address = _asked(called, *rows)
    text = called.browser.read(address)
    assert text.count("Понято как «Отказ от всех звонков»") == 1
    # Of a call without a task nobody can say what its words mean.
    assert text.count("Понято как") == 1
    called.browser.post(f"{address}/run", {"form_key": "run"})
    called.work()
    assert "Понято как «Отказ от всех звонков»" in called.browser.read(address)


def test_a_refusal_of_a_purpose_without_its_campaign_is_told_in_words(desk: LoadDesk) -> None:
    path = write_file(desk.folder / "стоп.xlsx", ("+7 916 123-45-67", "Петров Олег", "реклама"),
                      headings=("Телефон", "ФИО", "Тип отказа"))  # fmt: skip
    address = str(desk.send(path, "do-not-call").location)
    desk.work()
    desk.browser.post(f"{address}/run", {"form_key": "run"})
    desk.work()
    text = desk.browser.read(f"{address}/mend")
    assert "По какой кампании отказ, непонятно: назовите её" in text and "purpose" not in text
    assert 'name="add-campaign"' in text and 'list="o-campaign"' in text
