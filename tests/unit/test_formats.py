"""Formats are data: the same heading means another thing in another format."""

import pytest

from importers.columns import Column, Remark, heading_norm, map_columns
from importers.fields import Field
from importers.formats.catalogue import FORMATS, LEAD_FORMATS
from importers.formats.declaration import FormatKind
from importers.spellings import SPELLINGS
from importers.variants import variant_by_headings


def mapped(code: str, *headings: str) -> tuple[Column, ...]:
    return FORMATS[code].mapped(map_columns([(heading,) for heading in headings]))


def fields(code: str, *headings: str) -> list[str | None]:
    return [column.field.value if column.field else None for column in mapped(code, *headings)]


def test_nine_formats_are_declared_and_three_can_be_loaded() -> None:
    assert list(FORMATS) == [
        "maintenance-due", "lost-clients", "recall", "clients", "vehicles", "visits",
        "recommendations", "do-not-call", "results",
    ]  # fmt: skip
    leads = {code for code, fmt in FORMATS.items() if fmt.kind is FormatKind.LEADS}
    assert leads == set(LEAD_FORMATS) == {"maintenance-due", "lost-clients", "recall"}


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=list(FORMATS))
def test_a_declaration_holds_together(fmt) -> None:  # type: ignore[no-untyped-def]
    assert set(fmt.own) | set(fmt.stand_ins) | set(fmt.example) <= fmt.fields
    assert fmt.fields >= {field for group in fmt.identity for field in group}
    for told in fmt.own.values():
        spellings = told.split("|")
        assert len(set(spellings)) == len(spellings)
        assert [heading_norm(one) for one in spellings] == spellings
    example = tuple(Column(at, "x", field) for at, field in enumerate(fmt.example))
    assert fmt.missing(example) == []


def test_one_general_spelling_means_one_thing() -> None:
    spellings = [one for told in SPELLINGS.values() for one in told.split("|")]
    assert len(spellings) == len(set(spellings)) > 1_000
    assert [heading_norm(one) for one in spellings] == spellings
    assert set(SPELLINGS) == set(Field)


def test_work_orders_as_1c_names_them() -> None:
    assert fields(
        "visits", "№ ЗН", "Дата", "Дата закрытия", "Контрагент", "Автомобиль", "VIN", "Держномер",
        "Сумма, руб.", "Статус", "Цех", "Комментарий", "Бонусы",
    ) == [
        "visit_number", "opened_on", "done_on", "name", "make_model", "vin", "plate", "total",
        "visit_status", "workshop", "work", None,
    ]  # fmt: skip
    # The only day of the order is the day on which it was done.
    assert fields("visits", "Номер", "Дата", "Госномер") == ["visit_number", "done_on", "plate"]


def test_the_work_itself_wins_over_what_the_order_was_for() -> None:
    assert fields(
        "visits", "Номер ЗН", "Вид ремонта", "Сумма с НДС", "Наименование работ/запчастей",
        "Кол-во", "Стоимость", "Комментарий",
    ) == ["visit_number", None, "total", "work", None, "line_total", None]  # fmt: skip
    assert fields("visits", "Номер", "Комментарий", "Работы") == ["visit_number", None, "work"]
    assert fields("visits", "Номер", "Комментарий", "Вид ремонта", "Стоимость") == [
        "visit_number", None, "work", "total",
    ]  # fmt: skip


def test_the_day_of_maintenance_is_to_come_where_clients_are_due() -> None:
    assert fields("maintenance-due", "VIN", "Дата ТО") == ["vin", "planned_on"]
    assert fields("maintenance-due", "Дата ТО", "Следующее ТО") == ["last_visit_on", "planned_on"]
    assert fields("lost-clients", "VIN", "Дата ТО") == ["vin", "last_visit_on"]
    assert variant_by_headings(("Клиент", "Тел", "VIN", "Дата ТО")) is None


