"""What a file of a 1C folder is, by its headings alone."""

import pytest

from importers.columns import map_columns
from importers.content import with_order_days
from importers.folders.models import FolderProblem
from importers.folders.recognising import NotRecognised, recognised_format
from importers.formats.catalogue import FORMATS
from importers.likely_kinds import likelier_kind, with_cells
from importers.spellings import SPELLINGS

CASES = [
    ("clients", "Код|Наименование|ИНН|Телефон|Email"),
    ("clients", "ФИО|Телефон|Дата рождения|Адрес"),
    ("clients", "Контрагент|Вид|ИНН|Телефон|Комментарий"),
    ("clients", "Фамилия|Имя|Отчество|Телефон|Код клиента"),
    ("clients", "Клиент|Телефон"),
    ("vehicles", "VIN|Госномер|Марка|Модель|Год выпуска|Владелец|Телефон"),
    ("vehicles", "VIN|Модель|Пробег|Дата продажи|Гарантия до|Клиент"),
    ("vehicles", "VIN|Марка|Модель"),
    ("visits", "Номер|Дата|Контрагент|VIN|Госномер|Пробег|Сумма|Статус"),
    ("visits", "№ ЗН|Дата|Дата закрытия|Контрагент|Автомобиль|VIN|Держномер|Сумма, руб.|Статус"),
    ("visits", "Заказ-наряд|Дата закрытия|VIN|Работа|Стоимость|Клиент|Телефон"),
    ("visits", "Заказ-наряд|Дата открытия|Дата закрытия|Госномер|Пробег|Работы|Сумма"),
    ("recommendations", "Заказ-наряд|Дата|VIN|Рекомендация|Стоимость|Статус"),
    ("recommendations", "VIN|Рекомендации|Дата рекомендации|Клиент|Телефон"),
    ("recommendations", "Номер заказ-наряда|Рекомендованные работы|Сумма|Госномер"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "headings"), CASES)
def test_files_as_1c_puts_them_out_are_told(code: str, headings: str) -> None:
    columns = map_columns([(one,) for one in headings.split("|")])
    assert recognised_format(columns).code == code


@pytest.mark.parametrize("code", ["clients", "vehicles", "visits", "recommendations"])
def test_the_example_of_a_format_is_its_own(code: str) -> None:
    headings = [SPELLINGS[field].split("|")[0] for field in FORMATS[code].example]
    assert recognised_format(map_columns([(one,) for one in headings])).code == code


@pytest.mark.parametrize(
    ("problem", "headings"),
    [
        (FolderProblem.NOT_RECOGNISED, "Артикул|Остаток|Склад"),
        (FolderProblem.NOT_RECOGNISED, "Менеджер|План|Факт"),
        # Nobody is banned from calls, and nobody's answer is taken, because of a resemblance.
        (FolderProblem.NOT_BY_NIGHT, "Телефон|ФИО|Причина отказа|Дата отказа"),
        (FolderProblem.NOT_BY_NIGHT, "Телефон|ФИО|Результат звонка|Дата звонка|Оператор"),
    ],
)
def test_what_is_not_certain_is_refused(problem: FolderProblem, headings: str) -> None:
    with pytest.raises(NotRecognised) as refused:
        recognised_format(map_columns([(one,) for one in headings.split("|")]))
    assert refused.value.problem is problem


