"""Files of vehicles: the vehicle, its owner, its reading; a known owner stays (A8)."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from directory.assets.models import Asset, MileageReading, Ownership
from directory.clients.models import Client, ContactPoint
from importers.loads.batch import Setting
from importers.loads.fleet import DETAILS, Car
from importers.loads.fleet_writing import write_fleet
from importers.problems import RowProblemCode
from tests.given import NOON
from tests.loads_given import LoadingDesk, codes, counts

HEADINGS = ("VIN", "Госномер", "Марка", "Модель", "Год", "Пробег", "Гарантия до", "Владелец",
            "Телефон")  # fmt: skip
VIN = "XTA21901234567890"
CAR = (VIN, "А123ВС77", "LADA", "Vesta", "2020", "45 000", "01.02.2027", "Иванов Иван",
       "8 916 123-45-67")  # fmt: skip
TABLES = (Asset, Ownership, MileageReading, Client, ContactPoint)


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> LoadingDesk:
    return LoadingDesk(session, tmp_path)


def _sizes(session: Session) -> list[int]:
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def test_vehicles_come_with_owner_and_reading_once(desk: LoadingDesk) -> None:
    bare = ("", "В777ОР99", "", "", "", "", "", "", "")
    assert counts(desk.load("vehicles", HEADINGS, CAR, bare)) == {"new": 2}
    car = desk.session.scalars(select(Asset).where(Asset.vin == VIN)).one()
    assert (car.make, car.model, car.year, car.plate_norm) == ("LADA", "Vesta", 2020, "A123BC77")
    assert car.warranty_until == date(2027, 2, 1)
    owner = desk.session.scalars(select(Client).join(Ownership)).one()
    assert owner.name == "Иванов Иван"
    sizes = _sizes(desk.session)
    assert sizes == [2, 1, 1, 1, 1]
    assert counts(desk.load("vehicles", HEADINGS, CAR, bare)) == {"matched": 2}
    assert _sizes(desk.session) == sizes


def test_a_mileage_that_hardly_is_one_is_loaded_with_a_remark(desk: LoadingDesk) -> None:
    def mileage(km: str, plate: str = "А123ВС77") -> tuple[str, ...]:
        return ("", plate, "", "", "", km, "", *CAR[7:])

    rows = [mileage(km, f"А{at:03}ВС77") for at, km in enumerate(("999 999", "2000001", "123456"))]
    told = desk.load("vehicles", HEADINGS, *rows, mileage("124 500", "А777ВС77"))
    assert counts(told) == {"new": 4}
    assert codes(told) == [(row, "mileage_filler") for row in (2, 3, 4)]
    assert desk.session.scalars(select(MileageReading.km)).all() == [124_500]
    later = (mileage("12450", "А777ВС77"), mileage("62 250", "А777ВС77"), mileage("5", "А000ВС77"))
    told = desk.load("vehicles", HEADINGS, *later)
    # The filler kept no true reading out.
    assert counts(told) == {"matched": 2, "refreshed": 1}
    assert [(one.row, one.column, one.code.value, one.value) for one in told.errors] == [
        (2, "Пробег", "mileage_fell", "12450|124500")
    ]


def test_an_owner_who_makes_no_client_is_told(desk: LoadingDesk) -> None:
    headings = ("VIN", "Собственник", "Телефон", "Код владельца")
    rows = (
        (VIN, "Беспалов Иван", "", ""),
        ("XTA21901234567891", "", "", "K-7"),
        ("XTA21901234567892", "", "", ""),
        ("XTA21901234567893", "Ким Ольга", "8 903 000-00-01", ""),
        ("XTA21901234567893", "Ким Ольга", "", ""),
    )
    told = desk.load("vehicles", headings, *rows)
    assert counts(told) == {"new": 4, "matched": 1}
    assert [(one.row, one.column, one.code.value, one.value) for one in told.errors] == [
        (2, "Собственник", "owner_unreachable", "Беспалов Иван"),
        (3, "Код владельца", "owner_nameless", "K-7"),
    ]
    assert desk.session.scalars(select(Client.name)).all() == ["Ким Ольга"]
    again = desk.load("vehicles", headings, rows[0])
    assert counts(again) == {"matched": 1} and codes(again) == [(2, "owner_unreachable")]


def test_what_is_still_to_come_is_told_and_left_out(desk: LoadingDesk) -> None:
    headings = (*HEADINGS, "Дата продажи")
    ahead = (*CAR[:4], str(NOON.year + 2), *CAR[5:], "20.12.2026")
    told = desk.load("vehicles", headings, ahead)
    assert counts(told) == {"new": 1}
    assert [code for _, code in codes(told)] == [
        RowProblemCode.NOT_YET, RowProblemCode.OUT_OF_RANGE
    ]  # fmt: skip
    car = desk.session.scalars(select(Asset).where(Asset.vin == VIN)).one()
    assert (car.year, car.sold_on) == (None, None)
    next_year = (VIN[:-1] + "1", "", *CAR[2:4], str(NOON.year + 1), *CAR[5:], "10.03.2026")
    assert codes(desk.load("vehicles", headings, next_year)) == []


def test_a_known_vehicle_is_completed_and_its_owner_stays(desk: LoadingDesk) -> None:
    owner = desk.given.client(name="Иванов Иван", phone="+79160000009")
    known = desk.given.asset(owner, vin=VIN, make="Lada", model="")
    desk.given.mileage(known, 50_000)
    assert counts(desk.load("vehicles", HEADINGS, CAR)) == {"refreshed": 1}
    desk.session.refresh(known)
    assert (known.make, known.model, known.year) == ("Lada", "Vesta", 2020)
    other = (VIN, "", "", "", "", "60 000", "", "Петров Пётр", "8 903 765-43-21")
    sizes = _sizes(desk.session)
    told = desk.load("vehicles", HEADINGS, other)
    assert counts(told) == {"doubtful": 1} and codes(told)[0][0] == 2
    assert _sizes(desk.session) == sizes
    # By his VIN and name the owner gets the new number; an older reading is no news.
    points = select(ContactPoint.value).where(ContactPoint.client_id == owner.id)
    assert set(desk.session.scalars(points)) == {"+79160000009", "+79161234567"}


def test_a_plate_is_believed_only_without_a_contradiction(desk: LoadingDesk) -> None:
    owner = desk.given.client(name="Иванов Иван", phone="+79161234567")
    known = desk.given.asset(owner, vin=None, plate="А123ВС77", plate_norm="A123BC77")
    rows = (
        ("", "А123ВС77", "", "", "", "", "", "Ким Ольга", "8 903 000-00-01"),
        (VIN, "А123ВС77", "", "", "", "", "", "Иванов Иван", "8 916 123-45-67"),
        ("XTA21901234567891", "А123ВС77", "", "", "", "", "", "Ким Ольга", "8 903 000-00-01"),
    )
    told = desk.load("vehicles", HEADINGS, *rows)
    assert counts(told) == {"doubtful": 1, "refreshed": 1, "new": 1}
    assert codes(told) == [(2, "other_owner")]
    desk.session.refresh(known)
    assert known.vin == VIN


def test_a_second_plate_of_a_vehicle_is_not_dropped_without_a_word(desk: LoadingDesk) -> None:
    second = (VIN, "х002хх77", *CAR[2:])
    same = (VIN, "a 123 bc 77", *CAR[2:])
    told = desk.load("vehicles", HEADINGS, CAR, second, same)
    assert counts(told) == {"new": 1, "matched": 2}
    (error,) = told.errors
    assert (error.row, error.column, error.code) == (3, "Госномер", RowProblemCode.OTHER_PLATE)
    car = desk.session.scalars(select(Asset).where(Asset.vin == VIN)).one()
    assert error.value == f"х002хх77|{car.plate}" and car.plate_norm == "A123BC77"
    assert counts(again := desk.load("vehicles", HEADINGS, second)) == {"matched": 1}
    assert [one.value for one in again.errors] == [error.value]


def test_a_later_mileage_of_another_row_is_taken(desk: LoadingDesk) -> None:
    """Without days both are of the day of the load, on which the odometer may rise."""
    rows = [(VIN, *CAR[1:5], km, *CAR[6:]) for km in ("150 000", "151 200", "150 500")]
    assert counts(desk.load("vehicles", HEADINGS, *rows)) == {
        "new": 1,
        "refreshed": 1,
        "matched": 1,
    }
    assert set(desk.session.scalars(select(MileageReading.km))) == {150_000, 151_200}
    assert counts(desk.load("vehicles", HEADINGS, *rows)) == {"matched": 3}


def test_a_mileage_is_of_its_day(desk: LoadingDesk) -> None:
    headings = ("VIN", "Владелец", "Телефон", "Пробег", "Дата последнего визита")
    rows = [
        (VIN, *CAR[7:], km, on)
        for km, on in (
            ("15 000", "01.11.2024"), ("10 000", "01.10.2024"), ("16 000", "01.10.2024"),
            ("14 000", "02.11.2024"), ("17 000", "02.11.2034"),
        )
    ]  # fmt: skip
    told = desk.load("vehicles", headings, *rows)
    readings = select(MileageReading.read_on, MileageReading.km).order_by(MileageReading.km)
    taken = [
        (date(2024, 10, 1), 10_000),
        (date(2024, 11, 1), 15_000),
        (NOON.date(), 17_000),
    ]
    assert [tuple(one) for one in desk.session.execute(readings)] == taken
    assert [(one.row, one.column, one.code.value, one.value) for one in told.errors] == [
        (4, "Пробег", "mileage_against", "16000 (01.10.2024)|15000 (01.11.2024)"),
        (5, "Пробег", "mileage_against", "14000 (02.11.2024)|15000 (01.11.2024)"),
        (6, "Дата последнего визита", "not_yet", "02.11.2034"),
    ]
    assert counts(desk.load("vehicles", headings, *rows)) == {"matched": 5}
    assert [tuple(one) for one in desk.session.execute(readings)] == taken


def test_what_a_row_says_otherwise_of_a_known_vehicle_is_told(desk: LoadingDesk) -> None:
    desk.load("vehicles", HEADINGS, CAR)
    headings = ("VIN", "Марка/модель", "Год выпуска", "Дата продажи")
    rows = (
        (VIN, "Skoda Octavia", "2021", "01.02.2020"),
        (VIN, "ВАЗ Vesta SW", "2020", "02.02.2020"),
        (VIN, "lada VESTA", "", ""),
    )
    told = desk.load("vehicles", headings, *rows)
    assert counts(told) == {"refreshed": 1, "matched": 2}
    assert [(one.row, one.column, one.code.value, one.value) for one in told.errors] == [
        (2, "Марка/модель", "other_detail", "Skoda Octavia|LADA Vesta"),
        (2, "Год выпуска", "other_detail", "2021|2020"),
        (3, "Дата продажи", "other_detail", "02.02.2020|01.02.2020"),
    ]
    car = desk.session.scalars(select(Asset).where(Asset.vin == VIN)).one()
    assert (car.make, car.model, car.year) == ("LADA", "Vesta", 2020)


def test_the_model_of_one_make_is_not_put_behind_another(desk: LoadingDesk) -> None:
    headings = ("VIN", "Марка", "Модель")
    desk.load("vehicles", headings, (VIN, "Skoda", ""))
    told = desk.load("vehicles", headings, (VIN, "VW", "Polo"), (VIN, "SKODA", "Rapid"))
    assert [(one.row, one.value) for one in told.errors] == [(2, "VW Polo")]
    car = desk.session.scalars(select(Asset).where(Asset.vin == VIN)).one()
    assert (car.make, car.model) == ("Skoda", "Rapid")


def test_of_nobodys_vehicle_only_the_rows_own_words_are_told(desk: LoadingDesk) -> None:
    headings = ("VIN", "Госномер", "Модель", "Пробег", "Дата пробега")
    rows = (
        (VIN, "А123ВС77", "Rio", "20 000", "01.10.2024"),
        (VIN, "О102ОО77", "Polo", "25 000", "01.09.2024"),
    )
    against = "25000 (01.09.2024)|20000 (01.10.2024)"
    told = desk.load("vehicles", headings, *rows)
    assert [(one.row, one.code.value, one.value) for one in told.errors] == [
        (3, "mileage_against", against),
        (3, "other_plate", "О102ОО77|А123ВС77"),
        (3, "other_detail", "Polo|Rio"),
    ]
    told = desk.load("vehicles", headings, rows[1])
    assert counts(told) == {"matched": 1}
    assert [(one.code.value, one.value) for one in told.errors] == [
        ("not_taken", "25000 (01.09.2024)"),
        ("not_taken", "О102ОО77"),
        ("not_taken", "Polo"),
    ]


def test_what_a_person_enters_meanwhile_stays(desk: LoadingDesk) -> None:
    known = desk.given.asset(desk.given.client(name="Иванов Иван"), vin=VIN, make="", model="")
    known.insured_until = date(2026, 1, 1)
    desk.session.flush()
    car = Car(known.id, None, {**dict.fromkeys(DETAILS), "vin": VIN}, has_news=True)
    car.details |= {"plate": "А123ВС77", "make": "LADA", "model": "Vesta", "year": 2020,
                    "insured_until": date(2026, 6, 1)}  # fmt: skip
    car.plate_norm, car.was = "A123BC77", {**dict.fromkeys(DETAILS), "plate_norm": None}
    # Since the batch was looked up somebody has corrected the card.
    known.plate, known.plate_norm, known.make = "В777ОР99", "B777OP99", "Kia"
    known.insured_until = date(2027, 1, 1)
    desk.session.flush()
    setting = Setting(desk.session, desk.unit.id, desk.actor, NOON, "import:1")
    write_fleet(desk.session, [], [car], setting)
    desk.session.refresh(known)
    assert (known.plate, known.plate_norm, known.make) == ("В777ОР99", "B777OP99", "Kia")
    assert (known.model, known.year, known.insured_until) == ("Vesta", 2020, date(2027, 1, 1))


def test_a_doubles_vehicle_is_the_kept_clients(desk: LoadingDesk) -> None:
    kept = desk.given.client(name="Иванов Иван", phone="+79161234567")
    double = desk.given.client(name="Иванов Иван", phone=None)
    desk.given.asset(double, vin=VIN, make="Lada", model="")
    double.merged_into_id = kept.id
    desk.session.flush()
    assert counts(desk.load("vehicles", HEADINGS, CAR)) == {"refreshed": 1}
    again = (VIN, "", "", "", "", "", "", "Иванов Иван", "8 903 765-43-21")
    assert counts(desk.load("vehicles", HEADINGS, again)) == {"refreshed": 1}
    points = select(ContactPoint.value).where(ContactPoint.client_id == kept.id)
    assert set(desk.session.scalars(points)) == {"+79161234567", "+79037654321"}


def test_nothing_is_told_of_a_vehicle_of_other_units(desk: LoadingDesk) -> None:
    """A list of VINs with any plate and 1 km would tell the plates and mileages of all the rest."""
    owner = desk.given.client(name="Иванов Иван", phone="+79161234567", unit=desk.given.unit())
    known = desk.given.asset(owner, vin=VIN, plate="А777ВС77", plate_norm="A777BC77")
    desk.given.mileage(known, 150_000)
    told = desk.load("vehicles", HEADINGS, (VIN, "х002хх77", "", "", "", "1", "", "", ""))
    assert counts(told) == {"matched": 1} and not told.errors
