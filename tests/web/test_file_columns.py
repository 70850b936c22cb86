"""«Столбцы»: a person says what the columns of a file are; without scripts (A8)."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from core.db import Database
from directory.units.models import Unit
from tests.given import Given
from tests.web.conftest import Browser
from tests.web.test_files import Desk
from tests.workbooks import IVANOV, write_file
from worklists.models.task import Task

HEADINGS = ("Кто", "Куда", "Что", "Когда")
SEA = ("Море", "один", "XTA21901234567890", "01.02.2024")
WOOD = ("Лес", "два", "Z94CT41DBLR000002", "05.02.2024")


@pytest.fixture
def desk(
    prepared: Given, browser_of: Callable[..., Browser], database: Database, tmp_path: Path
) -> Desk:
    prepared.catalogue()
    unit: Unit = prepared.unit("Сервис Север")
    person = prepared.employee("Мария Менеджер", unit=unit)
    return Desk(browser_of(person), unit, database, tmp_path)


def sent(desk: Desk, *rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> str:
    """Where the upload of such a file leads."""
    path = write_file(desk.folder / f"{rows[0][0]}.xlsx", *rows, headings=headings)
    answer = desk.send(path, format="lost-clients")
    assert answer.status_code == 303, answer.text[:300]
    return str(answer.location)


def chosen(text: str) -> list[str]:
    """What the selects of the page say, in the order of the columns."""
    selects = re.findall(r'<select class="select" name="column-\d+".*?</select>', text, re.S)
    found = [re.search(r'<option value="(\w*)" selected', select) for select in selects]
    return [one.group(1) if one else "" for one in found]


def test_a_file_with_unknown_columns_is_explained_and_loaded(desk: Desk) -> None:
    address = sent(desk, SEA, WOOD)
    assert address.endswith("/columns")
    text = desk.browser.read(address)
    assert chosen(text) == ["", "", "vin", ""]
    for piece in ("Море", "Лес", "узнан по содержимому", "подходят 100 % ячеек", "не узнан",
                  "Здесь даты: выберите, какие", "Не загружать"):  # fmt: skip
        assert piece in text, piece
    said = {"column-0": "name", "column-1": "", "column-2": "vin", "column-3": "last_visit_on"}
    answer = desk.browser.post(address, said)
    assert answer.status_code == 303 and answer.location == address.removesuffix("/columns")
    rows = desk.browser.read(answer.location)
    assert "Море" in rows and "01.02.2024" in rows and "применены и запомнены" in rows
    assert f'href="{address}"' in rows
    text = desk.browser.read(address)
    assert chosen(text) == ["name", "", "vin", "last_visit_on"] and "вы выбрали" in text
    # The next such file is known, and goes straight to its rows.
    later = sent(desk, ("Гора", "три", "KNAFK4A69F5300001", "07.02.2024"))
    assert not later.endswith("/columns") and "Гора" in desk.browser.read(later)


def test_what_is_missing_or_twice_is_told_and_the_choice_stays(desk: Desk) -> None:
    address = sent(desk, ("Море", "один"), headings=("Кто", "Куда"))
    # Nothing is known of it: its rows lead back here.
    assert desk.browser.get(address.removesuffix("/columns")).location == address
    assert "«Телефон» или «VIN»" in desk.browser.read(address)
    answer = desk.browser.post(address, {"column-0": "name", "column-1": ""})
    assert answer.status_code == 422 and chosen(answer.text) == ["name", ""]
    assert "Не хватает: «Телефон» или «VIN»" in answer.text
    twice = desk.browser.post(address, {"column-0": "name", "column-1": "name"})
    assert twice.status_code == 422 and "«ФИО» выбрано в двух столбцах" in twice.text
    odd = desk.browser.post(address, {"column-0": "vin", "column-1": "workshop"})
    assert odd.status_code == 422


def test_a_file_that_is_understood_goes_straight_to_its_rows(desk: Desk) -> None:
    address = desk.load(IVANOV)
    assert not address.endswith("/columns")
    text = desk.browser.read(f"{address}/columns")
    assert chosen(text)[:3] == ["name", "phone", "vin"] and "узнан по заголовку" in text


def test_a_used_file_shows_its_columns_and_keeps_them(desk: Desk) -> None:
    address = desk.load(IVANOV)
    desk.browser.post(f"{address}/work-lists", {"all": "1", "form_key": "k"})
    assert desk.count(Task) == 1
    text = desk.browser.read(f"{address}/columns")
    assert "столбцы не изменить" in text and "disabled" in text and "Применить" not in text
    assert desk.browser.post(f"{address}/columns", {"column-0": ""}).status_code == 409


def test_a_list_of_vins_is_loaded_as_a_recall(desk: Desk) -> None:
    path = write_file(desk.folder / "v.xlsx", ("XTA21901234567890",), headings=("VIN",))
    address = str(desk.send(path, format="recall").location)
    assert "Отзыв по VIN" in desk.browser.read(address)
    other = str(desk.send(path).location)
    assert "По заголовкам это «Отзыв по VIN»" in desk.browser.read(other)
