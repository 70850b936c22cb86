"""The vehicles that a batch of rows may concern: looked up at once, then found in memory.

A VIN is certain; a plate counts where one vehicle has it and its owner does not contradict, as
plates move from one vehicle to another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Any

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.among import among
from directory.assets.models import Asset, MileageReading, MileageSource, Ownership
from directory.assets.plates import plate_norm
from directory.clients.models import Client
from importers.fields import Field
from importers.loads.asked import Person
from importers.loads.batch import Setting
from importers.loads.fleet_writing import RENEWED, write_fleet
from importers.loads.told import Doubtful
from importers.matching import in_chunks
from importers.problems import RowProblem, RowProblemCode
from importers.typed_rows import TypedRow
from importers.values import is_filler_km

DETAILS = {
    "vin": Field.VIN, "plate": Field.PLATE, "make": Field.MAKE, "model": Field.MODEL,
    "year": Field.YEAR, "sold_on": Field.SOLD_ON, "warranty_until": Field.WARRANTY_UNTIL,
    "insured_until": Field.INSURED_UNTIL,
}  # fmt: skip
"""What a file fills in where a vehicle does not have it."""
_COLUMNS = (Asset.id, Asset.plate_norm, *(getattr(Asset, name) for name in DETAILS))


@dataclass(slots=True, eq=False)
class Car:
    """A vehicle: known, or one that this load makes (``id`` None until it is written)."""

    id: int | None
    plate_norm: str | None
    details: dict[str, Any]
    owner_id: int | None = None
    """The present owner before this load."""
    new_owner: Person | None = None
    history: list[tuple[date, int]] = field(default_factory=list)
    """What the odometer showed, and when."""
    readings: list[tuple[date, int, MileageSource]] = field(default_factory=list)
    has_news: bool = False
    was: dict[str, Any] = field(default_factory=dict)
    """The details of a known one before this batch."""


class Fleet:
    """The vehicles of one batch: those that are known, and those that the batch makes."""

    def __init__(self, session: Session, rows: Sequence[TypedRow]) -> None:
        self._session = session
        self._by_vin: dict[str, Car] = {}
        self._by_plate: dict[str, list[Car]] = {}
        self._by_id: dict[int, Car] = {}
        self._new: list[Car] = []
        self._read(
            (Asset.vin, (row.values.get(Field.VIN) for row in rows)),
            (Asset.plate_norm, map(plate_of, rows)),
        )
        self._read_more()

    @property
    def ids(self) -> list[int]:
        """The known vehicles."""
        return list(self._by_id)

    @property
    def owner_ids(self) -> set[int]:
        """The present owners of the known ones."""
        return {car.owner_id for car in self._by_id.values() if car.owner_id is not None}

    def find(self, row: TypedRow) -> Car | None:
        """The vehicle of the row; None: it is new or not told. Raises Doubtful."""
        vin, plate = row.values.get(Field.VIN), plate_of(row)
        if vin in self._by_vin:
            return self._by_vin[str(vin)]
        wearing = self._by_plate.get(plate or "", [])
        if vin is not None:
            # Another VIN is another vehicle, whatever plate it wears now.
            wearing = [car for car in wearing if car.details["vin"] is None]
        if len(wearing) > 1:
            raise Doubtful(RowProblemCode.SEVERAL_FIT, plate or "")
        return wearing[0] if wearing else None

    def make(self, row: TypedRow) -> Car:
        """A new vehicle out of the row."""
        get = row.values.get
        details = {name: get(of) or None for name, of in DETAILS.items()}
        car = Car(None, plate_of(row), details, has_news=True)
        self._new.append(car)
        self._register(car)
        return car

    def enrich(self, car: Car, row: TypedRow) -> bool:
        """Fill in what the vehicle does not have; whether that was anything."""
        news = False
        # The model of one make is none of another: «Škoda» does not become «Škoda Polo».
        is_other_make = are_other_names(row.values.get(Field.MAKE), car.details["make"])
        for name, of in DETAILS.items():
            said, known = row.values.get(of), car.details[name]
            if name == "model" and is_other_make:
                continue
            if said and (not known or (name in RENEWED and said > known)):
                car.details[name] = said
                news = True
        if car.plate_norm is None and car.details["plate"]:
            car.plate_norm = plate_norm(car.details["plate"])
        car.has_news |= news
        self._register(car)
        return news

    def read_odometer(
        self, car: Car, km: object, on: date, source: MileageSource, *, is_dated: bool = True
    ) -> bool:
        """Take a reading that is news: a file may not turn the odometer back (rule 9).

        What only fills the space is none: it would keep all true ones out that come later.
        ``is_dated`` False: the day is only that of the load.
        """
        if not isinstance(km, int) or is_filler_km(km) or (on, km) in car.history:
            return False
        if _against(car, km, on) is not None:
            return False
        if not is_dated and any(shown == km for _, shown in car.history):
            return False
        car.history.append((on, km))
        car.readings.append((on, km, source))
        return True

    def fallen(self, car: Car, row: TypedRow, on: date) -> tuple[RowProblem, ...]:
        """Told of a reading that is less than half of an earlier one: ``read_odometer`` has left
        it out. What only fills the space is no earlier reading."""
        km = row.values.get(Field.MILEAGE_KM)
        if not isinstance(km, int):
            return ()
        before = max((shown for day, shown in car.history
                      if day <= on and not is_filler_km(shown)), default=0)  # fmt: skip
        if km * 2 >= before:
            return ()
        heading = row.headings.get(Field.MILEAGE_KM, "")
        return (RowProblem(heading, RowProblemCode.MILEAGE_FELL, f"{km}|{before}"),)

    def contradicted(self, car: Car, row: TypedRow, on: date) -> tuple[RowProblem, ...]:
        """Told of a reading with its day that contradicts another one: it was left out."""
        km = row.values.get(Field.MILEAGE_KM)
        if not isinstance(km, int) or is_filler_km(km):
            return ()
        other = _against(car, km, on)
        if other is None:
            return ()
        both = f"{km} ({on:%d.%m.%Y})|{other[1]} ({other[0]:%d.%m.%Y})"
        heading = row.headings.get(Field.MILEAGE_KM, "")
        return (RowProblem(heading, RowProblemCode.MILEAGE_AGAINST, both),)

    def flush(self, setting: Setting) -> None:
        """Write what is new; every vehicle has an id then. The owners must have theirs."""
        write_fleet(self._session, self._new, list(self._by_id.values()), setting)
        self._new = []

    def _register(self, car: Car) -> None:
        vin, plate = car.details["vin"], car.plate_norm
        if vin:
            self._by_vin.setdefault(vin, car)
        if plate:
            wearing = self._by_plate.get(plate)
            if wearing is None:
                self._by_plate[plate] = [car]
            elif car not in wearing:
                wearing.append(car)

    def _read(self, *sought: tuple[InstrumentedAttribute[str | None], Iterable[object]]) -> None:
        owned = (Ownership.asset_id == Asset.id) & Ownership.until_on.is_(None)
        # What came late to a double is the kept client's.
        owner = func.coalesce(Client.merged_into_id, Client.id)
        query = (
            select(*_COLUMNS, owner)
            .outerjoin(Ownership, owned)
            .outerjoin(Client, Client.id == Ownership.client_id)
        )
        queries = [
            query.add_columns(literal(at).label("at")).where(among(self._session, column, chunk))
            for at, (column, wanted) in enumerate(sought)
            for chunk in in_chunks(one for one in wanted if one is not None)
        ]
        if not queries:
            return
        found = self._session.execute(union_all(*queries)).all()
        for number, plate, *details, owner_id, _ in sorted(found, key=itemgetter(-1, 0)):
            if number not in self._by_id:
                named = dict(zip(DETAILS, details, strict=True))
                car = self._by_id[number] = Car(number, plate, named, owner_id)
                car.was = {**named, "plate_norm": plate}
                self._register(car)

    def _read_more(self) -> None:
        readings = select(MileageReading.asset_id, MileageReading.read_on, MileageReading.km)
        for chunk in in_chunks(self._by_id):
            of_them = among(self._session, MileageReading.asset_id, chunk)
            for number, on, km in self._session.execute(readings.where(of_them)):
                self._by_id[number].history.append((on, km))


def are_other_names(said: object, known: object) -> bool:
    """Whether both are told and differ; «CX-5» is «CX 5», «Tiggo 8» a shorter «Tiggo 8 Pro»."""
    squeezed = _squeezed(said), _squeezed(known)
    return all(squeezed) and squeezed[0] not in squeezed[1] and squeezed[1] not in squeezed[0]


def _squeezed(name: object) -> str:
    return "".join(filter(str.isalnum, str(name or "").casefold()))


def _against(car: Car, km: int, on: date) -> tuple[date, int] | None:
    """What the odometer showed and what that reading cannot be beside; within a day it may rise."""
    return next(
        ((day, shown) for day, shown in car.history
         if ((day <= on and shown > km) or (day > on and shown < km)) and not is_filler_km(shown)),
        None,
    )  # fmt: skip


def plate_of(row: TypedRow) -> str | None:
    """The row's plate as ``plate_norm`` writes it."""
    plate = row.values.get(Field.PLATE)
    return (plate_norm(str(plate)) or None) if plate else None
