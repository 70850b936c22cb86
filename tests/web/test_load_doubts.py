"""«Сомнительные строки» and «Строки с ошибками» of a load; without scripts (A8)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from core.db import Database
from directory.clients.models import Client, ClientUnit
from directory.staff.models import Role
from directory.units.models import Unit
from importers.loads import deciding_together
from importers.loads.decision_models import LoadDecision
from importers.loads.models import LoadedRow, RecordLoad
from tests.doubts_given import staged_load
from tests.given import Given
from tests.web.conftest import Browser, read_workbook

HEADINGS = ("ФИО", "Телефон", "Код клиента")
PHONE = "+79161234567"
PETROV = ("Петров Олег", "8 916 123-45-67", "")
KOTOV = ("Котов Олег", "8 916 000-00-03", "")


@dataclass
class Desk:
    """A load with two doubtful people, one wrong phone; the browser of who decides."""

    browser: Browser
    load_id: int
    ivanov: int
    database: Database

    @property
    def address(self) -> str:
        return f"/selections/loads/{self.load_id}/doubts"

    def verdicts(self) -> list[str]:
        with self.database.reading_session() as session:
            query = select(LoadedRow.verdict).where(LoadedRow.load_id == self.load_id)
            return [one.value for one in session.scalars(query.order_by(LoadedRow.row_no))]


@pytest.fixture
def desk(
    prepared: Given, browser_of: Callable[..., Browser], database: Database, tmp_path: Path
) -> Desk:
    prepared.catalogue()
    unit: Unit = prepared.unit("Сервис Север")
    person = prepared.employee("Мария Руководитель", role=Role.HEAD, unit=unit)
    ivanov = prepared.client("Иванов Иван", phone=PHONE, unit=unit)
    for _ in range(2):
        prepared.client("Котов Олег", phone="+79160000003", unit=unit)
    prepared.client("Тайный Игорь", phone="+79160000003", unit=prepared.unit("Чужой"))
    load = staged_load(
        prepared, unit, prepared.actor(person, role=Role.HEAD), tmp_path / "clients.xlsx",
        "clients", HEADINGS, PETROV, PETROV, KOTOV, ("Лунин Пётр", "12", ""),
    )  # fmt: skip
    return Desk(browser_of(person, role=Role.HEAD), load.id, ivanov.id, database)


def _key(text: str) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', text)
    assert found is not None
    return found.group(1)


def test_one_person_after_the_other_is_decided_and_the_last_is_undone(desk: Desk) -> None:
    waiting = desk.browser.read("/selections/doubts")
    assert "Разобрать: 2" in waiting and "Исправить: 1" in waiting
    assert "Разобрать сомнительные: 2" in desk.browser.read("/selections/files")
    text = desk.browser.read(desk.address)
    for piece in ("1 из 2", "строка 2 и ещё 1 такая же", "Петров Олег", "Иванов Иван",
                  "совпадает", "отличается", "Не всё сходится", "Другой человек"):  # fmt: skip
        assert piece in text, piece
    sent = {"choice": f"same:{desk.ivanov}", "form_key": _key(text)}
    answer = desk.browser.post(f"{desk.address}/2", sent)
    text = desk.browser.read(str(answer.location))
    assert desk.browser.post(f"{desk.address}/2", sent).status_code == 303
    assert desk.verdicts() == ["matched", "matched", "doubtful", "invalid"]
    assert "2 из 2" in text and "Это он: строки загружены" in text
    # Whoever is known to another unit only is no more than somebody there.
    assert "Тайный" not in text and "Клиент другого подразделения" in text
    merge = re.search(r'href="(/clients/\d+/merge/\d+\?back=[^"]+)"', text)
    assert merge is not None and "Похоже, он" in text
    answer = desk.browser.post(f"{desk.address}/4", {"choice": "skip"})
    done = desk.browser.read(str(answer.location))
    assert "Сомнительных строк больше нет" in done and "Исправить 1 строку" in done
    undo = re.search(r'action="(/selections/loads/decisions/\d+/undo)"', done)
    assert undo is not None
    back = desk.browser.post(undo.group(1))
    assert back.status_code == 303 and "2 из 2" in desk.browser.read(str(back.location))
    assert desk.verdicts() == ["matched", "matched", "doubtful", "invalid"]


def test_a_press_in_another_window_is_told_what_was_decided_before(desk: Desk) -> None:
    for window in (desk.browser.read(desk.address), desk.browser.read(desk.address)):
        assert "строка 2 и ещё 1 такая же" in window
    desk.browser.read(str(desk.browser.post(f"{desk.address}/2", {"choice": "new"}).location))
    for pressed in (f"same:{desk.ivanov}", "skip"):
        answer = desk.browser.post(f"{desk.address}/2", {"choice": pressed})
        text = desk.browser.read(str(answer.location))
        told = text.partition("Строка 2 уже разобрана.")[2].partition("</div>")[0]
        for piece in ("Другой человек: строки загружены", "Мария Руководитель",
                      "Клиент: Петров Олег.", "Нажатое сейчас ничего не изменило."):  # fmt: skip
            assert piece in told, piece
    assert desk.verdicts() == ["new", "matched", "doubtful", "invalid"]


def test_a_row_that_was_mended_in_another_window_is_told(desk: Desk) -> None:
    mend = f"/selections/loads/{desk.load_id}/mend/5"
    desk.browser.post(mend, {"cell-1": "8 916 000-00-05"})
    desk.browser.read(f"/selections/loads/{desk.load_id}/mend")
    for address, sent in ((mend, {"cell-1": "8 916 000-00-06"}),
                          (f"{desk.address}/5", {"choice": "skip", "back": "mend"})):  # fmt: skip
        text = desk.browser.read(str(desk.browser.post(address, sent).location))
        assert "Строка 5 уже разобрана." in text and "Строка исправлена и загружена." in text
    assert desk.verdicts()[3] == "new"


def test_what_a_press_at_a_mended_row_came_to_is_told(desk: Desk) -> None:
    mend = f"/selections/loads/{desk.load_id}/mend/5"
    same = desk.browser.post(mend, {"cell-0": "Лунин  Пётр", "cell-1": "12"})
    assert same.status_code == 422
    assert "В строке ничего не исправлено, она по-прежнему не загружена." in same.text
    other = desk.browser.post(mend, {"cell-0": "7654321", "cell-1": "8 916 000-00-05"})
    assert other.status_code == 422 and "Строка по-прежнему не загружена." in other.text
    # The cell of the name is marked, with what stands in it, and no other one.
    marked = re.findall(r'name="cell-(\d)"[^>]*aria-invalid', other.text)
    assert marked == ["0"] and "Это не имя (7654321)" in other.text
    answer = desk.browser.post(mend, {"cell-0": "Другой Пётр", "cell-1": "8 916 123-45-67"})
    assert answer.status_code == 303 and answer.location == f"{desk.address}?row=5"
    told = desk.browser.read(str(answer.location))
    assert "Строка 5 исправлена: осталось выбрать, о ком она." in told
    assert "исправлена и загружена" not in told


def test_a_list_of_rows_to_be_mended_begins_at_its_first_row(
    prepared: Given, browser_of: Callable[..., Browser], tmp_path: Path
) -> None:
    prepared.catalogue()
    unit: Unit = prepared.unit("Сервис Север")
    person = prepared.employee("Мария Руководитель", role=Role.HEAD, unit=unit)
    load = staged_load(
        prepared, unit, prepared.actor(person, role=Role.HEAD), tmp_path / "o.xlsx",
        "clients", HEADINGS, ("Лунин Пётр", "12", ""), ("Кац Олег", "34", ""),
    )  # fmt: skip
    prepared.session.commit()
    mend = f"/selections/loads/{load.id}/mend"
    browser = browser_of(person, role=Role.HEAD)
    assert re.findall(r'id="row-(\d)"( data-mend-first)?', browser.read(mend)) == [
        ("2", " data-mend-first"), ("3", ""),
    ]  # fmt: skip
    answer = browser.post(f"{mend}/2", {"cell-1": "8 916 000-00-05"})
    text = browser.read(str(answer.location))
    assert "Строка 2 исправлена и загружена." in text
    assert re.findall(r'id="row-(\d)"( data-mend-first)?', text) == [("3", " data-mend-first")]


def test_a_doubtful_row_names_whom_it_clashes_with_on_the_page_of_the_load(desk: Desk) -> None:
    address = f"/selections/loads/{desk.load_id}"
    text = desk.browser.read(f"{address}?rows=doubtful")
    card = f'<a href="/clients/{desk.ivanov}">Иванов Иван</a>'
    assert text.count("Кто это может быть:") == 3 and text.count(card) == 2
    assert text.count(">Котов Олег</a>") == 2 and "и ещё 1</span>" in text
    assert "Тайный" not in text
    told = [row[-1] for row in read_workbook(desk.browser.get(f"{address}/rejected.xlsx"))]
    assert str(told[1]).endswith("Кто это может быть: Иванов Иван")
    assert str(told[3]).endswith("Кто это может быть: Котов Олег, Котов Олег и ещё 1")
    assert "Кто" not in str(told[4])


def test_a_client_out_of_sight_is_not_named_beside_the_row(desk: Desk) -> None:
    with desk.database.unit_of_work() as session:
        clients = session.scalars(select(Client).filter_by(name="Котов Олег")).all()
        numbers = [one.id for one in clients[1:]]
        session.execute(delete(ClientUnit).where(ClientUnit.client_id.in_(numbers)))
    text = desk.browser.read(f"/selections/loads/{desk.load_id}?rows=doubtful")
    assert "Котов Олег</a>, клиент другого подразделения и ещё 1" in text


def test_cards_are_merged_on_the_way_and_the_row_is_certain_then(desk: Desk) -> None:
    text = desk.browser.read(f"{desk.address}?row=4")
    merge = re.search(r'href="(/clients/\d+/merge/\d+\?back=[^"]+)"', text)
    assert merge is not None
    page = desk.browser.read(merge.group(1).replace("&amp;", "&"))
    action = re.search(r'action="(/clients/\d+/merge/\d+\?back=[^"]+)"', page)
    versions = dict(re.findall(r'name="(\w+_version)" type="hidden" value="(\d+)"', page))
    assert action is not None and len(versions) == 2
    answer = desk.browser.post(action.group(1).replace("&amp;", "&"), versions)
    assert answer.status_code == 303 and str(answer.location) == f"{desk.address}?row=4"
    text = desk.browser.read(str(answer.location))
    assert "Теперь ясно, кто это: Котов Олег." in text and 'value="again"' in text
    desk.browser.post(f"{desk.address}/4", {"choice": "again"})
    assert desk.verdicts() == ["doubtful", "doubtful", "matched", "invalid"]
    elsewhere = re.sub(r"\?back=.*", "?back=https://evil.example/", merge.group(1))
    assert "evil" not in desk.browser.get(elsewhere).text


def test_a_refused_choice_changes_nothing_and_says_why(desk: Desk) -> None:
    for choice in ("same:999999", "same:x", "again", "same:" + "9" * 40):
        answer = desk.browser.post(f"{desk.address}/2", {"choice": choice})
        assert answer.status_code == 303
        assert "Карточки с тех пор изменились" in desk.browser.read(str(answer.location)), choice
    for odd in ("", "mended", "what"):
        assert desk.browser.post(f"{desk.address}/2", {"choice": odd}).status_code in (200, 303)
    assert desk.verdicts() == ["doubtful", "doubtful", "doubtful", "invalid"]
    with desk.database.reading_session() as session:
        assert not session.scalars(select(LoadDecision)).all()


def test_a_refused_undo_can_be_sent_again(desk: Desk) -> None:
    answer = desk.browser.post(f"{desk.address}/4", {"choice": "skip"})
    page = desk.browser.read(str(answer.location))
    undo = re.search(r'action="(/selections/loads/decisions/\d+/undo)"', page)
    assert undo is not None
    for forgotten_at in (datetime.now(UTC), None):
        with desk.database.unit_of_work() as session:
            session.execute(update(RecordLoad).values(forgotten_at=forgotten_at))
        desk.browser.post(undo.group(1), {"form_key": "undo"})
    assert desk.verdicts() == ["doubtful", "doubtful", "doubtful", "invalid"]


def test_a_wrong_cell_is_marked_corrected_and_loaded(desk: Desk) -> None:
    address = f"/selections/loads/{desk.load_id}/mend"
    text = desk.browser.read(address)
    assert "Строка 5" in text and 'value="12"' in text
    assert "В номере не хватает цифр (12)" in text and 'aria-invalid="true"' in text
    wrong = desk.browser.post(f"{address}/5", {"cell-1": "123"})
    assert wrong.status_code == 422 and 'value="123"' in wrong.text
    assert 'value="Лунин Пётр"' in wrong.text and "(123)" in wrong.text
    answer = desk.browser.post(f"{address}/5", {"cell-1": "8 916 000-00-05"})
    assert answer.status_code == 303
    assert "Строк с ошибками нет" in desk.browser.read(str(answer.location))
    assert desk.verdicts()[-1] == "new"
    with desk.database.reading_session() as session:
        assert session.scalars(select(Client).filter_by(name="Лунин Пётр")).one()


def test_all_of_one_cause_are_decided_and_undone_at_one_press(
    prepared: Given,
    browser_of: Callable[..., Browser],
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepared.catalogue()
    unit: Unit = prepared.unit("Сервис Север")
    person = prepared.employee("Мария Руководитель", role=Role.HEAD, unit=unit)
    for number in range(4):
        prepared.client("Иванов Иван", phone=f"+7916000000{number}", unit=unit)
    prepared.client("Лунин Пётр", phone="+79160000003", unit=unit)
    rows = [("Котов Олег", f"+7916000000{number}", "") for number in range(4)]
    load = staged_load(
        prepared, unit, prepared.actor(person, role=Role.HEAD), tmp_path / "clients.xlsx",
        "clients", HEADINGS, *rows,
    )  # fmt: skip
    desk = Desk(browser_of(person, role=Role.HEAD), load.id, 0, database)
    monkeypatch.setattr(deciding_together, "MOST_PEOPLE", 3)
    text = desk.browser.read(desk.address)
    for piece in ("Ещё 3 с той же причиной", "телефон тот же, имя другое", "Людей: 4, строк: 4.",
                  "За одно нажатие – первые 3", "Все – новые клиенты", "Все – те же"):  # fmt: skip
        assert piece in text, piece
    cause = re.search(r'name="cause" value="([^"]+)"', text)
    form = re.search(r'id="alike" method="post" action="([^"]+)"', text)
    assert cause is not None and form is not None and form.group(1) == f"{desk.address}/together"
    sent = {"choice": "same", "cause": cause.group(1), "since": "0", "form_key": _key(text)}
    answer = desk.browser.post(f"{desk.address}/together", sent)
    assert str(answer.location) == f"{desk.address}?row=5&since=5"
    text = desk.browser.read(str(answer.location))
    assert desk.browser.post(f"{desk.address}/together", sent).location == answer.location
    assert desk.verdicts() == ["matched", "matched", "matched", "doubtful"]
    for piece in ("Решено вместе, людей: 3, строк: 3.", "Отсюда и ниже с той же причиной: 1",
                  'name="since" value="5"', "Ещё не разобрано с той же причиной: 1"):  # fmt: skip
        assert piece in text, piece
    undo = re.search(r'action="(/selections/loads/decisions/\d+/undo)"', text)
    # Two clients have that number: it goes on waiting.
    sent = {"choice": "same", "cause": cause.group(1), "since": "5"}
    answer = desk.browser.post(f"{desk.address}/together", sent)
    text = desk.browser.read(str(answer.location))
    assert "людей: 0" in text and "Ждут дальше, людей: 1" in text
    assert "/undo" not in text
    decided = desk.browser.read(f"/selections/loads/{load.id}?rows=decided")
    assert "Одним нажатием решено 3 человека" in decided
    assert undo is not None and desk.browser.post(undo.group(1)).status_code == 303
    assert desk.verdicts() == ["doubtful"] * 4
    # An odd choice only shows the page.
    for odd in ("again", "mended", "", "what"):
        sent = {"choice": odd, "cause": "x", "since": "x"}
        assert desk.browser.post(f"{desk.address}/together", sent).status_code == 200
    answer = desk.browser.post(f"{desk.address}/together", {"choice": "new", "cause": "x" * 5000})
    assert answer.status_code == 303 and desk.verdicts() == ["doubtful"] * 4
