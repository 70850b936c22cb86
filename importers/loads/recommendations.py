"""Work that was advised and not done: it belongs to an order, told by its number or by the vehicle.

Without a number the vehicle's last order up to that day is meant. Vehicles, their owners and orders
are not made from such a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table, or_, select
from sqlalchemy.orm import Session

from core.among import among
from core.bulk import change_of, insert_numbered
from directory.visits.models import Recommendation, RecommendationStatus, Visit
from importers.fields import Field
from importers.loads.batch import Setting, not_yet
from importers.loads.fleet import Car, Fleet
from importers.loads.told import Doubtful, Known, Ruling, Verdict
from importers.matching import in_chunks
from importers.problems import RowProblem, RowProblemCode
from importers.typed_rows import TypedRow

_COLUMNS = ("visit_id", "asset_id", "advised_on", "work", "estimate", "status", "closed_on")
_CHANGING = ("estimate", "status", "closed_on")
_TABLE = cast(Table, Recommendation.__table__)
_CHANGE = change_of(_TABLE, _CHANGING)


@dataclass(slots=True, eq=False)
class _Advice:
    id: int | None
    visit_id: int
    asset_id: int
    advised_on: date
    work: str
    estimate: Decimal | None
    status: RecommendationStatus
    closed_on: date | None
    is_changed: bool = False
    was: dict[str, Any] = field(default_factory=dict)
    """What of a known one may change, before this batch."""

    def changing(self) -> dict[str, Any]:
        """What of it may change, as it is."""
        return {name: getattr(self, name) for name in _CHANGING}


@dataclass(frozen=True, slots=True)
class _Order:
    id: int
    number: str
    asset_id: int
    on: date
    client: Known


class RecommendationsApplier:
    """Rows of the format ``recommendations``."""

    def __init__(self, setting: Setting, rows: Sequence[TypedRow]) -> None:
        self._setting = setting
        self._fleet = Fleet(setting.session, rows)
        orders = _orders(setting.session, rows, self._fleet)
        self._by_number = {order.number: order for order in orders}
        self._by_asset: dict[int, list[_Order]] = {}
        for order in sorted(orders, key=lambda one: (one.on, one.id)):
            self._by_asset.setdefault(order.asset_id, []).append(order)
        self._advice = _known(setting.session, self._by_asset)
        self._new: list[_Advice] = []

    def take(self, row: TypedRow) -> Ruling:
        """New, refreshed, matched, skipped or invalid. Raises Doubtful."""
        days = (Field.ADVISED_ON, Field.CLOSED_ON)
        to_come = tuple(one for of in days for one in not_yet(row, of, self._setting.today))
        if to_come:
            return Ruling(Verdict.INVALID, to_come)
        order = self._order(row, self._fleet.find(row))
        work = str(row.values[Field.ADVICE])
        said_on = cast(date | None, row.values.get(Field.ADVISED_ON))
        same = self._advice.setdefault((order.asset_id, work.casefold()), [])
        known = next((one for one in same if said_on in (None, one.advised_on)), None)
        if known is not None:
            return _continue(known, row, order.client)
        told = cast(RecommendationStatus | None, row.values.get(Field.ADVICE_STATUS))
        status, closed_on = _state(row, told)
        advice = _Advice(
            None, order.id, order.asset_id, said_on or order.on, work,
            cast(Decimal | None, row.values.get(Field.ESTIMATE)), status, closed_on,
        )  # fmt: skip
        same.append(advice)
        self._new.append(advice)
        return Ruling(Verdict.NEW, client=order.client)

    def write(self) -> None:
        """Write what was advised and what became of it."""
        session, added = self._setting.session, self._setting.added
        changed = [
            one
            for same in self._advice.values()
            for one in same
            if one.is_changed and one.id is not None
        ]
        values = [
            {"of": one.id, **{f"new_{name}": value for name, value in one.changing().items()}}
            for one in changed
        ]
        if values:
            session.connection().execute(_CHANGE, values)
        for one in changed:
            added.change(Recommendation, one.id or 0, one.was, one.changing())
        rows = [tuple(getattr(one, name) for name in _COLUMNS) for one in self._new]
        added.rows(Recommendation, insert_numbered(session, Recommendation, _COLUMNS, rows))

    def _order(self, row: TypedRow, car: Car | None) -> _Order:
        """The order in which it was advised. Raises Doubtful."""
        number = row.values.get(Field.VISIT_NUMBER)
        if number is not None:
            order = self._by_number.get(str(number))
            if order is None:
                raise Doubtful(RowProblemCode.UNKNOWN_ORDER, str(number))
            if car is not None and car.id != order.asset_id:
                raise Doubtful(RowProblemCode.OTHER_ORDER, str(number))
            return order
        if car is None or car.id is None:
            mark = row.values.get(Field.VIN) or row.values.get(Field.PLATE) or ""
            raise Doubtful(RowProblemCode.UNKNOWN_VEHICLE, str(mark))
        said_on = row.values.get(Field.ADVISED_ON)
        orders = self._by_asset.get(car.id, [])
        before = [one for one in orders if not isinstance(said_on, date) or one.on <= said_on]
        if not before:
            raise Doubtful(RowProblemCode.UNKNOWN_ORDER)
        return before[-1]


def _continue(known: _Advice, row: TypedRow, client: Known) -> Ruling:
    told = cast(RecommendationStatus | None, row.values.get(Field.ADVICE_STATUS))
    news = False
    if told not in (None, known.status) or (told is None and Field.CLOSED_ON in row.values):
        status, closed_on = _state(row, told)
        if known.status is RecommendationStatus.OPEN and status is not known.status:
            known.status, known.closed_on, news = status, closed_on, True
        elif known.status is not status:
            older = RowProblem("", RowProblemCode.OLDER_NEWS)
            return Ruling(Verdict.SKIPPED, (older,), client)
    estimate = row.values.get(Field.ESTIMATE)
    if known.estimate is None and isinstance(estimate, Decimal):
        known.estimate, news = estimate, True
    known.is_changed |= news
    return Ruling(Verdict.REFRESHED if news else Verdict.MATCHED, client=client)


def _state(
    row: TypedRow, told: RecommendationStatus | None
) -> tuple[RecommendationStatus, date | None]:
    closed_on = cast(date | None, row.values.get(Field.CLOSED_ON))
    usual = RecommendationStatus.DONE if closed_on else RecommendationStatus.OPEN
    status = told or usual
    return status, None if status is RecommendationStatus.OPEN else closed_on


def _orders(session: Session, rows: Sequence[TypedRow], fleet: Fleet) -> list[_Order]:
    """The orders that are named, and all orders of the vehicles that are."""
    columns = select(Visit.id, Visit.number, Visit.asset_id, Visit.done_on, Visit.opened_on,
                     Visit.client_id)  # fmt: skip
    found: dict[int, _Order] = {}
    told = (row.values.get(Field.VISIT_NUMBER) for row in rows)
    wanted: list[Any] = [
        *(Visit.number.in_(chunk) for chunk in in_chunks(str(one) for one in told if one)),
        *(Visit.asset_id.in_(chunk) for chunk in in_chunks(fleet.ids)),
    ]
    if wanted:
        for number, name, asset_id, done_on, opened_on, client_id in session.execute(
            columns.where(or_(*wanted))
        ):
            found[number] = _Order(number, name, asset_id, done_on or opened_on, Known(client_id))
    return list(found.values())


def _known(session: Session, assets: dict[int, list[_Order]]) -> dict[Any, list[_Advice]]:
    """What was advised for these vehicles, by vehicle and work."""
    known: dict[Any, list[_Advice]] = {}
    columns = select(Recommendation.id, *(getattr(Recommendation, name) for name in _COLUMNS))
    for chunk in in_chunks(assets):
        of_them = among(session, Recommendation.asset_id, chunk)
        query = columns.where(of_them).order_by(Recommendation.id)
        for row in session.execute(query):
            advice = _Advice(*row)
            advice.was = advice.changing()
            known.setdefault((advice.asset_id, advice.work.casefold()), []).append(advice)
    return known
