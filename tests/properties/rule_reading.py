"""A rule read the plain way: row by row, knowing nothing of SQL. The oracle of its statement."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from core.days import moved
from directory.assets.models import Asset, Ownership
from directory.assets.vin import read_vin
from directory.clients.models import (
    Client,
    ClientUnit,
    ContactKind,
    ContactPoint,
    ContactRefusal,
    ContactState,
    RefusalScope,
)
from directory.visits.models import Recommendation, Visit, VisitLine, VisitStatus
from selections.anniversaries import comes
from selections.chance import chance_of
from selections.rules import (
    Asked,
    Condition,
    Definition,
    Earlier,
    Found,
    FromToday,
    Group,
    Having,
    Join,
    Newest,
    Operator,
    Parameter,
    Rule,
    Subject,
)
from selections.settling import Answers, days_of
from tests.properties.rule_days import TODAY, UNITS
from tests.properties.rule_work_reading import MOMENTS, WORK_RELATED, WORK_VALUES, local
from tests.properties.rule_world import World
from worklists.selection_fields import CATALOGUE

Row = Mapping[str, Any]
_ANYTHING = Group(Join.ALL)


@dataclass
class Reading:
    """Finds what a definition means by looking at every row."""

    world: World
    units: Collection[int]
    answers: Answers
    definitions: Mapping[int, Definition]
    seed: int = 0
    questions: tuple[Parameter, ...] = ()
    """Those of the definition that is being read."""

    def found(self, definition: Definition) -> set[tuple[int, int]]:
        """Pairs of client and vehicle (0 for a client alone)."""
        if self.questions != definition.parameters:
            return replace(self, questions=definition.parameters).found(definition)
        rule = self._said(definition.rule) or Group(Join.ALL)
        known = {r["client_id"] for r in self.world.of(ClientUnit) if r["unit_id"] in self.units}
        pairs = {
            (around["client"]["id"], around["vehicle"]["id"] if "vehicle" in around else 0)
            for around in self._subjects(definition.subject)
            if around["client"]["id"] in known and self.holds(rule, around)
        }
        if definition.sample is None:
            return pairs
        order = sorted(pairs, key=lambda pair: (chance_of(*pair, seed=self.seed), pair))
        return set(order[: definition.sample])

    def holds(self, rule: Rule, around: Mapping[str, Row], anchor: date | None = None) -> bool:
        """Whether the rule is true of these rows."""
        match rule:
            case Group():
                truths = [self.holds(item, around, anchor) for item in rule.items]
                if rule.join is Join.ALL:
                    return all(truths)
                return any(truths) if rule.join is Join.ANY else not any(truths)
            case Condition():
                value = self._value(rule.field, around)
                return _compared(rule, value, anchor)
            case Having():
                return self._having(rule, around)
            case Newest():
                return self._newest(rule, around)
            case Found():
                inner = self.definitions[rule.selection_id]
                found = replace(self, answers=self._passed_on(inner)).found(inner)
                if inner.subject is Subject.VEHICLE and "vehicle" in around:
                    return around["vehicle"]["id"] in {pair[1] for pair in found}
                return around["client"]["id"] in {pair[0] for pair in found}

    def _said(self, rule: Any) -> Any:
        """The rule with the answers in it; None when nothing is left of what it says."""
        match rule:
            case Found():
                return rule
            case Group():
                left = tuple(one for one in map(self._said, rule.items) if one is not None)
                return replace(rule, items=left) if left else None
            case Newest():
                among, where = self._said(rule.among), self._said(rule.where)
                if (rule.among.items or rule.where.items) and among is None and where is None:
                    return None
                return replace(rule, among=among or _ANYTHING, where=where or _ANYTHING)
            case Having():
                where = self._said(rule.where)
                if rule.where.items and where is None:
                    return None
                rule = replace(rule, where=where or _ANYTHING)
        told = [self._told(value) for value in rule.values]
        if rule.operator is Operator.BETWEEN and all(
            isinstance(one, FromToday) and one.span is rule.values[0].span for one in rule.values
        ):
            told.sort(key=lambda days: days[0])  # Two lengths from today are one period.
        if rule.operator is Operator.BETWEEN and told.count([]) == 1:
            is_open_below = told[0] == []
            operator = Operator.AT_MOST if is_open_below else Operator.AT_LEAST
            return replace(rule, operator=operator, values=tuple(told[is_open_below]))
        if [] in told:
            return None
        return replace(rule, values=tuple(one for several in told for one in several))

    def _told(self, value: Any) -> list[Any]:
        """What stands for the value: of a question none, one or several."""
        if isinstance(value, Asked):
            answer = self.answers.get(value.parameter, ())
            several = answer if isinstance(answer, tuple) else (answer,)
            return [told for one in several for told in self._told(one)]
        if isinstance(value, FromToday):
            months, days = days_of(value.amount, value.span)
            return [moved(moved(TODAY, months=months), days=days)]
        return [value]

    def _passed_on(self, inner: Definition) -> Answers:
        """Its questions: by the answers here to questions of the same name and type, or as said."""
        kinds = {one.code: one.type for one in self.questions}
        told: dict[str, Any] = {one.code: one.default for one in inner.parameters}
        told |= {
            one.code: self.answers[one.code]
            for one in inner.parameters
            if kinds.get(one.code) == one.type and one.code in self.answers
        }
        return {code: answer for code, answer in told.items() if answer is not None}

    def _subjects(self, subject: Subject) -> list[dict[str, Row]]:
        clients = {row["id"]: row for row in self.world.of(Client)}
        if subject is Subject.CLIENT:
            return [{"client": row} for row in clients.values()]
        assets = {row["id"]: row for row in self.world.of(Asset)}
        return [
            {"client": clients[row["client_id"]], "vehicle": assets[row["asset_id"]]}
            for row in self.world.of(Ownership)
            if row["until_on"] is None
        ]

    def _having(self, rule: Having, around: Mapping[str, Row]) -> bool:
        entity, rows, anchor = self._related(rule.relation, around)
        held = [row for row in rows if self.holds(rule.where, {entity: row}, anchor)]
        total: int | Decimal = len(held)
        if rule.sum_of is not None:
            values = (self._value(rule.sum_of, {entity: row}) for row in held)
            total = sum((value for value in values if value is not None), Decimal(0))
        return _ordered(rule.operator, total, rule.values)

    def _newest(self, rule: Newest, around: Mapping[str, Row]) -> bool:
        entity, rows, anchor = self._related(rule.relation, around)
        relation = CATALOGUE.relation(rule.relation)
        assert relation is not None and relation.day is not None
        day = relation.day
        meant = [
            row
            for row in rows
            if self._value(day, {entity: row}) is not None
            and self.holds(rule.among, {entity: row}, anchor)
        ]
        if not meant:
            return False
        newest = max(
            meant,
            # The newest is told by the column itself: a moment where it holds moments.
            key=lambda row: (row[MOMENTS.get(day, day.partition(".")[2])], row["id"]),
        )
        return self.holds(rule.where, {entity: newest}, anchor)

    def _related(self, code: str, around: Mapping[str, Row]) -> tuple[str, list[Row], date | None]:
        row = around[code.partition(".")[0]]
        entity, rows = _RELATED[code](self.world, row)
        anchor = row["done_on"] if code.startswith("visit.earlier") else None
        return entity, rows, anchor

    def _value(self, code: str, around: Mapping[str, Row]) -> Any:
        entity, _, name = code.partition(".")
        row = around[entity]
        special = _SPECIAL.get(code)
        return special(self.world, row) if special is not None else row.get(name)


def _compared(rule: Condition, value: Any, anchor: date | None) -> bool:
    if rule.operator is Operator.KNOWN:
        return value is not None
    if rule.operator is Operator.UNKNOWN:
        return value is None
    if value is None:
        return False
    values = [_bound(one, anchor) for one in rule.values]
    match rule.operator:
        case Operator.ONE_OF:
            return _is_one_of(rule.field, value, values)
        case Operator.NONE_OF:
            return not _is_one_of(rule.field, value, values)
        case Operator.CONTAINS:
            return any(
                written in value
                for one in values
                for written in (one, one.lower(), one.upper(), one.capitalize())
            )
        case Operator.IS:
            return bool(value) is values[0]
        case Operator.COMING:
            return comes(value, TODAY, values[0])
    return _ordered(rule.operator, value, values)


def _is_one_of(code: str, value: Any, values: Collection[Any]) -> bool:
    if code.endswith(".unit"):
        return any(unit in values for unit in _upwards(value))
    if code == "vehicle.vin":
        return value in [read_vin(typed).vin or typed for typed in values]
    return value in values


def _upwards(unit: int | None) -> list[int]:
    return [] if unit is None else [unit, *_upwards(UNITS[unit])]


def _ordered(operator: Operator, value: Any, values: Collection[Any]) -> bool:
    low = high = list(values)
    if operator is Operator.AT_LEAST:
        return bool(value >= low[0])
    if operator is Operator.AT_MOST:
        return bool(value <= high[0])
    return bool(low[0] <= value <= high[1])


def _bound(value: Any, anchor: date | None) -> Any:
    if not isinstance(value, Earlier):
        return value
    assert anchor is not None
    months, days = days_of(value.amount, value.span)
    return moved(moved(anchor, months=-months), days=-days)


def _reachable(kind: ContactKind) -> Callable[[World, Row], bool]:
    return lambda world, row: any(
        point["client_id"] == row["id"]
        and point["kind"] is kind
        and point["is_valid"]
        and point["state"] is not ContactState.WRONG
        and not point["do_not_contact"]
        for point in world.of(ContactPoint)
    )


def _refuses_all(world: World, row: Row) -> bool:
    return any(
        one["client_id"] == row["id"]
        and one["lifted_at"] is None
        and one["scope"] is RefusalScope.ALL
        for one in world.of(ContactRefusal)
    )


_SPECIAL: dict[str, Callable[[World, Row], Any]] = {
    **WORK_VALUES,
    "client.has_phone": _reachable(ContactKind.PHONE),
    "client.has_email": _reachable(ContactKind.EMAIL),
    "client.refuses_all": _refuses_all,
    "client.created_on": lambda _world, row: local(row["created_at"]),
    "client_unit.unit": lambda _world, row: row["unit_id"],
    "vehicle.age": lambda _world, row: row["year"] and TODAY.year - row["year"],
    "visit.workshop": lambda _world, row: row["workshop_id"],
    "visit.unit": lambda _world, row: row["workshop_id"],
    "refusal.recorded_on": lambda _world, row: local(row["recorded_at"]),
    "refusal.stands": lambda _world, row: row["lifted_at"] is None,
}


def _rows_where(
    entity: str, table: Any, column: str, *, of: str = "id", status: VisitStatus | None = None
) -> Callable[[World, Row], tuple[str, list[Row]]]:
    def found(world: World, around: Row) -> tuple[str, list[Row]]:
        return entity, [
            row
            for row in world.of(table)
            if row[column] == around[of] and status in (None, row.get("status"))
        ]

    return found


def _vehicles(world: World, client: Row) -> tuple[str, list[Row]]:
    owned = {
        row["asset_id"]
        for row in world.of(Ownership)
        if row["client_id"] == client["id"] and row["until_on"] is None
    }
    return "vehicle", [row for row in world.of(Asset) if row["id"] in owned]


def _earlier(world: World, visit: Row) -> tuple[str, list[Row]]:
    return "visit", [
        row
        for row in world.of(Visit)
        if row["asset_id"] == visit["asset_id"]
        and row["status"] is VisitStatus.DONE
        and row["done_on"] is not None
        and visit["done_on"] is not None
        and row["done_on"] < visit["done_on"]
    ]


def _earlier_here(world: World, visit: Row) -> tuple[str, list[Row]]:
    entity, rows = _earlier(world, visit)
    return entity, [row for row in rows if row["workshop_id"] == visit["workshop_id"]]


_RELATED: dict[str, Callable[[World, Row], tuple[str, list[Row]]]] = {
    **WORK_RELATED,
    "client.vehicles": _vehicles,
    "client.visits": _rows_where("visit", Visit, "client_id", status=VisitStatus.DONE),
    "client.units": _rows_where("client_unit", ClientUnit, "client_id"),
    "client.refusals": _rows_where("refusal", ContactRefusal, "client_id"),
    "vehicle.visits": _rows_where("visit", Visit, "asset_id", status=VisitStatus.DONE),
    "vehicle.orders": _rows_where("visit", Visit, "asset_id"),
    "vehicle.open_orders": _rows_where("visit", Visit, "asset_id", status=VisitStatus.OPEN),
    "vehicle.recommendations": _rows_where("recommendation", Recommendation, "asset_id"),
    "vehicle.ownerships": _rows_where("ownership", Ownership, "asset_id"),
    "visit.lines": _rows_where("visit_line", VisitLine, "visit_id"),
    "visit.recommendations": _rows_where("recommendation", Recommendation, "visit_id"),
    "visit.earlier": _earlier,
    "visit.earlier_here": _earlier_here,
}
