"""Columns are recognised by their cells where the headings do not tell."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from openpyxl import Workbook

from importers.columns import Remark, Source, map_columns
from importers.content import Kind, content_of, kind_of
from importers.fields import Field
from importers.formats.catalogue import FORMATS, LEAD_FORMATS
from importers.kept_columns import as_said, bare_columns, columns_of, kept_columns
from importers.problems import FileProblem, FileRefused
from importers.rows import ReadResult, read_leads
from importers.typed_rows import TypedReader

VINS = ("XTA21099043576182", "Z94CT41DBLR000002", "WBA3A5C58CF256651", "KNAFK4A69F5300001")
PEOPLE = ("Иванов Иван Иванович", "Петрова Анна", "ООО «Ромашка»", "Ткач О.В.")
PHONES = ("8 (916) 123-45-67", "+7 903 765-43-21", "89161112233", "9031112233, доб. 12")


def recognised(code: str, headings: Sequence[str], rows: Sequence[Sequence[str]]):  # type: ignore[no-untyped-def]
    columns = map_columns([(heading,) if heading else () for heading in headings])
    return FORMATS[code].recognised(columns, rows)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("8 (916) 123-45-67", Kind.PHONE),
        ("79161234567", Kind.PHONE),
        ("0671234567", Kind.PHONE),
        ("8 916 123-45-67 Иван, 8 903 765-43-21", Kind.PHONE),
        ("9260598479 (просил больше не звонить!)", Kind.PHONE),
        ("8-916-123-45-67 просила не беспокоить", Kind.PHONE),
        ("7701234567 Ромашка, договор поставки", None),
        ("звонить только на 89161234567 после обеда", None),
        ("хта21099043576182", Kind.VIN),
        ("А123ВС77", Kind.PLATE),
        ("AA 1234 BB", Kind.PLATE),
        ("a@example.com", Kind.EMAIL),
        ("31.12.2024", Kind.DAY),
        ("1 марта 2024 года", Kind.DAY),
        ("2015", Kind.YEAR),
        ("125 000 км", Kind.MILEAGE),
        ("1 234,50 ₽", Kind.AMOUNT),
        ("1234.50", Kind.AMOUNT),
        ("Петренко О.В.", Kind.NAME),
        ("ИП Сидоров", Kind.NAME),
        ("Land Rover Discovery", None),
        ("Автоцентр Север", None),
        ("45000", None),
        ("12345678", None),
        ("звонить после 18:00", None),
        ("", None),
    ],
)
def test_a_cell_looks_like_what_it_is(cell: str, kind: Kind | None) -> None:
    assert kind_of(cell) is kind


def test_the_share_of_cells_is_told_and_must_be_large_enough() -> None:
    content = content_of([*PHONES, "нет", ""])
    assert content is not None and (content.kind, content.share, content.filled) == (
        Kind.PHONE, 80, 5,
    )  # fmt: skip
    assert content_of([*PHONES[:1], "нет", "не берёт"]) is None


def test_columns_without_a_known_heading_are_told_by_their_cells() -> None:
    rows = list(zip(PEOPLE, PHONES, VINS, ("01.02.2024",) * 4, ("45000",) * 4, strict=True))
    columns = recognised("maintenance-due", ("", "Куда", "", "Когда", "Сколько"), rows)
    assert [(column.field, column.source, column.share) for column in columns[:3]] == [
        (Field.NAME, Source.CONTENT, 100),
        (Field.PHONE, Source.CONTENT, 100),
        (Field.VIN, Source.CONTENT, 100),
    ]
    # Which day it is stays open; a bare number may be anything.
    assert (columns[3].field, columns[3].remark, columns[3].share) == (None, Remark.SOME_DATE, 100)
    assert (columns[4].field, columns[4].remark) == (None, None)


def test_a_heading_wins_unless_the_cells_contradict_it_grossly() -> None:
    days = ("01.02.2024", "02.02.2024", "03.02.2024", "04.02.2024")
    rows = list(zip(days, VINS, ("12345", "123", "-", "?"), strict=True))
    dated, vins, bad = recognised("lost-clients", ("Телефон", "Гос. номер", "Моб. тел."), rows)
    assert (dated.field, dated.remark) == (None, Remark.CONTRADICTS)
    assert (vins.field, vins.source, vins.remark) == (
        Field.VIN, Source.CONTENT, Remark.CONTRADICTS,
    )  # fmt: skip
    assert (bad.field, bad.source, bad.remark) == (Field.PHONE, Source.HEADING, None)


def test_the_cells_give_nothing_that_a_heading_has_or_that_the_format_does_not_know() -> None:
    rows = list(zip(PEOPLE, PEOPLE, PHONES, VINS, VINS, strict=True))
    headings = ("Фамилия", "Менеджер", "", "VIN", "")
    columns = recognised("maintenance-due", headings, rows)
    assert [column.field for column in columns] == [
        Field.LAST_NAME, None, Field.PHONE, Field.VIN, None,
    ]  # fmt: skip
    assert [column.field for column in recognised("do-not-call", ("", "", ""), rows)][:1] == [
        Field.NAME
    ]


@pytest.mark.parametrize(
    "heading",
    [
        *("Паспорт", "Серия и номер паспорта", "СНИЛС", "ИНН физлица", "ОГРН", "КПП", "Расч. счёт"),
        *("Договор", "№ договора", "Полис", "ОСАГО", "Номер полиса ОСАГО", "ПТС", "СТС", "В/У"),
        *("Водительские права", "Свидетельство о регистрации", "Лицевой счёт", "Passport no."),
    ],
)
@pytest.mark.parametrize("code", ["clients", "lost-clients", "vehicles"])
def test_the_number_of_a_paper_is_nobodys_phone(code: str, heading: str) -> None:
    rows = [("Иванов Иван", f"4509 12345{at}") for at in range(5)]
    named = recognised(code, ("ФИО", heading), rows)[1]
    assert named.field is not Field.PHONE
    assert recognised(code, ("ФИО", "Куда"), rows)[1].field is Field.PHONE


@pytest.mark.parametrize(
    "heading", ["Пробег на ТО", "Межсервисный интервал", "Следующее ТО", "До ТО", "Гарантия"]
)
def test_kilometres_of_another_day_are_no_reading(heading: str) -> None:
    rows = [(vin, "75 000 км") for vin in VINS]
    assert recognised("vehicles", ("VIN", heading), rows)[1].field is None
    assert recognised("maintenance-due", ("VIN", heading), rows)[1].field is None
    assert recognised("vehicles", ("VIN", "Сколько"), rows)[1].field is Field.MILEAGE_KM


def read(folder: Path, *lines: Sequence[object], code: str = "maintenance-due") -> ReadResult:
    book = Workbook()
    assert book.active is not None
    for line in lines:
        book.active.append(list(line))
    book.save(folder / "file.xlsx")
    return read_leads(folder / "file.xlsx", LEAD_FORMATS[code])


def test_a_file_without_headings_is_taken_from_its_first_row(tmp_path: Path) -> None:
    lines = list(zip(PEOPLE, (79161234567, *PHONES[1:]), VINS, strict=True))
    result = read(tmp_path, *lines)
    assert [row.row_no for row in result.rows] == [1, 2, 3, 4]
    assert [row.vin for row in result.rows] == list(VINS)
    assert [row.name for row in result.rows] == list(PEOPLE)
    assert result.rows[0].phones[0].e164 == "+79161234567"
    assert result.header == ["", "", ""]


def test_a_stop_list_of_bare_numbers_may_have_words_and_a_bad_line() -> None:
    rows = [(one,) for one in ("8 916 777 00 01", "+7-954-865-50-56", "79161234501",
            "9260598479 (просил больше не звонить!)", "8-495-000", "8 916 777 00 01")]  # fmt: skip
    (phones,) = recognised("do-not-call", ("",), rows)
    assert (phones.field, phones.share) == (Field.PHONE, 83)


def test_a_bare_list_of_vins_is_a_recall(tmp_path: Path) -> None:
    result = read(tmp_path, *((vin,) for vin in VINS), ("XTA2109904357618",), code="recall")
    assert [row.is_rejected for row in result.rows] == [False] * 4 + [True]
    assert not any(row.warnings for row in result.rows)  # no phones to miss
    assert [(problem.column, problem.code) for problem in result.rows[4].problems] == [
        ("A", "vin_wrong_length"), ("", "no_vin"),
    ]  # fmt: skip


def test_unknown_headings_stay_headings(tmp_path: Path) -> None:
    lines = zip(PEOPLE, PHONES, strict=True)
    result = read(tmp_path, ("Кто", "Куда"), *lines)
    assert [row.row_no for row in result.rows] == [2, 3, 4, 5]
    with pytest.raises(FileRefused) as refused:
        read(tmp_path, ("Кто", "Сколько"), ("Море", 1), ("Лес", 2))
    assert refused.value.code is FileProblem.MISSING_COLUMNS


def test_vehicles_that_are_told_by_their_vins_are_vins() -> None:
    rows = [(f"СЦ-{at}", "05.11.2026", vin) for at, vin in enumerate(VINS)]
    rows[0] = (*rows[0][:2], f"Lada Vesta, VIN {VINS[0]}, г/н А001АА777")
    columns = recognised("visits", ("Номер", "Дата", "Автомобиль"), rows)
    assert (columns[2].field, columns[2].source, columns[2].share) == (
        Field.VIN, Source.CONTENT, 100,
    )  # fmt: skip
    assert FORMATS["visits"].missing(columns) == []
    # With a column of VINs it stays what its heading says.
    rows = [(*row, row[2]) for row in rows]
    columns = recognised("visits", ("Номер", "Дата", "Автомобиль", "VIN"), rows)
    assert [column.field for column in columns[2:]] == [Field.MAKE_MODEL, Field.VIN]


NAMED = (
    "Романов Павел Сергеевич, +7 909 426-53-25",
    "Лебедева Инна т.89163339901",
    "Гаврилов О. 8-916-333-99-02; 8-916-333-99-03",
    "+7 939 761-22-09 Николаев Роман",
)


@pytest.mark.parametrize(
    ("heading", "source"),
    [
        ("Клиент, телефон", Source.HEADING), ("Клиент", Source.CONTENT), ("Кто", Source.CONTENT),
        ("", Source.CONTENT),
    ],
)  # fmt: skip
@pytest.mark.parametrize("code", ["lost-clients", "clients"])
def test_a_name_may_stand_beside_the_phone(code: str, heading: str, source: Source) -> None:
    columns = recognised(code, (heading, "Город"), [(cell, "Тверь") for cell in NAMED])
    assert (columns[0].field, columns[0].source) == (Field.PHONE, source)
    assert FORMATS[code].missing(columns) == []


def test_a_name_beside_a_phone_is_nobodys_where_both_have_columns() -> None:
    rows = list(zip(PEOPLE, PHONES, NAMED, NAMED, strict=True))
    columns = recognised("lost-clients", ("ФИО", "Телефон", "Менеджер", "Кто"), rows)
    assert [column.field for column in columns] == [Field.NAME, Field.PHONE, None, None]
    (manager,) = recognised("lost-clients", ("Менеджер",), [(one,) for one in NAMED])
    assert manager.field is None


def test_rows_of_names_with_phones_are_read_and_kept(tmp_path: Path) -> None:
    result = read(tmp_path, ("Клиент, телефон", "Авто"), *((one, "Kia Rio") for one in NAMED),
                  ("Просто Имя", ""), code="lost-clients")  # fmt: skip
    assert [row.name for row in result.rows] == [
        "Романов Павел Сергеевич", "Лебедева Инна", "Гаврилов О.", "Николаев Роман", None,
    ]  # fmt: skip
    assert [len(row.phones) for row in result.rows] == [1, 1, 2, 1, 0]
    assert not any(row.warnings for row in result.rows) and result.rows[4].is_rejected
    kept = SimpleNamespace(
        format="lost-clients", header=result.header, columns=kept_columns(result.columns)
    )
    assert columns_of(kept) == result.columns
    assert [column.has_name for column in bare_columns(kept)] == [True, False]


def test_american_days_are_told_by_their_column_and_not_one_by_one(tmp_path: Path) -> None:
    rows = [(*one, "", day) for one, day in zip(zip(PEOPLE, PHONES, strict=True),
            ("03/04/2024", "03/25/2024", "11/12/2023", "4.3.2024"), strict=True)]  # fmt: skip
    headings = ("ФИО", "Телефон", "VIN", "Дата последнего ТО")
    result = read(tmp_path, headings, *rows, code="lost-clients")
    march = [row.last_visit_on.isoformat() for row in result.rows if row.last_visit_on]
    assert march == ["2024-03-04", "2024-03-25", "2023-11-12", "2024-03-04"]
    kept = SimpleNamespace(
        format="lost-clients", header=result.header, columns=kept_columns(result.columns)
    )
    assert columns_of(kept) == result.columns
    birth = recognised("clients", ("Телефон", "Дата рождения"),
                       [(PHONES[0], "05/17/1991"), (PHONES[1], "07/08/1970")])  # fmt: skip
    told = TypedReader(birth, FORMATS["clients"]).read(3, [PHONES[1], "07/08/1970"])
    assert told.values[Field.BIRTH_ON] == date(1970, 7, 8)
    # Both orders in one column: each day as it can be read, else as here.
    both = recognised("clients", ("Телефон", "Дата рождения"),
                      [(PHONES[0], "05/17/1991"), (PHONES[1], "17/05/1991")])  # fmt: skip
    told = TypedReader(both, FORMATS["clients"]).read(3, [PHONES[1], "07/08/1970"])
    assert told.values[Field.BIRTH_ON] == date(1970, 8, 7)


def test_the_day_beside_the_number_of_an_order_is_its_day_of_opening() -> None:
    rows = [[f"Заказ-наряд СЦ-{at} от 10.11.2026 9:15:00", vin] for at, vin in enumerate(VINS)]
    visits = FORMATS["visits"]
    for heading in ("Документ", "Заказ-наряд"):
        columns = recognised("visits", (heading, "VIN"), rows)
        assert columns[0].field is Field.VISIT_NUMBER and visits.missing(columns) == []
    # Where a person says that it is the number, it is so too; as anything else it tells no day.
    odd = recognised("visits", ("Прочее", "VIN"), rows)
    assert visits.missing(odd) == [["visit_number"], ["done_on", "opened_on"]]
    assert visits.missing(as_said(odd, (Field.VISIT_NUMBER, Field.VIN))) == []
    bare = [[f"Заказ-наряд СЦ-{at}", vin] for at, vin in enumerate(VINS)]
    assert visits.missing(recognised("visits", ("Документ", "VIN"), bare)) == [
        ["done_on", "opened_on"]
    ]
