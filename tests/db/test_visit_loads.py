"""Files of work orders: the order, its lines, whose and where; later states only (A8)."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from directory.assets.models import Asset, MileageReading, Ownership
from directory.clients.models import Client
from directory.visits.models import (
    Recommendation,
    RecommendationStatus,
    Visit,
    VisitLine,
    VisitStatus,
)
from tests.loads_given import LoadingDesk, codes, counts

HEADINGS = ("Номер заказ-наряда", "Дата открытия", "Дата закрытия", "Статус", "VIN", "Пробег",
            "Клиент", "Телефон", "Цех", "Работа", "Сумма")  # fmt: skip
VIN = "XTA21901234567890"
WHO = (VIN, "45 000", "Иванов Иван", "8 916 123-45-67", "")
DONE = ("СЦ-1", "01.03.2025", "02.03.2025", "закрыт", *WHO)
TABLES = (Visit, VisitLine, Asset, Ownership, MileageReading, Client)


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> LoadingDesk:
    desk = LoadingDesk(session, tmp_path)
    desk.given.workshop(parent=desk.unit)
    return desk


def _sizes(session: Session) -> list[int]:
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def test_an_order_with_its_lines_comes_once(desk: LoadingDesk) -> None:
    rows = ((*DONE, "Замена масла", "1 500,00"), (*DONE, "Замена фильтра", "500,00"))
    assert counts(desk.load("visits", HEADINGS, *rows)) == {"new": 1, "appended": 1}
    visit = desk.session.scalars(select(Visit)).one()
    assert (visit.status, visit.done_on) == (VisitStatus.DONE, date(2025, 3, 2))
    assert (visit.total, visit.mileage_km) == (Decimal(2000), 45_000)
    assert _sizes(desk.session) == [1, 2, 1, 1, 1, 1]
    assert counts(desk.load("visits", HEADINGS, *rows)) == {"matched": 2}
    assert _sizes(desk.session) == [1, 2, 1, 1, 1, 1]


def test_a_mileage_far_below_an_earlier_one_stays_with_the_order_alone(desk: LoadingDesk) -> None:
    later = ("СЦ-2", "01.04.2025", "02.04.2025", "закрыт", VIN, "4 500", *WHO[2:])
    told = desk.load("visits", HEADINGS, (*DONE, "Замена масла", ""), (*later, "Мойка", ""))
    assert counts(told) == {"new": 2} and codes(told) == [(3, "mileage_fell")]
    assert set(desk.session.scalars(select(Visit.mileage_km))) == {45_000, 4_500}
    assert desk.session.scalars(select(MileageReading.km)).all() == [45_000]


def test_the_same_amount_in_each_row_is_that_of_the_order(desk: LoadingDesk) -> None:
    rows = ((*DONE, "Замена масла", "2000"), (*DONE, "Замена фильтра", "2000"))
    desk.load("visits", HEADINGS, *rows)
    assert desk.session.scalars(select(Visit.total)).one() == 2000
    assert set(desk.session.scalars(select(VisitLine.total))) == {0}


def test_an_amount_of_the_line_stands_beside_that_of_the_order(desk: LoadingDesk) -> None:
    headings = (*HEADINGS[:9], "Вид ремонта", "Сумма с НДС", "Наименование работ/запчастей",
                "Стоимость")  # fmt: skip
    rows = (
        (*DONE, "ТО", "15 000,00р.", "ТО-60", "5 000"),
        (*DONE, "ТО", "15 000,00р.", "Фильтр", "10 000"),
    )
    assert counts(desk.load("visits", headings, *rows)) == {"new": 1, "appended": 1}
    assert desk.session.scalars(select(Visit.total)).one() == 15_000
    lines = desk.session.execute(select(VisitLine.name, VisitLine.total)).all()
    assert {(name, int(total)) for name, total in lines} == {("ТО-60", 5_000), ("Фильтр", 10_000)}


def test_a_status_only_goes_on(desk: LoadingDesk) -> None:
    opened = ("СЦ-1", "01.03.2025", "", "в работе", *WHO, "", "")
    done = (*DONE, "", "700")
    assert counts(desk.load("visits", HEADINGS, opened)) == {"new": 1}
    assert counts(desk.load("visits", HEADINGS, done)) == {"refreshed": 1}
    visit = desk.session.scalars(select(Visit)).one()
    assert (visit.status, visit.done_on, visit.total) == (VisitStatus.DONE, date(2025, 3, 2), 700)
    told = desk.load("visits", HEADINGS, opened)
    assert counts(told) == {"skipped": 1} and codes(told) == [(2, "older_news")]


def test_what_is_not_certain_is_told(desk: LoadingDesk) -> None:
    desk.load("visits", HEADINGS, (*DONE, "", ""))
    days = ("01.03.2025", "02.03.2025", "")
    rows = (
        ("СЦ-1", *days, "XTA21901234567891", "", "Ким Ольга", "8 903 000-00-01", "", "", ""),
        ("СЦ-2", *days, "XTA21901234567891", "", "", "", "", "", ""),
        ("СЦ-3", *days, VIN, "", "Ким Ольга", "8 903 000-00-01", "", "", ""),
        ("СЦ-4", *days, VIN, "", "", "", "Цех № 9", "", ""),
        ("СЦ-5", *days, VIN, "", "", "", "Цех № 1", "", ""),
    )
    told = desk.load("visits", HEADINGS, *rows)
    assert counts(told) == {"doubtful": 3, "invalid": 1, "new": 1}
    assert codes(told) == [
        (2, "other_order"), (3, "unknown_vehicle"), (4, "other_owner"), (5, "unknown_workshop"),
    ]  # fmt: skip


def test_days_of_an_order_that_cannot_be_are_told(desk: LoadingDesk) -> None:
    def order(number: str, *days: str) -> tuple[str, ...]:
        return (number, *days, *WHO, "", "")

    rows = (
        order("СЦ-1", "05.03.2025", "01.03.2025", "закрыт"),
        order("СЦ-2", "05.03.2034", "06.03.2034", "закрыт"),
        order("СЦ-3", "05.03.2034", "", "закрыт"),
        order("СЦ-4", "05.03.2034", "", "в работе"),
        order("СЦ-5", "05.03.2025", "05.03.2025", "закрыт"),
    )
    told = desk.load("visits", HEADINGS, *rows)
    assert counts(told) == {"new": 3, "invalid": 2}
    days = [
        (2, "Дата закрытия", "closed_before", "01.03.2025 < 05.03.2025"),
        (3, "Дата закрытия", "not_yet", "06.03.2034"),
        (4, "Дата открытия", "not_yet", "05.03.2034"),
    ]
    assert [(one.row, one.column, one.code.value, one.value) for one in told.errors] == days
    again = desk.load("visits", HEADINGS, *rows)
    assert counts(again) == {"matched": 3, "invalid": 2} and again.errors == told.errors


def test_work_is_not_advised_or_done_on_a_day_to_come(desk: LoadingDesk) -> None:
    desk.load("visits", HEADINGS, (*DONE, "", ""))
    headings = ("VIN", "Рекомендация", "Дата рекомендации", "Дата выполнения", "Статус")
    rows = (
        (VIN, "Колодки", "20.12.2034", "", ""),
        (VIN, "Диски", "10.03.2025", "20.12.2034", "выполнена"),
        (VIN, "Шины", "10.03.2025", "", ""),
    )
    told = desk.load("recommendations", headings, *rows)
    assert counts(told) == {"invalid": 2, "new": 1}
    assert [(one.row, one.column, one.code.value, one.value) for one in told.errors] == [
        (2, "Дата рекомендации", "not_yet", "20.12.2034"),
        (3, "Дата выполнения", "not_yet", "20.12.2034"),
    ]
    assert desk.session.scalars(select(Recommendation.work)).all() == ["Шины"]


def test_advised_work_belongs_to_its_order_and_is_closed_once(desk: LoadingDesk) -> None:
    desk.load("visits", HEADINGS, (*DONE, "", ""))
    headings = ("Номер заказ-наряда", "VIN", "Рекомендация", "Сумма", "Дата рекомендации", "Статус")
    by_number = ("СЦ-1", "", "Колодки", "5 000", "", "открыта")
    by_vin = ("", VIN, "Диски", "", "10.03.2025", "")
    rows = (by_number, by_vin, ("СЦ-9", "", "Диски", "", "", ""), ("", VIN, "Шины", "",
            "01.01.2020", ""), ("", "XTA21901234567891", "Шины", "", "", ""))  # fmt: skip
    told = desk.load("recommendations", headings, *rows)
    assert counts(told) == {"new": 2, "doubtful": 3}
    assert codes(told) == [(4, "unknown_order"), (5, "unknown_order"), (6, "unknown_vehicle")]
    assert counts(desk.load("recommendations", headings, by_number, by_vin)) == {"matched": 2}
    done = ("СЦ-1", "", "Колодки", "", "", "выполнена")
    assert counts(desk.load("recommendations", headings, done)) == {"refreshed": 1}
    assert counts(desk.load("recommendations", headings, by_number)) == {"skipped": 1}
    found = {one.work: one for one in desk.session.scalars(select(Recommendation))}
    assert found["Колодки"].status is RecommendationStatus.DONE
    assert (found["Колодки"].advised_on, found["Колодки"].estimate) == (date(2025, 3, 2), 5000)
    assert found["Диски"].advised_on == date(2025, 3, 10)
