"""Headings of real files find their fields."""

import pytest

from importers.columns import Field, field_of, map_columns
from importers.formats.catalogue import LEAD_FORMATS
from importers.formats.maintenance_due import MAINTENANCE_DUE
from importers.problems import FileProblem, FileRefused


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("ФИО", Field.NAME),
        ("Ф.И.О. клиента", Field.NAME),
        ("ПІБ", Field.NAME),
        ("Customer name", Field.NAME),
        ("Фамилия", Field.LAST_NAME),
        ("Ім'я", Field.FIRST_NAME),
        ("По батькові", Field.PATRONYMIC),
        ("Телефон", Field.PHONE),
        ("Телефон 2", Field.PHONE),
        ("Доп. телефон", Field.PHONE),
        ("Мобильный", Field.PHONE),
        ("Моб. тел.", Field.PHONE),
        ("Номер телефону", Field.PHONE),
        ("E-mail", Field.EMAIL),
        ("Эл. почта", Field.EMAIL),
        ("VIN-код", Field.VIN),
        ("VIN автомобиля (17 зн.)", Field.VIN),
        ("Гос. номер", Field.PLATE),
        ("Державний номер", Field.PLATE),
        ("Марка", Field.MAKE),
        ("Модель а/м", Field.MODEL),
        ("Марка/модель", Field.MAKE_MODEL),
        ("Марка, модель", Field.MAKE_MODEL),
        ("Год выпуска", Field.YEAR),
        ("Рік випуску", Field.YEAR),
        ("Пробег, км", Field.MILEAGE_KM),
        ("Дата последнего визита", Field.LAST_VISIT_ON),
        ("Дата последнего ТО", Field.LAST_VISIT_ON),
        ("Останній візит", Field.LAST_VISIT_ON),
        ("Рекомендуемая дата ТО", Field.PLANNED_ON),
        ("План ТО", Field.PLANNED_ON),
        ("Дата следующего ТО", Field.PLANNED_ON),
        ("Next service date", Field.PLANNED_ON),
        ("Дата продажи", Field.SOLD_ON),
        ("Дилер", Field.DEALER),
        ("Примечание", Field.COMMENT),
        ("Внешний код", Field.EXTERNAL_KEY),
        ("Город", None),
        ("Дата рождения", Field.BIRTH_ON),
        ("Заказ-наряд", Field.VISIT_NUMBER),
        ("Сумма, руб.", Field.TOTAL),
        ("Дата закрытия", Field.DONE_ON),
        ("Цвет", None),
        ("Дата посл. визита", Field.LAST_VISIT_ON),
        ("Дней с последнего визита", None),
        ("Сумма посл. визита", Field.TOTAL),
        ("Номер последнего визита", None),
        ("Что рекомендовали", Field.ADVICE),
        ("Что было рекомендовано", Field.ADVICE),
        ("Комм.", Field.COMMENT),
        ("Гос№", Field.PLATE),
        ("Паспорт", None),
        ("Дата выдачи паспорта", None),
        ("Номер договора", None),
        ("ФИО по паспорту", Field.NAME),
        ("Телефон по договору", Field.PHONE),
        ("VIN (по ПТС)", Field.VIN),
        ("Пробег на ТО", None),
        ("Пробег следующего ТО", None),
        ("Межсервисный пробег", None),
        ("Плановый пробег, км", None),
        ("Следующее ТО, км", None),
        ("Пробег до ТО", None),
        ("Средний пробег в год", None),
        ("Next service mileage", None),
        ("Пробег на последнем ТО", Field.MILEAGE_KM),
        ("Пробег на дату визита", Field.MILEAGE_KM),
    ],
)
def test_a_heading_finds_its_field(heading: str, field: Field | None) -> None:
    assert field_of(heading) is field


def test_a_lower_line_is_read_with_and_without_the_line_above() -> None:
    columns = map_columns(
        [("Клиент", "Телефон"), ("Дата", "последнего ТО"), ("Клиент", "Дата рождения"), ("VIN",)]
    )
    fields = [column.field for column in columns]
    assert fields == [Field.PHONE, Field.LAST_VISIT_ON, Field.BIRTH_ON, Field.VIN]
    assert columns[1].heading == "Дата последнего ТО"


def test_the_upper_line_may_say_that_the_lower_one_is_of_something_else() -> None:
    columns = map_columns(
        [
            ("Паспорт", "Номер"), ("Паспорт", "Дата выдачи"), ("Паспорт", "ФИО"),
            ("Next service", "Mileage"), ("Next service", "Date"), ("Страховая", "Телефон"),
        ]
    )  # fmt: skip
    assert [column.field for column in columns] == [
        None, None, Field.NAME, None, Field.PLANNED_ON, Field.PHONE,
    ]  # fmt: skip


def test_only_phones_may_stand_in_several_columns() -> None:
    columns = map_columns([("Телефон",), ("Доп. телефон",), ("Комментарий",), ("Примечание",)])
    assert [column.field for column in columns] == [Field.PHONE, Field.PHONE, Field.COMMENT, None]


def test_a_file_without_the_needed_columns_is_told_both_what_is_missing_and_what_is_there() -> None:
    columns = map_columns([("ФИО",), ("Город",), ("",)])
    with pytest.raises(FileRefused) as refused:
        MAINTENANCE_DUE.check_columns(columns)
    assert refused.value.code is FileProblem.MISSING_COLUMNS
    assert refused.value.values == {"missing": [["phone", "vin"]], "found": ["ФИО", "Город"]}


def test_a_vin_alone_is_enough_for_every_lead_format() -> None:
    for fmt in LEAD_FORMATS.values():
        fmt.check_columns(map_columns([("VIN",)]))
    assert set(LEAD_FORMATS) == {"maintenance-due", "lost-clients", "recall"}
