"""Staged loads of records in a browser without scripts: from the upload to the result (A8)."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from directory.clients.models import Client
from directory.staff.models import Role
from directory.staff.sessions import open_session
from directory.units.models import Unit
from importers.formats.catalogue import FORMATS
from importers.loads import undoing
from importers.loads.models import LoadState, RecordLoad
from importers.problems import RowProblem, RowProblemCode
from tests.given import Given
from tests.web.conftest import Browser, read_workbook
from tests.web.load_desk import IVANOV, NOBODY, ODD_HEADINGS, PETROVA, LoadDesk, desk
from tests.workbooks import write_file
from webui.exports.answers import title_of
from webui.labels.files import problem_sentence
from webui.selections import load_uploads
from worklists.models.task import Task
from worklists.models.work_list import WorkList

__all__ = ["desk"]


def test_a_file_is_checked_then_loaded_and_told_row_by_row(desk: LoadDesk) -> None:
    address = desk.ask(IVANOV, PETROVA, NOBODY)
    waiting = desk.browser.read(address)
    assert "Проверяется" in waiting and 'http-equiv="refresh"' in waiting
    assert "Проверяется" in desk.browser.read("/selections/files")
    desk.work()
    checked = desk.browser.read(address)
    assert "Загрузить строк: 2" in checked and "Новые 2" in checked and "Ошибки 1" in checked
    assert desk.clients() == 0
    only = desk.browser.read(f"{address}?rows=invalid")
    assert "Сидоров" in only and "Петрова" not in only and "С замечаниями 1" in only
    assert "Телефон: в номере не хватает цифр (12)" in only
    for _ in range(2):  # Pressed twice.
        assert desk.browser.post(f"{address}/run", {"form_key": "k"}).status_code == 303
    assert "Загружается" in desk.browser.read(address)
    desk.work()
    done = desk.browser.read(address)
    assert "Загружено. Изменений: 2" in done and "Всё так, как обещала проверка" in done
    assert desk.clients() == 2
    assert "Загружен" in desk.browser.read("/selections/files")
    assert desk.browser.post(f"{address}/run", {"form_key": "other"}).status_code == 303
    assert desk.browser.post(f"{address}/check").location == address
    assert "Файл уже загружен." in desk.browser.read(address)


def test_the_fragment_of_progress_follows_and_leads_on(desk: LoadDesk) -> None:
    address = desk.ask(IVANOV)
    asked = {"headers": {"HX-Request": "true"}}
    fragment = desk.browser.get(f"{address}/progress?state=checking", **asked)
    assert 'id="progress"' in fragment.text and "<html" not in fragment.text
    assert desk.browser.get(f"{address}/progress").location == address
    desk.work()
    answer = desk.browser.get(f"{address}/progress?state=checking", **asked)
    assert answer.headers["HX-Redirect"] == address
    assert "Загружено" not in desk.browser.get("/selections/files/recent").text


def test_a_large_file_is_looked_at_in_the_background(
    desk: LoadDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_uploads, "_SMALL", 0)
    address = desk.ask(IVANOV)
    assert desk.browser.get(f"{address}/columns").location == address
    assert "Читается" in desk.browser.read(address)
    desk.work()
    assert "Новые 1" in desk.browser.read(address)
    path = desk.folder / "odd.csv"
    path.write_text("ничего,такого\n1,2\n", encoding="utf-8")
    odd = str(desk.send(path).location)
    desk.work()
    assert desk.browser.get(odd).location == f"{odd}/columns"
    path.write_bytes(b"PK\x03\x04 no workbook")
    broken = str(desk.send(path).location)
    desk.work()
    text = desk.browser.read(broken)
    assert "Не принят" in text and 'role="alert"' in text


def test_columns_are_said_and_the_first_rows_read_by_them(desk: LoadDesk) -> None:
    rows = [(*IVANOV[:2], "x"), (*PETROVA[:2], "y")]
    address = desk.ask(*rows, headings=ODD_HEADINGS)
    assert desk.browser.get(address).location == f"{address}/columns"
    text = desk.browser.read(f"{address}/columns")
    assert "Иванов" in text and "Так прочтутся первые строки" in text
    said = {"column-0": "name", "column-1": "phone", "column-2": "external_key"}
    read = desk.browser.post(f"{address}/reading", said, headers={"HX-Request": "true"})
    assert "+7 916 123-45-67" in read.text and "<html" not in read.text
    missing = desk.browser.post(f"{address}/reading", {"column-0": "name", "column-1": ""})
    assert "Не загрузится. Не хватает" in missing.text and "<html" in missing.text
    refused = desk.browser.post(f"{address}/columns", {"column-0": "", "column-1": "phone"})
    assert refused.status_code == 422 and "Не хватает: «ФИО»" in refused.text
    assert desk.browser.post(f"{address}/columns", said | {"form_key": "c"}).location == address
    desk.work()
    assert "Новые 2" in desk.browser.read(address)
    # Corrected once more, after the preview.
    again = desk.browser.post(f"{address}/columns", said | {"column-2": "", "form_key": "d"})
    assert again.status_code == 303 and desk.state() is LoadState.CHECKING
    assert desk.browser.post(f"{address}/columns", said).status_code == 409


def test_a_moment_is_shown_as_it_stands_in_the_file(desk: LoadDesk) -> None:
    headings = ("Телефон", "Дата звонка", "Результат")
    path = desk.write(("8 916 123-45-67", "2026-03-17 15:40", "Дозвонились"), headings=headings)
    address = str(desk.send(path, "results").location).removesuffix("/columns")
    text = desk.browser.read(f"{address}/columns")
    assert "17.03.2026 15:40" in text and "18:40" not in text


def test_a_mileage_that_hardly_is_one_is_told_beside_its_row(desk: LoadDesk, app: Flask) -> None:
    path = desk.write(("А123ВС77", "999 999"), headings=("Госномер", "Пробег"))
    address = str(desk.send(path, "vehicles").location)
    desk.work()
    text = desk.browser.read(address)
    assert "Пробег: 999\u00a0999 км похоже на заглушку" in text and "Новые 1" in text
    fell = RowProblem("Пробег", RowProblemCode.MILEAGE_FELL, "12450|124500")
    with app.test_request_context():
        told = problem_sentence(fell).replace("\u00a0", " ")
    assert told == "Пробег: 12 450 км, а раньше было 124 500: в показания не взято"


def test_all_columns_that_mean_something_stand_beside_a_row(desk: LoadDesk) -> None:
    headings = ("ФИО", "Телефон", "Код клиента", "E-mail", "ИНН", "Дата рождения", "Адрес", "Ъ")
    row = (*IVANOV, "ivanov@example.org", "", "01.02.1980", "Тверская, 1", "нечто")
    address = desk.ask(row, headings=headings)
    desk.work()
    table = desk.browser.read(address).partition("<table")[2]
    for text in (*headings[:-1], *row[:4], *row[5:-1]):
        assert f">{text}</span>" in table, text
    assert row[-1] not in table
    assert 'tabindex="0" role="region" aria-label="Строки файла"' in desk.browser.read(address)


def test_what_came_of_a_row_is_not_called_as_the_column_of_results(desk: LoadDesk) -> None:
    headings = ("Телефон", "Дата звонка", "Результат")
    path = desk.write(("8 916 123-45-67", "2026-03-01 15:40", "Дозвонились"), headings=headings)
    address = str(desk.send(path, "results").location)
    desk.work()
    desk.browser.post(f"{address}/run", {"form_key": "r"})
    desk.work()
    table = desk.browser.read(address).partition("<thead>")[2].partition("</thead>")[0]
    assert table.count(">Результат<") == 1 and ">Что вышло</th>" in table
    [titles, *_rows] = read_workbook(desk.browser.get(f"{address}/result.xlsx"))
    assert titles[4:] == ("Что вышло", "Причина", "Клиент", "Задача")


def test_what_a_refused_load_did_not_take_cannot_be_decided(desk: LoadDesk) -> None:
    address = desk.loaded(IVANOV, NOBODY)
    assert f"{address}/mend" in desk.browser.read(address)
    with desk.database.unit_of_work() as session:
        refused = update(RecordLoad).values(state=LoadState.REFUSED, problem="damaged")
        session.execute(refused)
    assert f"{address}/mend" not in desk.browser.read(address)


def test_the_same_content_is_that_load_until_it_is_over(desk: LoadDesk) -> None:
    address = desk.loaded(IVANOV)
    again = desk.send(desk.folder / "клиенты.xlsx")
    assert again.location == address
    assert "Этот файл уже загружали" in desk.browser.read(address)
    other = desk.ask(PETROVA)
    assert desk.browser.post(f"{other}/end").status_code == 303
    stopped = desk.browser.read(other)
    assert "остановлена до начала" in stopped and "result.xlsx" not in stopped
    assert desk.clients() == 1
    anew = desk.browser.post(f"{other}/again")
    assert anew.status_code == 303 and anew.location not in (address, other)
    desk.work()
    assert "Новые 1" in desk.browser.read(anew.location)


def test_a_load_is_taken_back_and_can_be_loaded_again(desk: LoadDesk) -> None:
    address = desk.loaded(IVANOV, PETROVA)
    assert "take-back" in desk.browser.read(address) and desk.clients() == 2
    for _ in range(2):  # Pressed twice.
        answer = desk.browser.post(f"{address}/take-back", {"form_key": "back"})
        assert answer.status_code == 303 and answer.location == address
    text = desk.browser.read(address)
    assert "Загрузка отменена целиком" in text and desk.clients() == 0
    anew = str(desk.browser.post(f"{address}/again").location)
    assert anew != address
    desk.work()
    assert "Новые 2" in desk.browser.read(anew)


def test_a_large_load_is_taken_back_by_the_background(
    desk: LoadDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "AT_ONCE", 1)
    address = desk.loaded(IVANOV, PETROVA)
    with desk.database.unit_of_work() as session:
        client = session.scalars(select(Client).order_by(Client.id)).first()
        assert client is not None
        task_id = Given(session).task(
            unit=session.get_one(Unit, desk.unit.id), client=client
        ).id  # fmt: skip
    for key in ("back", "back", "twice"):
        answer = desk.browser.post(f"{address}/take-back", {"form_key": key})
        assert (answer.status_code, answer.location) == (303, address)
    page = desk.browser.read(address)
    assert "Отменяется" in page and f"{address}/end" not in page and desk.clients() == 2
    assert "Отменяется" in desk.browser.read("/selections/files")
    assert desk.browser.post(f"{address}/end").location == address
    assert "Загрузка сейчас отменяется" in desk.browser.read(address)
    assert desk.work() == 1
    told = desk.browser.read(address)
    assert "Отменить нельзя, ничего не изменено" in told and "с ними уже работают" in told
    assert desk.clients() == 2 and desk.state() is LoadState.DONE
    assert "Отменить нельзя" in desk.browser.read(address), "whenever one comes back"

    with desk.database.unit_of_work() as session:
        task = session.get_one(Task, task_id)
        work_list_id = task.work_list_id
        session.delete(task)
        session.flush()
        session.execute(delete(WorkList).where(WorkList.id == work_list_id))
    assert desk.browser.post(f"{address}/take-back", {"form_key": "now"}).location == address
    asked = {"headers": {"HX-Request": "true"}}
    fragment = desk.browser.get(f"{address}/progress?state=undoing", **asked)
    assert 'id="progress"' in fragment.text and "Строк готово" not in fragment.text
    assert desk.work() == 1
    assert "Загрузка отменена целиком" in desk.browser.read(address) and desk.clients() == 0


def test_what_is_in_use_is_not_taken_back_and_why_is_told(desk: LoadDesk) -> None:
    address = desk.loaded(IVANOV, PETROVA)
    with desk.database.unit_of_work() as session:
        client = session.scalars(select(Client).order_by(Client.id)).first()
        assert client is not None
        Given(session).task(unit=session.get_one(Unit, desk.unit.id), client=client)
    answer = desk.browser.post(f"{address}/take-back", {"form_key": "back"})
    assert answer.status_code == 409 and "Загрузка отменена" not in answer.text
    assert "Отменить нельзя, ничего не изменено" in answer.text
    assert "понадобилось (записей: 1)" in answer.text and "с ними уже работают" in answer.text
    assert f'<a href="/clients/{client.id}">{client.name}</a>' in answer.text
    assert desk.clients() == 2 and desk.state() is LoadState.DONE


def test_a_load_of_another_unit_is_not_there(desk: LoadDesk, app: Flask) -> None:
    address = desk.loaded(IVANOV)
    with desk.database.unit_of_work() as session:
        given = Given(session)
        stranger = given.employee("Чужой", unit=given.unit("Сервис Юг"))
        token = open_session(
            session, stranger.id, role=Role.MANAGER, now=desk.clock.now, longest=timedelta(hours=1)
        )
    client = app.test_client()
    client.set_cookie("sid", token)
    other = Browser(client)
    for part in ("", "/columns", "/progress", "/result.xlsx", "/rejected.xlsx"):
        assert other.get(f"{address}{part}").status_code == 404, part
    for part in ("/run", "/end", "/again", "/take-back", "/columns", "/reading", "/check"):
        assert other.post(f"{address}{part}").status_code == 404, part
    assert "клиенты.xlsx" not in other.read("/selections/files")


def test_rejected_rows_are_mended_and_loaded_again(desk: LoadDesk) -> None:
    rows = [(*IVANOV[:2], "x"), ("Сидоров Пётр", "12", "y")]
    address = desk.ask(*rows, headings=ODD_HEADINGS)
    said = {"column-0": "name", "column-1": "phone", "column-2": "", "form_key": "c"}
    desk.browser.post(f"{address}/columns", said)
    desk.work()
    desk.browser.post(f"{address}/run", {"form_key": "r"})
    desk.work()
    result = read_workbook(desk.browser.get(f"{address}/result.xlsx"))
    assert result[0] == ("Строка", *ODD_HEADINGS, "Что вышло", "Причина", "Клиент", "Задача")
    assert result[1][4] == "Новая запись" and result[1][6] == IVANOV[0]
    assert result[2][4] == "Ошибка, не загружена" and "не хватает цифр" in str(result[2][5])
    headings, *rejected = read_workbook(desk.browser.get(f"{address}/rejected.xlsx"))
    assert headings == (*ODD_HEADINGS, "Что не так") and len(rejected) == 1
    assert rejected[0][:3] == ("Сидоров Пётр", "12", "y") and rejected[0][3]
    # The mended workbook, remarks and all, is read by what was said of the first one.
    mended = (rejected[0][0], "8 916 555-44-33", *rejected[0][2:])
    path = write_file(desk.folder / "исправлено.xlsx", mended, headings=headings)
    later = str(desk.send(path).location)
    desk.work()
    assert "Новые 1" in desk.browser.read(later)


def test_a_doubtful_row_names_whom_it_clashes_with_before_and_after(desk: LoadDesk) -> None:
    desk.loaded(IVANOV)
    other = ("Кац Олег", IVANOV[1], "")
    address = desk.ask(("Зуев Пётр", "8 916 555-44-33", ""), ("Лис Анна", "8 916 555-44-33", ""),
                       other)  # fmt: skip
    desk.work()
    checked = desk.browser.read(f"{address}?rows=doubtful")
    named = re.compile(r"Кто это может быть: <a href=\"/clients/\d+\">([^<]+)</a></span>")
    assert named.findall(checked) == [IVANOV[0]]
    assert "Кто это может быть: клиент из другой строки этого файла</span>" in checked
    desk.browser.post(f"{address}/run", {"form_key": "r"})
    desk.work()
    assert named.findall(desk.browser.read(f"{address}?rows=doubtful")) == ["Зуев Пётр", IVANOV[0]]
    _headings, *rows = read_workbook(desk.browser.get(f"{address}/result.xlsx"))
    assert [str(row[5]).partition("Кто это может быть: ")[2] for row in rows] == [
        "", "Зуев Пётр", IVANOV[0]
    ]  # fmt: skip


def test_a_corrected_row_stands_in_the_result_as_it_was_loaded(desk: LoadDesk) -> None:
    address = desk.loaded(IVANOV, NOBODY)
    desk.browser.post(f"{address}/mend/3", {"cell-1": "8 916 555-44-33", "form_key": "m"})
    _headings, first, mended = read_workbook(desk.browser.get(f"{address}/result.xlsx"))
    assert first[1:3] == IVANOV[:2]
    assert mended[1:5] == (NOBODY[0], "8 916 555-44-33", None, "Новая запись")


def test_what_a_person_said_of_the_columns_is_not_questioned(desk: LoadDesk) -> None:
    headings = ("VIN", "Марка", "Модель", "Госномер", "ФИО", "Телефон")
    row = ("XTA21099043576182", "Lada", "Vesta", "А123ВС77", *IVANOV[:2])
    address = desk.ask(row, headings=headings)
    desk.work()
    assert "Похоже на" in desk.browser.read(address)
    said = {"column-0": "", "column-4": "name", "column-5": "phone", "column-3": "comment"}
    desk.browser.post(f"{address}/columns", said | {"form_key": "c"})
    desk.work()
    assert "Похоже на" not in desk.browser.read(address)


def test_a_mended_workbook_means_what_two_lines_of_headings_meant(desk: LoadDesk) -> None:
    """One heading «Ответственный Код» alone would be no code of a client."""
    above, below = ("Клиент", "Клиент", "Ответственный"), ("ФИО", "Телефон", "Код")
    address = desk.ask(below, IVANOV, ("Сидоров Пётр", "12", ""), headings=above)
    desk.work()
    desk.browser.post(f"{address}/run", {"form_key": "r"})
    desk.work()
    headings, rejected = read_workbook(desk.browser.get(f"{address}/rejected.xlsx"))
    assert headings[2] == "Ответственный Код"
    mended = ("Сидоров Пётр", "8 916 555-44-33", "К-9", rejected[3])
    path = write_file(desk.folder / "исправлено.xlsx", mended, headings=headings)
    later = str(desk.send(path).location)
    desk.work()
    desk.browser.post(f"{later}/run", {"form_key": "l"})
    desk.work()
    with desk.database.reading() as session:
        keys = session.scalars(select(Client.external_key).order_by(Client.id)).all()
    assert keys == ["К-1", "К-9"]


def test_what_is_downloaded_is_named_after_the_file(desk: LoadDesk) -> None:
    address = desk.loaded(IVANOV, NOBODY)
    for path, what in (("result", "результат"), ("rejected", "не загружено")):
        told = desk.browser.get(f"{address}/{path}.xlsx").headers["Content-Disposition"]
        assert f"filename={path}-" in told and told.isascii(), told
        name = quote(f"клиенты – {what}.xlsx", safe="")
        assert told.endswith(f"filename*=UTF-8''{name}"), told
    assert title_of('a/b\\"c\r\n\u202e: d.e.XLSX', "x") == "a b c d.e – x"
    assert title_of(".csv", "x") == "x" and len(title_of("я" * 500, "x").encode()) < 200


def test_examples_of_all_kinds_are_read_without_a_remark(desk: LoadDesk) -> None:
    for code in ("clients", "vehicles", "visits", "recommendations", "do-not-call"):
        path = desk.folder / f"{code}.xlsx"
        path.write_bytes(desk.browser.get(f"/selections/files/templates/{code}.xlsx").data)
        address = str(desk.send(path, code).location)
        assert not desk.browser.get(address).location, code
        desk.work()
        text = desk.browser.read(address)
        found = re.search(r"Ошибки (\d+)", text)
        assert found is None and "Проверка: что станет" in text, (code, text)
    page = desk.browser.read("/selections/files")
    assert 'value="do-not-call" checked' in page
    assert desk.browser.get("/selections/files/templates/results.xlsx").status_code == 200
    assert len(FORMATS) == 9


def test_what_cannot_be_read_is_told_on_the_form(desk: LoadDesk) -> None:
    path = desk.folder / "picture.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    answer = desk.send(path)
    assert "Это картинка" in desk.browser.read(answer.location)
    assert list((desk.folder / "loads").iterdir()) == []
    sheet = desk.send(desk.write(IVANOV), sheet="Нет такого")
    assert "такого листа нет" in desk.browser.read(sheet.location)


def test_a_forgotten_file_says_so(desk: LoadDesk) -> None:
    address = desk.loaded(IVANOV, NOBODY)
    with desk.database.unit_of_work() as session:
        session.execute(update(RecordLoad).values(forgotten_at=desk.clock.now, sample=[]))
    text = desk.browser.read(address)
    assert "Данные файла удалены" in text and "rejected.xlsx" not in text
    assert f"{address}/mend" not in text
    answer = desk.browser.get(f"{address}/result.xlsx")
    assert answer.status_code == 302 and answer.location == address
    assert "Данные файла удалены" in desk.browser.read(f"{address}/columns")
