"""Cells become typed rows; what cannot be read is told."""

from datetime import date, datetime

import pytest

from importers.columns import Column, map_columns
from importers.problems import RowProblem, RowProblemCode
from importers.rows import LeadRow, RowReader, duplicate_key
from importers.values import read_day, read_kilometres, read_year, text_of

VIN = "XTA21099043576182"


def row(**cells: str) -> LeadRow:
    """A row of a table whose headings are the keywords («_» as a blank)."""
    headings = [name.replace("_", " ") for name in cells]
    columns: tuple[Column, ...] = map_columns([(heading,) for heading in headings])
    return RowReader(columns).read(7, list(cells.values()))


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (date(2024, 12, 31), date(2024, 12, 31)),
        (datetime(2024, 12, 31, 14, 5), date(2024, 12, 31)),  # noqa: DTZ001 (as in workbooks)
        (45657.0, date(2024, 12, 31)),
        ("45657", date(2024, 12, 31)),
        ("31.12.2024", date(2024, 12, 31)),
        ("31.12.24", date(2024, 12, 31)),
        ("31.12.2024 г.", date(2024, 12, 31)),
        ("31.12.2024 10:30:00", date(2024, 12, 31)),
        ("2024-12-31", date(2024, 12, 31)),
        ("2024-12-31T10:30:00", date(2024, 12, 31)),
        ("31/12/24", date(2024, 12, 31)),
        ("12/31/2024", date(2024, 12, 31)),
        ("31 декабря 2024", date(2024, 12, 31)),
        ("31 грудня 2024 р.", date(2024, 12, 31)),
        ("1 марта 2024 года", date(2024, 3, 1)),
        ("дек.24", date(2024, 12, 1)),
        ("20241231", date(2024, 12, 31)),
        ("31.02.2024", RowProblemCode.NO_SUCH_DATE),
        ("31 февраля 2024", RowProblemCode.NO_SUCH_DATE),
        ("скоро", RowProblemCode.NOT_A_DATE),
        ("12", RowProblemCode.NOT_A_DATE),
        ("01.01.1024", RowProblemCode.OUT_OF_RANGE),
    ],
)
def test_a_day_is_read_in_every_spelling(cell: object, day: date | RowProblemCode) -> None:
    assert read_day(text_of(cell)) == day


@pytest.mark.parametrize(
    ("text", "kilometres"),
    [
        ("125000", 125_000),
        ("125 000 км", 125_000),
        ("125\u00a0000", 125_000),
        ("125.000", 125_000),
        ("125 тыс. км", 125_000),
        ("около 90000", 90_000),
        ("99999999", RowProblemCode.OUT_OF_RANGE),
        ("-", RowProblemCode.NOT_A_NUMBER),
        ("10-20", RowProblemCode.NOT_A_NUMBER),
    ],
)
def test_mileage_is_read_in_every_spelling(text: str, kilometres: int | RowProblemCode) -> None:
    assert read_kilometres(text) == kilometres


def test_a_year_is_found_beside_words_and_in_dates() -> None:
    assert [read_year(text) for text in ("2015", "2015 г.", "01.03.2015")] == [2015] * 3
    assert read_year("15") is RowProblemCode.NOT_A_NUMBER


def test_vin_and_plate_are_found_in_the_cell_of_the_vehicle() -> None:
    lead = row(ФИО="Иванов", Телефон="", Автомобиль=f"Kia Rio, VIN {VIN}, г/н А001АА777")
    assert (lead.vin, lead.plate, lead.make, lead.model) == (VIN, "А001АА777", "Kia", "Rio")
    plated = row(ФИО="Иванов", Телефон="8 916 123-45-67", Авто="Mazda CX-5 (P123PP77)")
    assert (plated.vin, plated.plate, plated.model) == (None, "P123PP77", "CX-5")
    # What has its own cell stays with it.
    both = row(ФИО="Иванов", Телефон="", Госномер="В222ВВ77", Авто=f"Kia Rio А001АА777 {VIN}")
    assert (both.vin, both.plate, both.model) == (VIN, "В222ВВ77", "Rio")
    none = row(ФИО="Иванов", Телефон="8 916 123-45-67", Авто="Land Rover Discovery")
    assert (none.plate, none.make, none.model) == (None, "Land Rover", "Discovery")