@pytest.mark.parametrize(
    ("chosen", "headings", "likelier"),
    [
        ("do-not-call", "№ ЗН|Дата закрытия|VIN|Клиент|Телефон|Работы|Сумма", "visits"),
        ("clients", "Клиент|Телефон|VIN|Рекомендация|Дата|Сумма", "recommendations"),
        ("results", "VIN|Госномер|Марка|Модель|Год выпуска|Владелец|Телефон", "vehicles"),
        ("clients", "Телефон|ФИО|Результат звонка|Дата звонка|Оператор", "results"),
        ("visits", "Дата|ФИО|Телефон|Причина отказа|Дата отказа", "do-not-call"),
        ("do-not-call", "ФИО|Телефон", None),
        ("do-not-call", "ФИО|Телефон|Причина отказа", None),
        ("do-not-call", "VIN|Телефон", None),
        ("results", "ФИО|Телефон|Результат|Дата звонка", None),
        # «Не звонить» is a column of clients too.
        ("clients", "ФИО|Телефон|Код|Контактное лицо|Тел. доп.|Не звонить|Пол", None),
        ("clients", "ФИО|Телефон|Не звонить", None),
        ("do-not-call", "ФИО|Телефон|Не звонить", None),
        *((code, headings, None) for code, headings in CASES),
        ("clients", "Номер|Дата|Закрыт|Автомобиль|Заказчик|Цех|Состояние|Пробег|Сумма", "visits"),
        ("visits", "Номер|Дата|Закрыт|Автомобиль|Заказчик|Цех|Состояние|Пробег|Сумма", None),
        ("clients", "Код|ФИО|Телефон|Автомобиль|Пробег", None),
        ("maintenance-due", "Телефон клиента|ФИО|Причина|С какого дня|Тип", "do-not-call"),
        ("recall", "Телефон клиента|ФИО|Причина|С какого дня|Тип", "do-not-call"),
        ("lost-clients", "Телефон|ФИО|Итог звонка|Дата звонка|Оператор", "results"),
        ("lost-clients", "Фамилия|Имя|Телефон|Дата рождения|Адрес|ИНН", "clients"),
        ("maintenance-due", "VIN|Марка|Модель|Владелец|Гарантия до|Страховка до", "vehicles"),
        # What such a file may bring, or is made of on purpose.
        ("recall", "VIN|Кампания|Причина|Клиент|Телефон", None),
        ("maintenance-due", "Клиент|Телефон|VIN|Марка|Модель|Пробег|Дата ТО", None),
        ("maintenance-due", "VIN|Марка|Модель|Госномер|Владелец|Телефон|Пробег", None),
        ("lost-clients", "№ ЗН|Дата закрытия|VIN|Клиент|Телефон|Работы|Сумма", None),
        ("lost-clients", "ФИО|Телефон|Дата рождения|Последний визит", None),
    ],
)
def test_another_kind_is_named_only_when_it_fits_clearly_better(
    chosen: str, headings: str, likelier: str | None
) -> None:
    columns = map_columns([(one,) for one in headings.split("|")])
    found = likelier_kind(FORMATS[chosen], columns)
    assert (found.code if found else None) == likelier


def test_columns_that_are_to_be_filled_in_tell_nothing() -> None:
    headings = "ФИО|Телефон|Результат звонка|Дата звонка|Оператор"
    columns = map_columns([(one,) for one in headings.split("|")])
    leads = FORMATS["lost-clients"]
    row = ["Иванов Иван", "8 916 123-45-67"]
    assert likelier_kind(leads, with_cells(columns, [row, [*row, " ", "", ""]])) is None
    called = [*row, "Записан", "01.03.2026", "Ира"]
    assert likelier_kind(leads, with_cells(columns, [row, called])) is FORMATS["results"]


def test_a_plate_is_no_code_of_a_client_and_any_day_no_birthday() -> None:
    headings = "ФИО|Телефон|Гос. номер|Дата планового ТО|Дата"
    mapped = FORMATS["clients"].mapped(map_columns([(one,) for one in headings.split("|")]))
    assert [column.field for column in mapped[2:]] == [None, None, None]


def test_orders_whose_day_stands_beside_the_number_are_orders() -> None:
    headings = map_columns([("Документ",), ("VIN",), ("Гос.номер",), ("Заказчик",)])
    vin = "XTA21099043576182"
    bare = with_order_days(headings, [["Заказ-наряд СЦ-1", vin]])
    assert recognised_format(bare).code == "vehicles"
    told = with_order_days(headings, [["Заказ-наряд СЦ-1 от 10.11.2026 9:15:00", vin]])
    assert recognised_format(told).code == "visits"
    assert likelier_kind(FORMATS["visits"], told) is None
    found = likelier_kind(FORMATS["vehicles"], told)
    assert found is not None and found.code == "visits"
