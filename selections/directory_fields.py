"""What rules may ask of clients, vehicles, visits and advised work."""

from typing import Any

from sqlalchemy import ColumnElement, exists, literal

from core.db import constant
from directory.assets.models import Asset, Ownership
from directory.assets.vin import read_vin
from directory.clients.contact_points import is_reached_by
from directory.clients.models import (
    Client,
    ClientKind,
    ClientUnit,
    ContactKind,
    ContactPoint,
    ContactRefusal,
    RefusalScope,
)
from directory.units.tree import units_below
from directory.visits.models import (
    Recommendation,
    RecommendationStatus,
    Visit,
    VisitLine,
    VisitStatus,
)
from selections.fields import (
    Catalogue,
    Expression,
    Field,
    FieldType,
    Moment,
    Offers,
    Relation,
    Through,
    column,
    entity,
)
from selections.rules import Operator

_CHOICE = (Operator.ONE_OF, Operator.NONE_OF)


def _as_vin(typed: str) -> str:
    return read_vin(typed).vin or typed


def _has(kind: ContactKind) -> Expression:
    return lambda row, _moment: exists().where(
        ContactPoint.client_id == row.id, *is_reached_by(ContactPoint, kind)
    )


def _refuses_all(row: Any, _moment: Moment) -> ColumnElement[bool]:
    return exists().where(
        ContactRefusal.client_id == row.id,
        ContactRefusal.lifted_at.is_(None),
        ContactRefusal.scope == RefusalScope.ALL,
    )


def _age(row: Any, moment: Moment) -> ColumnElement[int]:
    age: ColumnElement[int] = literal(moment.today.year) - row.year
    return age


def _by_unit(code: str, of: str) -> Field:
    return column(
        code, FieldType.CHOICE, of, offers=Offers.UNITS, among=units_below, operators=_CHOICE,
        is_nullable=False,
    )  # fmt: skip


def _done(row: Any) -> ColumnElement[bool]:
    # Written into the statement: the index of done visits is one of these rows only.
    condition: ColumnElement[bool] = row.status == constant(VisitStatus.DONE.value)
    return condition


def _under_way(row: Any) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = row.status == constant(VisitStatus.OPEN.value)
    return condition


def _present(row: Any) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = row.until_on.is_(None)
    return condition


_OWNED = Through(Ownership, "client_id", "asset_id", _present)

CLIENT = entity(
    "client",
    Client,
    (
        column("client.kind", FieldType.CHOICE, offers=Offers.ENUM, members=ClientKind,
               is_nullable=False),
        column("client.name", FieldType.TEXT, is_nullable=False,
               operators=(Operator.CONTAINS, Operator.ONE_OF, Operator.NONE_OF)),
        column("client.birth_on", FieldType.DAY),
        Field("client.has_phone", FieldType.YES_NO, _has(ContactKind.PHONE), is_nullable=False),
        Field("client.has_email", FieldType.YES_NO, _has(ContactKind.EMAIL), is_nullable=False),
        Field("client.refuses_all", FieldType.YES_NO, _refuses_all, is_nullable=False),
        column("client.created_on", FieldType.DAY, "created_at", is_moment=True,
               is_nullable=False),
    ),
    (
        Relation("client.vehicles", "vehicle", "id", "id", through=_OWNED),
        Relation("client.visits", "visit", "id", "client_id", day="visit.done_on",
                 narrowed=_done),
        Relation("client.units", "client_unit", "id", "client_id"),
        Relation("client.refusals", "refusal", "id", "client_id", day="refusal.recorded_on"),
    ),
)  # fmt: skip

CLIENT_UNIT = entity("client_unit", ClientUnit, (_by_unit("client_unit.unit", "unit_id"),))

_ASSET_FIELDS: tuple[tuple[str, FieldType, dict[str, Any]], ...] = (
    ("make", FieldType.TEXT, {"offers": Offers.DATA, "is_nullable": False}),
    ("model", FieldType.TEXT, {"offers": Offers.DATA, "is_nullable": False}),
    ("year", FieldType.NUMBER, {}),
    ("vin", FieldType.TEXT, {"spelt": _as_vin}),
    ("sold_on", FieldType.DAY, {}),
    ("warranty_until", FieldType.DAY, {}),
    ("insured_until", FieldType.DAY, {}),
    ("is_confirmed", FieldType.YES_NO, {"is_nullable": False}),
)

