"""Work orders by their number, one row for each or one for each line; of what is known only news.

The total: rows of one order that tell the same amount tell that of the order, else of their line,
unless the line has a column for its own amount.
A status only goes on: open, done, cancelled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from core.among import among
from core.bulk import change_of, insert_numbered
from directory.assets.models import MileageSource
from directory.visits.models import LineKind, Visit, VisitLine, VisitStatus
from importers.fields import Field
from importers.loads.asked import Person
from importers.loads.batch import Setting, not_yet
from importers.loads.fleet import Car
from importers.loads.told import Doubtful, Ruling, Verdict
from importers.loads.vehicles import Owners, mark_of
from importers.loads.workshops import Workshops
from importers.matching import in_chunks
from importers.problems import RowProblem, RowProblemCode
from importers.typed_rows import TypedRow

_STEPS = (VisitStatus.OPEN, VisitStatus.DONE, VisitStatus.CANCELLED)
_NOTHING = Decimal(0)
_VISIT = ("number", "asset_id", "client_id", "workshop_id", "status", "opened_on", "done_on",
          "mileage_km", "total")  # fmt: skip
_LINE = ("visit_id", "kind", "name", "quantity", "total")
_CHANGING = ("status", "done_on", "mileage_km", "total")
_TABLE = cast(Table, Visit.__table__)
_CHANGE = change_of(_TABLE, _CHANGING)


@dataclass(slots=True, eq=False)
class _Order:
    """A work order: known, or one that this load makes."""

    id: int | None
    asset_id: int | None
    workshop_id: int
    status: VisitStatus
    done_on: date | None
    mileage_km: int | None
    total: Decimal
    number: str = ""
    opened_on: date | None = None
    car: Car | None = None
    person: Person | None = None
    lines: Counter[str] = field(default_factory=Counter)
    """Lines that were known, by name."""
    seen: Counter[str] = field(default_factory=Counter)
    """Lines that this batch told."""
    added: list[tuple[str, Decimal | None, Decimal | None]] = field(default_factory=list)
    """Name, amount of the row, amount of the line where it has its own."""
    totals: list[Decimal] = field(default_factory=list)
    is_changed: bool = False
    was: dict[str, Any] = field(default_factory=dict)
    """What of a known one may change, before this batch."""

    def changing(self) -> dict[str, Any]:
        """What of it may change, as it is."""
        return {name: getattr(self, name) for name in _CHANGING}


class VisitsApplier:
    """Rows of the format ``visits``."""

    def __init__(self, setting: Setting, rows: Sequence[TypedRow]) -> None:
        self._setting = setting
        self._owners = Owners(setting, rows)
        self._workshops = Workshops(setting)
        self._orders = _known(setting.session, rows)
        self._new: list[_Order] = []

    def take(self, row: TypedRow) -> Ruling:
        """New, appended, refreshed, matched or skipped. Raises Doubtful."""
        number = str(row.values[Field.VISIT_NUMBER])
        car = self._owners.fleet.find(row)
        told = row.values.get(Field.WORKSHOP)
        workshop_id = self._workshops.find(str(told) if told else None)
        person, is_new = self._owners.person_of(row, car)
        order = self._orders.get(number)
        amiss = self._days_amiss(row)
        if amiss and amiss[0].code is RowProblemCode.NOT_YET:
            return Ruling(Verdict.INVALID, amiss)
        if order is not None:
            self._require_same(order, car, workshop_id if told else None, number)
            ruling = self._continue(row, order, person, is_new)
            ruling.problems += amiss
            return ruling
        if workshop_id is None:
            code = RowProblemCode.UNKNOWN_WORKSHOP if told else RowProblemCode.MISSING_VALUE
            value = str(told) if told else Field.WORKSHOP.value
            heading = row.headings.get(Field.WORKSHOP, "") if told else ""
            return Ruling(Verdict.INVALID, (RowProblem(heading, code, value),))
        if person is None and not is_new:
            if car is None:
                raise Doubtful(RowProblemCode.UNKNOWN_VEHICLE, mark_of(row))
            raise Doubtful(RowProblemCode.NO_OWNER, mark_of(row))
        car, person, _ = self._owners.settle(row, car, person, is_new)
        remarks = amiss + self._open(row, number, car, person, workshop_id)
        return Ruling(Verdict.NEW, remarks, client=person)

    def write(self) -> None:
        """Write clients, vehicles, orders and their lines."""
        session, added = self._setting.session, self._setting.added
        self._owners.flush()
        for order in self._new:
            order.total = _total(order)
        rows = [
            (order.number, order.car.id if order.car else None,
             order.person.id if order.person else None, order.workshop_id, order.status,
             order.opened_on, order.done_on, order.mileage_km, order.total)
            for order in self._new
        ]  # fmt: skip
        numbers = insert_numbered(session, Visit, _VISIT, rows)
        for order, number in zip(self._new, numbers, strict=True):
            order.id = number
        added.rows(Visit, numbers)
        changed = [order for order in self._orders.values() if order.is_changed]
        values = [
            {"of": one.id, **{f"new_{name}": value for name, value in one.changing().items()}}
            for one in changed
        ]
        if values:
            session.connection().execute(_CHANGE, values)
        for one in changed:
            added.change(Visit, one.id or 0, one.was, one.changing())
        lines = [line for order in self._orders.values() for line in _lines(order)]
        added.rows(VisitLine, insert_numbered(session, VisitLine, _LINE, lines))

    def _days_amiss(self, row: TypedRow) -> tuple[RowProblem, ...]:
        """Told of days that cannot be: done on a day to come, or before it was opened."""
        status, opened_on, closed_on = _days(row)
        is_done_once = status is VisitStatus.DONE and Field.DONE_ON not in row.values
        of = Field.OPENED_ON if is_done_once else Field.DONE_ON
        amiss = not_yet(row, of, self._setting.today)
        if amiss or closed_on is None or opened_on is None or closed_on >= opened_on:
            return amiss
        heading = row.headings.get(Field.DONE_ON, "")
        both = f"{closed_on:%d.%m.%Y} < {opened_on:%d.%m.%Y}"
        return (RowProblem(heading, RowProblemCode.CLOSED_BEFORE, both),)

    def _require_same(
        self, order: _Order, car: Car | None, workshop_id: int | None, number: str
    ) -> None:
        is_same = car is not None and (order.car is car or order.asset_id == car.id)
        if not is_same or workshop_id not in (None, order.workshop_id):
            raise Doubtful(RowProblemCode.OTHER_ORDER, number)

    def _open(
        self, row: TypedRow, number: str, car: Car, person: Person | None, workshop_id: int
    ) -> tuple[RowProblem, ...]:
        """Make the order; what is to be told of its mileage."""
        status, opened_on, done_on = _days(row)
        km = cast(int | None, row.values.get(Field.MILEAGE_KM))
        order = _Order(
            None, None, workshop_id, status, done_on, km, _NOTHING, number, opened_on, car, person
        )
        self._orders[number] = order
        self._new.append(order)
        _add_lines(order, row)
        if opened_on is None:
            return ()
        day = min(done_on or opened_on, self._setting.today)
        is_read = self._owners.fleet.read_odometer(car, km, day, MileageSource.VISIT)
        if is_read or not self._owners.is_in_sight(car):
            return ()
        return self._owners.fleet.fallen(car, row, day)

    def _continue(
        self, row: TypedRow, order: _Order, person: Person | None, is_new: bool
    ) -> Ruling:
        status, _, done_on = _days(row)
        if _STEPS.index(status) < _STEPS.index(order.status):
            return Ruling(Verdict.SKIPPED, (RowProblem("", RowProblemCode.OLDER_NEWS),))
        car = self._owners.fleet.find(row)
        _, person, news = self._owners.settle(row, car, person, is_new)
        is_changed = status is not order.status
        order.status = status
        if status is VisitStatus.DONE and order.done_on is None and done_on is not None:
            order.done_on, is_changed = done_on, True
        km = row.values.get(Field.MILEAGE_KM)
        if order.mileage_km is None and isinstance(km, int):
            order.mileage_km, is_changed = km, True
        total = row.values.get(Field.TOTAL)
        if order.id is not None and isinstance(total, Decimal) and total and not order.total:
            order.total, is_changed = total, True
        order.is_changed |= is_changed and order.id is not None
        if _add_lines(order, row):
            return Ruling(Verdict.APPENDED, client=person)
        verdict = Verdict.REFRESHED if is_changed or news else Verdict.MATCHED
        return Ruling(verdict, client=person)


def _days(row: TypedRow) -> tuple[VisitStatus, date | None, date | None]:
    """Status, day of opening and of closing: what is not told follows from the rest."""
    opened_on = cast(date | None, row.values.get(Field.OPENED_ON))
    done_on = cast(date | None, row.values.get(Field.DONE_ON))
    usual = VisitStatus.DONE if done_on else VisitStatus.OPEN
    status = cast(VisitStatus, row.values.get(Field.VISIT_STATUS, usual))
    opened_on = opened_on or done_on
    closed_on = (done_on or opened_on) if status is VisitStatus.DONE else None
    return status, opened_on, closed_on


def _add_lines(order: _Order, row: TypedRow) -> bool:
    """Take the lines that are not there yet; whether there were any."""
    names = [one[:500] for one in str(row.values.get(Field.WORK) or "").splitlines()]
    total = cast(Decimal | None, row.values.get(Field.TOTAL))
    own = cast(Decimal | None, row.values.get(Field.LINE_TOTAL))
    if total is not None:
        order.totals.append(total)
    news = False
    for name in names:
        order.seen[name] += 1
        if order.seen[name] > order.lines[name]:
            is_one = len(names) == 1
            order.added.append((name, total if is_one else None, own if is_one else None))
            news = True
    return news


def _total(order: _Order) -> Decimal:
    if len(set(order.totals)) == 1:
        return order.totals[0]
    return sum(order.totals or (own for *_, own in order.added if own), _NOTHING)


def _lines(order: _Order) -> list[tuple[Any, ...]]:
    """The lines to be written; what only the order as a whole cost is not theirs."""
    is_whole = len(order.totals) > 1 and len(set(order.totals)) == 1
    return [
        (order.id, LineKind.WORK, name, Decimal(1), own or (not is_whole and total) or _NOTHING)
        for name, total, own in order.added
    ]


def _known(session: Session, rows: Sequence[TypedRow]) -> dict[str, _Order]:
    columns = select(
        Visit.number, Visit.id, Visit.asset_id, Visit.workshop_id, Visit.status, Visit.done_on,
        Visit.mileage_km, Visit.total,
    )  # fmt: skip
    orders: dict[str, _Order] = {}
    by_id: dict[int, _Order] = {}
    for chunk in in_chunks(str(row.values[Field.VISIT_NUMBER]) for row in rows):
        for row in session.execute(columns.where(among(session, Visit.number, chunk))):
            order = orders[row[0]] = by_id[row[1]] = _Order(*row[1:])
            order.was = order.changing()
    for ids in in_chunks(by_id):
        lines = select(VisitLine.visit_id, VisitLine.name).where(
            among(session, VisitLine.visit_id, ids)
        )
        for visit_id, name in session.execute(lines):
            by_id[visit_id].lines[name] += 1
    return orders