def test_two_line_headings_are_known_by_their_end() -> None:
    columns = map_columns([("Заказ-наряд", "Номер"), ("Заказ-наряд", "Дата"), ("А/м", "VIN")])
    assert [column.field for column in FORMATS["visits"].mapped(columns)] == [
        Field.VISIT_NUMBER, Field.OPENED_ON, Field.VIN,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "heading", "field"),
    [
        ("results", "Комментарий", "comment"),
        ("do-not-call", "Комментарий", "reason"),
        ("visits", "Комментарий", "work"),
        ("maintenance-due", "Комментарий", "comment"),
        ("results", "Статус", "outcome"),
        ("visits", "Статус", "visit_status"),
        ("recommendations", "Статус", "advice_status"),
        ("clients", "Статус", None),
        ("do-not-call", "С какого числа", "refused_on"),
        ("do-not-call", "Комм.", "reason"),
        ("vehicles", "Дата пробега", "mileage_on"),
        ("vehicles", "Дата последнего визита", "mileage_on"),
        ("lost-clients", "Дата последнего визита", "last_visit_on"),
        ("results", "Дата", "called_at"),
        ("do-not-call", "Дата", "refused_on"),
        ("recommendations", "Дата", "advised_on"),
        ("recommendations", "Сумма, грн", "estimate"),
        ("recommendations", "Работы", "advice"),
        ("visits", "Работы", "work"),
        ("vehicles", "Номер", "plate"),
        ("visits", "Номер", "visit_number"),
        ("maintenance-due", "Номер", "phone"),
        ("maintenance-due", "Дата закрытия", "last_visit_on"),
        ("visits", "Дата последнего визита", "done_on"),
        ("recall", "Код отзыва", "comment"),
        ("clients", "Дата рождения", "birth_on"),
        ("maintenance-due", "Дата рождения", None),
        ("clients", "Компания", "name"),
        ("results", "Call result", "outcome"),
        ("results", "Дата следующего звонка", "next_on"),
        ("vehicles", "ОСАГО до", "insured_until"),
        ("vehicles", "Дата окончания гарантии", "warranty_until"),
        ("visits", "Наряд-замовлення", "visit_number"),
        ("visits", "Дата закриття", "done_on"),
        ("visits", "Repair order", "visit_number"),
    ],
)
def test_a_heading_means_what_the_format_says(code: str, heading: str, field: str | None) -> None:
    assert fields(code, heading) == [field]


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (("Дата", "Время"), ["called_at", "called_time"]),
        (("Время", "Дата"), ["called_time", "called_at"]),
        (("Дата звонка", "Время звонка"), ["called_at", "called_time"]),
        (("Дата звонка", "Время последнего звонка"), ["called_at", "called_time"]),
        (("Call date", "Call time"), ["called_at", "called_time"]),
        (("Дата", "Час дзвінка"), ["called_at", "called_time"]),
        (("Дата звонка", "Время ожидания звонка, сек"), ["called_at", None]),
        (("Дата и время последнего звонка", "Время разговора"), ["called_at", None]),
        # Alone it can only be the whole moment.
        (("Время",), ["called_at"]),
        (("Время звонка",), ["called_at"]),
    ],
)
def test_a_call_has_its_time_beside_the_day(
    headings: tuple[str, ...], expected: list[str | None]
) -> None:
    assert fields("results", *headings) == expected


def test_a_second_column_of_one_meaning_is_told() -> None:
    first, second = mapped("clients", "Комментарий", "Примечание")
    assert (first.field, first.remark) == (Field.COMMENT, None)
    assert (second.field, second.remark) == (None, Remark.TAKEN)


def test_a_column_without_a_heading_is_named_by_its_letter() -> None:
    assert [Column(at, "", None).told for at in (0, 25, 26, 701, 702)] == [
        "A", "Z", "AA", "ZZ", "AAA",
    ]  # fmt: skip