VEHICLE = entity(
    "vehicle",
    Asset,
    (
        *(column(f"vehicle.{name}", type_, **more) for name, type_, more in _ASSET_FIELDS),
        Field("vehicle.age", FieldType.NUMBER, _age),
    ),
    (
        Relation("vehicle.visits", "visit", "id", "asset_id", day="visit.done_on",
                 narrowed=_done),
        Relation("vehicle.orders", "visit", "id", "asset_id", day="visit.opened_on"),
        Relation("vehicle.open_orders", "visit", "id", "asset_id", day="visit.opened_on",
                 narrowed=_under_way),
        Relation("vehicle.recommendations", "recommendation", "id", "asset_id",
                 day="recommendation.advised_on"),
        Relation("vehicle.ownerships", "ownership", "id", "asset_id", day="ownership.from_on"),
    ),
)  # fmt: skip

OWNERSHIP = entity(
    "ownership",
    Ownership,
    (column("ownership.from_on", FieldType.DAY), column("ownership.until_on", FieldType.DAY)),
)


def _earlier(around: Any, row: Any, _moment: Moment) -> ColumnElement[bool]:
    is_earlier: ColumnElement[bool] = row.done_on < around.done_on
    return is_earlier


def _earlier_here(around: Any, row: Any, moment: Moment) -> ColumnElement[bool]:
    is_here: ColumnElement[bool] = row.workshop_id == around.workshop_id
    return _earlier(around, row, moment) & is_here


VISIT = entity(
    "visit",
    Visit,
    (
        column("visit.done_on", FieldType.DAY),
        column("visit.opened_on", FieldType.DAY, is_nullable=False),
        column("visit.status", FieldType.CHOICE, offers=Offers.ENUM, members=VisitStatus,
               is_nullable=False, operators=_CHOICE),
        column("visit.workshop", FieldType.CHOICE, "workshop_id", offers=Offers.WORKSHOPS,
               is_nullable=False, operators=_CHOICE),
        _by_unit("visit.unit", "workshop_id"),
        column("visit.mileage_km", FieldType.NUMBER),
        column("visit.total", FieldType.MONEY, is_nullable=False),
    ),
    (
        Relation("visit.lines", "visit_line", "id", "visit_id"),
        Relation("visit.recommendations", "recommendation", "id", "visit_id",
                 day="recommendation.advised_on"),
        Relation("visit.earlier", "visit", "asset_id", "asset_id", day="visit.done_on",
                 narrowed=_done, anchored=_earlier, anchor="done_on"),
        Relation("visit.earlier_here", "visit", "asset_id", "asset_id", day="visit.done_on",
                 narrowed=_done, anchored=_earlier_here, anchor="done_on"),
    ),
)  # fmt: skip

VISIT_LINE = entity(
    "visit_line",
    VisitLine,
    (
        column("visit_line.name", FieldType.TEXT, is_nullable=False,
               operators=(Operator.CONTAINS, Operator.ONE_OF, Operator.NONE_OF)),
        column("visit_line.total", FieldType.MONEY, is_nullable=False),
    ),
)  # fmt: skip

RECOMMENDATION = entity(
    "recommendation",
    Recommendation,
    (
        column("recommendation.status", FieldType.CHOICE, offers=Offers.ENUM,
               members=RecommendationStatus, is_nullable=False, operators=_CHOICE),
        column("recommendation.advised_on", FieldType.DAY, is_nullable=False),
        column("recommendation.closed_on", FieldType.DAY),
        column("recommendation.work", FieldType.TEXT, is_nullable=False,
               operators=(Operator.CONTAINS, Operator.ONE_OF, Operator.NONE_OF)),
        column("recommendation.estimate", FieldType.MONEY),
    ),
)  # fmt: skip

REFUSAL = entity(
    "refusal",
    ContactRefusal,
    (
        column("refusal.scope", FieldType.CHOICE, offers=Offers.ENUM, members=RefusalScope,
               is_nullable=False, operators=_CHOICE),
        column("refusal.purpose", FieldType.CHOICE, offers=Offers.PURPOSES),
        column("refusal.recorded_on", FieldType.DAY, "recorded_at", is_moment=True,
               is_nullable=False),
        Field("refusal.stands", FieldType.YES_NO, lambda row, _: row.lifted_at.is_(None),
              is_nullable=False),
    ),
)  # fmt: skip

DIRECTORY = Catalogue.of(
    (CLIENT, CLIENT_UNIT, VEHICLE, OWNERSHIP, VISIT, VISIT_LINE, RECOMMENDATION, REFUSAL)
)
"""What may be asked of master data; the packages above add what they know."""
