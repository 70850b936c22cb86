"""Rows of records become values by field, as the format says."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from directory.clients.models import Channel, ClientKind, RefusalScope
from directory.visits.models import RecommendationStatus, VisitStatus
from importers.columns import map_columns
from importers.content import kind_of
from importers.fields import Field
from importers.formats.catalogue import FORMATS
from importers.problems import RowProblem, RowProblemCode
from importers.refusal_words import NotRefused, RefusedPurpose
from importers.typed_rows import TypedReader, TypedRow
from importers.typed_values import (
    read_birthday,
    read_moment,
    read_order,
    read_price,
    read_tax_id,
)

VIN = "XTA21099043576182"


def row(code: str, **cells: str) -> TypedRow:
    """A row of a table whose headings are the keywords («_» as a blank)."""
    fmt = FORMATS[code]
    headings = [(name.replace("_", " "),) for name in cells]
    return TypedReader(fmt.mapped(map_columns(headings)), fmt).read(7, list(cells.values()))


def test_a_number_for_a_name_is_told_with_its_cell() -> None:
    lacking = RowProblem("", RowProblemCode.MISSING_VALUE, "name|last_name")
    told = RowProblem("ФИО", RowProblemCode.NOT_A_NAME, "1234567")
    assert row("clients", ФИО="1234567", Телефон="89161234567").problems == (told, lacking)
    assert row("vehicles", VIN=VIN, ФИО="1234567").warnings == (told,)
    parts = row("clients", Фамилия="77", Имя="-", Телефон="89161234567")
    assert parts.problems[0] == RowProblem("Фамилия", RowProblemCode.NOT_A_NAME, "77")
    for empty in ("", "-", "0", "?", "..."):
        assert row("clients", ФИО=empty, Телефон="89161234567").problems == (lacking,), empty


def test_a_surname_and_the_rest_in_two_columns_are_one_name() -> None:
    read = row("clients", Фамилия="Иванов", Имя_Отчество="Иван Петрович", Телефон="89161234567")
    assert read.values[Field.NAME] == "Иванов Иван Петрович"


def test_excels_first_day_is_nobodys_birthday() -> None:
    for told in ("01.01.1900", "30.12.1899", "1/1/1900 0:00:00"):
        assert read_birthday(told) is RowProblemCode.OUT_OF_RANGE
    assert read_birthday("02.01.1900") == date(1900, 1, 2)


def test_characters_that_nobody_sees_are_no_part_of_a_name() -> None:
    seen = row("clients", ФИО="\u202aСидо\u00adров\u200b Олег\u202c", Телефон="89161234567")
    assert seen.values[Field.NAME] == "Сидоров Олег"


def test_of_several_addresses_the_first_is_taken_and_that_is_told() -> None:
    cell = "a@example.com; B@example.com, A@example.com"
    read = row("clients", ФИО="Иванов Иван", Телефон="89161234567", email=cell)
    told = RowProblem("email", RowProblemCode.ONLY_FIRST, "a@example.com, B@example.com")
    assert (read.values[Field.EMAIL], read.warnings) == ("a@example.com", (told,))
    twice = row("clients", ФИО="Иванов Иван", Телефон="89161234567", email="a@b.ru a@b.ru")
    assert twice.warnings == ()


def test_a_name_beside_the_phone_is_the_clients() -> None:
    fmt = FORMATS["clients"]
    columns = fmt.recognised(map_columns([("Клиент, тел.",)]), [["Иванов Иван, 8 916 123-45-67"]])
    read = TypedReader(columns, fmt).read(2, ["ООО «Ромашка 7» тел. 8 495 123-45-67 доб. 3"])
    assert (read.values[Field.NAME], read.values[Field.CLIENT_KIND]) == (
        "ООО «Ромашка 7»", ClientKind.LEGAL_ENTITY,
    )  # fmt: skip
    assert [(one.e164, one.label) for one in read.phones] == [("+74951234567", "доб. 3")]
    assert (read.problems, read.warnings) == ((), ())


def test_a_vehicle_told_in_one_cell_is_taken_apart() -> None:
    told = f"Kia Rio, VIN {VIN}, г/н А001АА777"
    for code in ("visits", "vehicles"):
        values = row(code, Номер="СЦ-1", Дата="05.11.2026", **{"Автомобиль_(VIN)": told}).values
        assert (values[Field.VIN], values[Field.MAKE], values[Field.MODEL]) == (VIN, "Kia", "Rio")
        assert values[Field.PLATE] == ("А001АА777" if code == "visits" else "СЦ-1")
    assert row("vehicles", Госномер="В222ВВ77", Авто=told).values[Field.PLATE] == "В222ВВ77"
    assert Field.MAKE not in row("results", **{"Автомобиль_(VIN)": told}).values


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 234,50 ₽", "1234.50"),
        ("1\u00a0234.5", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234.567", "1234567.00"),
        ("1,234", "1234.00"),
        ("12,5", "12.50"),
        ("1234,500", "1234.50"),
        ("12500 руб.", "12500.00"),
        ("850 грн", "850.00"),
        ("0", "0.00"),
        ("много", RowProblemCode.NOT_A_NUMBER),
        ("10-20", RowProblemCode.NOT_A_NUMBER),
        ("-500", RowProblemCode.OUT_OF_RANGE),
        ("99999999999", RowProblemCode.OUT_OF_RANGE),
    ],
)
def test_an_amount_is_read_in_every_spelling(text: str, amount: str | RowProblemCode) -> None:
    expected = amount if isinstance(amount, RowProblemCode) else Decimal(amount)
    assert read_price(text) == expected


def test_moments_birthdays_tax_numbers_and_orders() -> None:
    at = datetime.fromisoformat
    assert read_moment("12.03.2025 14:05") == at("2025-03-12 14:05")
    assert read_moment("2025-03-12T09:30:15") == at("2025-03-12 09:30")
    assert read_moment("12.03.2025") == at("2025-03-12 00:00")
    assert read_moment("03/13/2025 2:05 PM") == at("2025-03-13 14:05")
    assert read_moment("12.03.2025 25:00") is RowProblemCode.NO_SUCH_DATE
    assert read_birthday("29.02.1944") == date(1944, 2, 29)
    assert read_birthday("12.03.45") == date(1945, 3, 12)
    assert read_birthday("12.03.1985") == date(1985, 3, 12)
    assert read_birthday("31.02.1944") is RowProblemCode.NO_SUCH_DATE
    assert read_tax_id("7701234567/770101001") == "7701234567"
    assert read_tax_id("101234567") == "0101234567"  # Excel took the zero away
    assert read_tax_id("12345678") == "12345678"
    assert read_tax_id("123") is RowProblemCode.OUT_OF_RANGE
    assert read_order("Заказ-наряд СЦ00001234 от 12.03.2025 10:00:00") == (
        "СЦ00001234", date(2025, 3, 12),
    )  # fmt: skip
    assert read_order("  ЗН-77 ") == ("ЗН-77", None)


def test_a_work_order_is_typed_by_its_format() -> None:
    order = row(
        "visits",
        Заказ_наряд="Заказ-наряд СЦ-15 от 10.03.2025 9:00:00",
        Дата_закрытия="12.03.2025",
        Контрагент="ООО «Ромашка»",
        Телефон="8 916 123-45-67 Иван, 8 903 765-43-21 доб. 5",
        Автомобиль="Land Rover Discovery",
        VIN="хта21099043576182",
        Держномер="б/н",
        Пробег="125 тыс. км",
        Сумма="12 500,00 ₽",
        Статус="Закрыт 12.03.2025",
        Цех="СТО Север",
        Работы="Замена масла \n\n Замена  фильтра",
        Бонусы="12",
    )
    assert order.row_no == 7 and order.cells[-1] == "12"
    assert order.values == {
        Field.VISIT_NUMBER: "СЦ-15",
        Field.OPENED_ON: date(2025, 3, 10),
        Field.DONE_ON: date(2025, 3, 12),
        Field.NAME: "ООО «Ромашка»",
        Field.CLIENT_KIND: ClientKind.LEGAL_ENTITY,
        Field.MAKE: "Land Rover",
        Field.MODEL: "Discovery",
        Field.VIN: VIN,
        Field.MILEAGE_KM: 125_000,
        Field.TOTAL: Decimal("12500.00"),
        Field.VISIT_STATUS: VisitStatus.DONE,
        Field.WORKSHOP: "СТО Север",
        Field.WORK: "Замена масла\nЗамена фильтра",
    }
    assert [phone.e164 for phone in order.phones] == ["+79161234567", "+79037654321"]
    assert (order.phones[0].note, order.phones[1].extension) == ("Иван", "5")
    assert order.problems == ()
    assert [note.code for note in order.warnings] == [RowProblemCode.VIN_MENDED]


def test_a_row_that_lacks_what_the_format_needs_is_rejected_with_every_reason() -> None:
    order = row("visits", Номер="15", Дата="31.02.2025", VIN=VIN[:16], Сумма="много")
    assert order.is_rejected
    assert order.problems == (
        RowProblem("VIN", RowProblemCode.VIN_WRONG_LENGTH, VIN[:16]),
        RowProblem("Дата", RowProblemCode.NO_SUCH_DATE, "31.02.2025"),
        RowProblem("", RowProblemCode.MISSING_VALUE, "done_on|opened_on"),
        RowProblem("", RowProblemCode.MISSING_VALUE, "vin|plate"),
    )
    assert order.warnings == (RowProblem("Сумма", RowProblemCode.NOT_A_NUMBER, "много"),)


def test_a_client_with_a_name_in_three_columns() -> None:
    client = row(
        "clients", Фамилия="Фёдорова", Имя=" Алёна ", Отчество="", Моб="", Почта="a@example.com",
        Дата_рождения="12.03.1949", Тип_клиента="Юр. лицо", ИНН="н/д", Адрес="Москва,  ул. Мира",
    )  # fmt: skip
    assert client.values == {
        Field.NAME: "Фёдорова Алёна",
        Field.CLIENT_KIND: ClientKind.LEGAL_ENTITY,
        Field.EMAIL: "a@example.com",
        Field.BIRTH_ON: date(1949, 3, 12),
        Field.ADDRESS: "Москва, ул. Мира",
    }
    assert (client.problems, client.warnings) == ((), ())
    nobody = row("clients", ФИО="Иванов", Телефон="12345", Почта="")
    assert [note.code for note in nobody.problems] == [
        RowProblemCode.PHONE_TOO_SHORT, RowProblemCode.MISSING_VALUE,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "heading", "cell", "value"),
    [
        ("recommendations", "Статус", "Отказ клиента", RecommendationStatus.DECLINED),
        ("recommendations", "Статус", "не выполнено", RecommendationStatus.OPEN),
        ("recommendations", "Статус", "Выполнена 12.03", RecommendationStatus.DONE),
        ("do-not-call", "Отказ от", "Все звонки", RefusalScope.ALL),
        ("do-not-call", "Отказ от", "реклама", RefusalScope.PURPOSE),
        ("visits", "Статус", "В роботі", VisitStatus.OPEN),
        ("visits", "Статус", "в процессе", VisitStatus.OPEN),
        ("visits", "Статус", "Cancelled", VisitStatus.CANCELLED),
        ("clients", "Вид клиента", "ФОП", ClientKind.SOLE_PROPRIETOR),
    ],
)
def test_words_stand_for_values(code: str, heading: str, cell: str, value: object) -> None:
    assert value in row(code, **{heading: cell}).values.values()


def test_an_unknown_word_is_told_and_left_out() -> None:
    order = row("visits", Номер="15", Дата="01.02.2025", VIN=VIN, Статус="Ждём луну")
    assert Field.VISIT_STATUS not in order.values and not order.is_rejected
    assert order.warnings == (RowProblem("Статус", RowProblemCode.NOT_KNOWN, "Ждём луну"),)


def test_a_result_of_a_call_made_elsewhere() -> None:
    told = row(
        "results", Телефон="8 916 123-45-67", Дата="12.03.2025 14:05", Статус="Записан",
        Комментарий="приедет", Перезвонить="15.03.2025", Оператор="Сухов",
    )  # fmt: skip
    assert told.values[Field.CALLED_AT] == datetime.fromisoformat("2025-03-12 14:05")
    assert told.values[Field.OUTCOME] == "Записан" and told.values[Field.COMMENT] == "приедет"
    assert told.values[Field.NEXT_ON] == date(2025, 3, 15)
    assert told.values[Field.CALLER] == "Сухов"


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        ("12.03.2025", "9:05", "2025-03-12 09:05"),
        ("12.03.2025", "09:05:40", "2025-03-12 09:05"),
        ("12.03.2025", "14.20", "2025-03-12 14:20"),
        ("12.03.2025", "2:05 pm", "2025-03-12 14:05"),
        ("12.03.2025", "30.12.1899 05:10", "2025-03-12 05:10"),
        ("12.03.2025", "0,215277777777778", "2025-03-12 05:10"),
        ("12.03.2025 00:00", "05:10", "2025-03-12 05:10"),
        ("12.03.2025 05:10", "05:10", "2025-03-12 05:10"),
        ("12.03.2025", "", "2025-03-12 00:00"),
    ],
)
def test_the_time_of_a_call_joins_its_day(day: str, clock: str, moment: str) -> None:
    told = row("results", Телефон="8 916 123-45-67", Дата=day, Время=clock, Итог="Записан")
    assert told.values[Field.CALLED_AT] == datetime.fromisoformat(moment)
    assert not told.warnings and not told.is_rejected


@pytest.mark.parametrize("clock", ["25:10", "утром", "23.11.2026", "0.99999"])
def test_what_is_no_time_is_told_and_the_day_stays(clock: str) -> None:
    told = row("results", Телефон="8 916 123-45-67", Дата="12.03.2025", Время=clock, Итог="Да")
    assert told.values[Field.CALLED_AT] == datetime.fromisoformat("2025-03-12")
    assert told.warnings == (RowProblem("Время", RowProblemCode.NOT_A_TIME, clock),)


def test_another_time_beside_a_whole_moment_is_told() -> None:
    told = row(
        "results", Телефон="8 916 123-45-67", Дата="12.03.2025 9:00", Время="17:30", Итог="Да"
    )
    assert told.values[Field.CALLED_AT] == datetime.fromisoformat("2025-03-12 09:00")
    assert told.warnings == (RowProblem("Время", RowProblemCode.NOT_TAKEN, "17:30"),)


@pytest.mark.parametrize(
    ("cell", "meant", "code"),
    [
        ("только SMS", Channel.SMS, RowProblemCode.CALLS_STAY),
        ("СМС", Channel.SMS, RowProblemCode.CALLS_STAY),
        ("e-mail", Channel.EMAIL, RowProblemCode.CALLS_STAY),
        ("по ТО", RefusedPurpose.MAINTENANCE, None),
        ("только ТО", RefusedPurpose.MAINTENANCE, None),
        ("все", RefusalScope.ALL, None),
        ("не звонить 01.06.2026", RefusalScope.ALL, None),
        ("ИСТИНА", RefusalScope.ALL, None),
        ("+", RefusalScope.ALL, None),
        ("нет", NotRefused.NO, None),
        ("Ничего", NotRefused.NO, None),
        ("просит больше не звонить никогда", RefusalScope.ALL, None),
        ("СМС не присылать", Channel.SMS, RowProblemCode.CALLS_STAY),
        ("не писать в мессенджеры", Channel.MESSENGER, RowProblemCode.CALLS_STAY),
        ("не звонить по поводу ТО", RefusedPurpose.MAINTENANCE, None),
        ("не звонить и не писать смс", RefusalScope.ALL, RowProblemCode.REFUSAL_IN_PART),
        ("0", NotRefused.NO, None),
        ("Отзыв", RefusalScope.ALL, RowProblemCode.REFUSAL_UNCLEAR),
        # Half understood, it must not come to less than what stands there.
        ("SMS, и не звонить", RefusalScope.ALL, RowProblemCode.REFUSAL_UNCLEAR),
        ("по ТО и вообще", RefusalScope.ALL, RowProblemCode.REFUSAL_UNCLEAR),
        ("нет, не звоните", RefusalScope.ALL, RowProblemCode.REFUSAL_UNCLEAR),
        ("не звонить вечером", RefusalScope.ALL, RowProblemCode.REFUSAL_IN_PART),
        ("звонки утром", RefusalScope.CHANNEL, RowProblemCode.REFUSAL_IN_PART),
    ],
)
@pytest.mark.parametrize("heading", ["Тип_отказа", "Не_звонить"])
def test_what_is_refused_is_understood_or_told(
    heading: str, cell: str, meant: object, code: RowProblemCode | None
) -> None:
    read = row("do-not-call", Телефон="8 916 123-45-67", **{heading: cell})
    field = Field.REFUSES if heading == "Не_звонить" else Field.SCOPE
    assert read.values[field] is meant
    assert [one.code for one in read.warnings] == ([code] if code is not None else [])


@pytest.mark.parametrize("cell", ["", "-", "?"])
def test_a_cell_without_words_says_nothing_of_a_refusal(cell: str) -> None:
    read = row("do-not-call", Телефон="8 916 123-45-67", Не_звонить=cell, Тип=cell)
    assert read.values.keys().isdisjoint({Field.REFUSES, Field.SCOPE}) and not read.warnings


def test_a_second_number_is_read_with_its_hours_or_told() -> None:
    cell = "8(911)123-45-67 (жена Марина), 8-921-444-55-66 после 18:00"
    read = row("clients", ФИО="Иванов Иван", Телефон=cell)
    assert [(phone.e164, phone.note) for phone in read.phones] == [
        ("+79111234567", "жена Марина"),
        ("+79214445566", "после 18:00"),
    ]
    assert read.warnings == ()
    cell = "8(911)123-45-67, 8-921-444-55 после 18:00"
    read = row("clients", ФИО="Иванов Иван", Телефон=cell)
    assert [phone.e164 for phone in read.phones] == ["+79111234567"]
    assert read.warnings == (RowProblem("Телефон", RowProblemCode.PHONE_TOO_SHORT, cell),)


def test_a_year_that_is_none_is_told_as_that() -> None:
    read = row("vehicles", VIN=VIN, Год_выпуска="20191")
    assert Field.YEAR not in read.values
    assert read.warnings == (RowProblem("Год выпуска", RowProblemCode.NOT_A_YEAR, "20191"),)
    assert row("vehicles", VIN=VIN, Год_выпуска="2019 г.").values[Field.YEAR] == 2019


def test_a_month_alone_is_the_end_of_what_ends_and_told_of_what_was() -> None:
    car = row("vehicles", VIN=VIN, Окончание_гарантии="дек. 2027", Страховка_до="02.2028")
    assert car.values[Field.WARRANTY_UNTIL] == date(2027, 12, 31)
    assert car.values[Field.INSURED_UNTIL] == date(2028, 2, 29)
    assert car.warnings == ()
    exact = row("vehicles", VIN=VIN, Окончание_гарантии="5 дек. 2027 г.")
    assert exact.values[Field.WARRANTY_UNTIL] == date(2027, 12, 5)
    visit = row("visits", Номер="1", VIN=VIN, Дата_открытия="ноябрь 2025")
    assert visit.values[Field.OPENED_ON] == date(2025, 11, 1)
    assert visit.warnings == (
        RowProblem("Дата открытия", RowProblemCode.ONLY_MONTH, "ноябрь 2025"),
    )


def test_a_cell_that_only_begins_like_an_order_is_no_riddle() -> None:
    """A pattern that tries it in all ways would need years."""
    for cell in ("Акт" + "a" * 5_000 + "1" * 5_000 + " x", "Документ " + "1" * 20_000 + " x"):
        number, day = read_order(cell)
        assert number in cell and len(number) <= 100 and day is None


def test_an_endless_cell_without_an_address_is_told_at_once() -> None:
    """The kinds of cells are guessed and read in the parent, outside all limits of the child."""
    endless = "а" * 200_000
    read = row("clients", фио="Иванов Иван", телефон="8 916 123-45-67", email=endless + "@")
    assert read.values.get(Field.EMAIL) is None
    assert {told.code for told in read.warnings} == {RowProblemCode.NOT_AN_EMAIL}
    assert kind_of(endless + "@") is None
