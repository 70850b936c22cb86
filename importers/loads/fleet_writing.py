"""Vehicles that a batch has made or completed, written in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ColumnElement, Table, bindparam, case, func, or_, update
from sqlalchemy.orm import Session

from core.bulk import insert_numbered
from core.numbers import take_numbers
from directory.assets.models import Asset, AssetKind, MileageReading, Ownership
from importers.loads.batch import Setting

if TYPE_CHECKING:
    from importers.loads.fleet import Car

_DETAILS = ("vin", "plate", "plate_norm", "make", "model", "year", "sold_on", "warranty_until",
            "insured_until")  # fmt: skip
_READING = ("asset_id", "read_on", "km", "source", "is_lower_confirmed", "recorded_by")
RENEWED = frozenset({"warranty_until", "insured_until"})
"""Days that a later day replaces: a warranty is prolonged, an insurance renewed."""
_TABLE = cast(Table, Asset.__table__)


def _filled(name: str) -> ColumnElement[Any]:
    """The value that a column gets: whatever a person has entered meanwhile stays."""
    column = _TABLE.c[name]
    new = bindparam(f"new_{name}", type_=column.type)
    if name in ("make", "model"):
        return case((column == "", new), else_=column)
    if name in RENEWED:
        return case((or_(column.is_(None), column < new), new), else_=column)
    if name == "plate_norm":
        return case((_TABLE.c.plate.is_(None), new), else_=column)
    return func.coalesce(column, new)


_FILL = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("of"))
    .values({name: _filled(name) for name in _DETAILS})
)


def write_fleet(
    session: Session, new: Sequence[Car], known: Sequence[Car], setting: Setting
) -> None:
    """Insert ``new`` (they get their ids), complete ``known``, with owners and readings."""
    rows = [(AssetKind.VEHICLE, *_values(car), True, setting.now) for car in new]
    names = ("kind", *_DETAILS, "is_confirmed", "created_at")
    cars = [*new, *known]
    owned = [car for car in cars if car.new_owner is not None]
    told = sum(len(car.readings) for car in cars)
    numbers, owner_numbers, reading_numbers = take_numbers(
        session, [(Asset, len(new)), (Ownership, len(owned)), (MileageReading, told)]
    )
    insert_numbered(session, Asset, names, rows, numbers)
    for car, number in zip(new, numbers, strict=True):
        car.id = number
    added = setting.added
    added.rows(Asset, numbers)
    changed = [
        {"of": car.id, **{f"new_{n}": v for n, v in zip(_DETAILS, _values(car), strict=True)}}
        for car in known
        if car.has_news
    ]
    if changed:
        session.connection().execute(_FILL, changed)
    for car in known:
        if car.has_news and car.id is not None:
            now = dict(zip(_DETAILS, _values(car), strict=True))
            added.change(Asset, car.id, {**dict.fromkeys(_DETAILS), **car.was}, now)
    owners = [(car.id, car.new_owner.id) for car in owned if car.new_owner is not None]
    insert_numbered(session, Ownership, ("asset_id", "client_id"), owners, owner_numbers)
    added.rows(Ownership, owner_numbers)
    readings = [
        (car.id, on, km, source, False, setting.actor.key)
        for car in cars
        for on, km, source in car.readings
    ]
    insert_numbered(session, MileageReading, _READING, readings, reading_numbers)
    added.rows(MileageReading, reading_numbers)


def _values(car: Car) -> list[Any]:
    details = car.details | {"plate_norm": car.plate_norm}
    return [details[n] or ("" if n in ("make", "model") else None) for n in _DETAILS]