def test_words_beside_a_vin_are_the_vehicle_or_told() -> None:
    lead = row(**{"ФИО": "Иванов", "Автомобиль_(VIN)": f"Kia Rio {VIN}"})
    assert (lead.vin, lead.make, lead.model, lead.warnings) == (VIN, "Kia", "Rio", ())
    bare = row(ФИО="Иванов", VIN=f"{VIN} (партия 2)")
    assert (bare.vin, bare.make) == (VIN, None)
    assert [one.code for one in bare.warnings] == [RowProblemCode.VIN_ALONE]
    two = row(ФИО="Иванов", VIN=f"{VIN} / XTA21099043576199")
    assert two.vin is None and two.problems[0].code is RowProblemCode.VIN_WRONG_LENGTH


def test_a_good_row_is_typed_and_keeps_its_original_cells() -> None:
    lead = row(
        Фамилия="Фёдорова",
        Имя=" Алёна ",
        Отчество="Ивановна",
        Телефон="8 (916) 123-45-67",
        Телефон_2="9267654321",
        VIN=VIN.lower(),
        Марка_модель="Land Rover Discovery",
        Пробег="125 000 км",
        План_ТО="15.11.2026",
    )
    assert lead.row_no == 7
    assert lead.cells[1] == " Алёна "
    assert lead.name == "Фёдорова Алёна Ивановна"
    assert [phone.e164 for phone in lead.phones] == ["+79161234567", "+79267654321"]
    assert (lead.vin, lead.make, lead.model) == (VIN, "Land Rover", "Discovery")
    assert (lead.mileage_km, lead.planned_on) == (125_000, date(2026, 11, 15))
    assert (lead.problems, lead.warnings, lead.is_rejected) == ((), (), False)


def test_a_row_that_identifies_nobody_is_rejected_with_every_reason() -> None:
    lead = row(ФИО="Иванов Иван", Телефон="12345", VIN=VIN[:16])
    assert lead.is_rejected
    assert lead.problems == (
        RowProblem("Телефон", RowProblemCode.PHONE_TOO_SHORT, "12345"),
        RowProblem("VIN", RowProblemCode.VIN_WRONG_LENGTH, VIN[:16]),
        RowProblem("", RowProblemCode.NO_PHONE_AND_NO_VIN),
    )


def test_a_phone_without_a_name_is_nobody_to_ask_for() -> None:
    lead = row(ФИО="-", Телефон="89161234567")
    assert [problem.code for problem in lead.problems] == [RowProblemCode.NO_NAME_AND_NO_VIN]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"VIN": VIN[:16]}, RowProblemCode.VIN_WRONG_LENGTH),
        ({"VIN": "ХТА21099043576182"}, RowProblemCode.VIN_MENDED),
        ({"Телефон_2": "12345"}, RowProblemCode.PHONE_TOO_SHORT),
        ({"Дата_последнего_визита": "31.02.2025"}, RowProblemCode.NO_SUCH_DATE),
        ({"План_ТО": "когда-нибудь"}, RowProblemCode.NOT_A_DATE),
        ({"Пробег": "много"}, RowProblemCode.NOT_A_NUMBER),
        ({"Почта": "нету"}, RowProblemCode.NOT_AN_EMAIL),
    ],
)
def test_what_is_not_needed_is_left_out_and_told(cells: dict[str, str], code: str) -> None:
    lead = row(ФИО="Иванов Иван", Телефон="89161234567", **cells)
    assert not lead.is_rejected
    (warning,) = lead.warnings
    assert (warning.code, warning.value) == (code, next(iter(cells.values())))


def test_a_vin_without_a_phone_is_kept_with_a_warning() -> None:
    lead = row(ФИО="Иванов Иван", Телефон="", VIN=VIN)
    assert not lead.is_rejected
    assert lead.warnings == (RowProblem("", RowProblemCode.NO_PHONE),)


def test_rows_of_one_client_share_a_key() -> None:
    first = row(ФИО="Иванов Иван", Телефон="8 916 123-45-67", VIN=VIN)
    second = row(ФИО="ИВАНОВ И.", Телефон="+79161234567", VIN="")
    assert duplicate_key(first) == duplicate_key(second) == "+79161234567"
    assert duplicate_key(row(ФИО="Иванов", Телефон="", VIN=VIN)) == VIN
    assert duplicate_key(row(ФИО="Иванов", Телефон="", VIN="")) is None


def test_a_cell_that_only_fills_the_space_is_blank() -> None:
    lead = row(ФИО="Иванов", Телефон="89161234567", Пробег="0", План_ТО=" - ", Почта="нет")
    assert (lead.mileage_km, lead.planned_on, lead.email, lead.warnings) == (None, None, None, ())


def test_a_row_shorter_than_the_table_is_read() -> None:
    columns = map_columns([("VIN",), ("ФИО",), ("Телефон",)])
    assert RowReader(columns).read(2, [VIN]).vin == VIN
