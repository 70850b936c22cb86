"""The questions of the shipped kinds, each in the best statement that a person would write.

Answers are those of the kinds' own defaults, for one unit that is a workshop as well.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.days import moved

_MOSCOW = ZoneInfo("Europe/Moscow")
_VINS = tuple(f"XTA{10_000_000_000_000 + number}" for number in range(9, 9_000, 9))


@dataclass(frozen=True)
class Hand:
    """A statement and the answers with which the kind asks the same."""

    sql: str
    answers: Mapping[str, Any]


@dataclass(frozen=True)
class _By:
    """What the statements are written with."""

    unit_id: int
    today: date
    is_postgresql: bool

    def day(self, months: int = 0, days: int = 0) -> date:
        return moved(self.today, months=months, days=days)

    def since(self, day: date) -> str:
        """The moment at which the day begins, as a literal."""
        moment = datetime(day.year, day.month, day.day, tzinfo=_MOSCOW)
        utc = moment.astimezone(ZoneInfo("UTC"))
        if self.is_postgresql:
            return f"timestamptz '{utc:%Y-%m-%d %H:%M:%S+00}'"
        return f"'{utc:%Y-%m-%d %H:%M:%S}.000000'"

    def called_on(self) -> str:
        """The day of a call in Moscow, which is three hours from UTC all the year."""
        if self.is_postgresql:
            return "(a.at AT TIME ZONE 'Europe/Moscow')::date"
        return "date(a.at, '+180 minutes')"

    def vehicles(self, where: str, joins: str = "") -> str:
        """Vehicles of clients known to the unit."""
        return (
            f"SELECT o.client_id, o.asset_id FROM ownerships o {joins} WHERE o.until_on IS NULL "
            "AND EXISTS (SELECT 1 FROM client_units u WHERE u.client_id = o.client_id AND "
            f"u.unit_id = {self.unit_id}) AND {where}"
        )

    def clients(self, where: str) -> str:
        """Clients known to the unit."""
        return (
            "SELECT c.id, 0 FROM clients c WHERE EXISTS (SELECT 1 FROM client_units u WHERE "
            f"u.client_id = c.id AND u.unit_id = {self.unit_id}) AND {where}"
        )

    def either(self, *statements: str) -> str:
        """What any of them finds, for IN; SQLite would sort for a UNION."""
        return f" UNION {'' if self.is_postgresql else 'ALL '}".join(statements)

    def nothing_under_way(self, since: date) -> str:
        return (
            "NOT EXISTS (SELECT 1 FROM service_requests r WHERE r.asset_id = o.asset_id AND "
            f"r.state = 'requested' AND r.wanted_on >= '{self.today}') "
            "AND NOT EXISTS (SELECT 1 FROM visits w WHERE w.asset_id = o.asset_id AND "
            "w.status = 'open') AND " + self.not_called("a.asset_id = o.asset_id", since)
        )

    def not_called(self, of: str, since: date) -> str:
        return (
            f"NOT EXISTS (SELECT 1 FROM attempts a WHERE {of} AND a.undone_at IS NULL AND "
            f"a.at >= {self.since(since)})"
        )

    def last_visit(self, since: date, until: date, more: str = "", there: str = "") -> str:
        """Vehicles whose last visit (``there``) lies in these days."""
        return (
            f"SELECT v.asset_id FROM visits v WHERE v.status = 'done'{there.format('v')} AND "
            f"v.done_on BETWEEN '{since}' AND '{until}'{more} AND NOT EXISTS (SELECT 1 FROM "
            f"visits l WHERE l.asset_id = v.asset_id AND l.status = 'done'{there.format('l')} "
            "AND (l.done_on > v.done_on OR (l.done_on = v.done_on AND l.id > v.id)))"
        )


def _maintenance_due(by: _By) -> Hand:
    since, until = by.day(months=-13), by.day(months=-12)
    called = by.day(days=-30)
    forecast = (
        "SELECT f.asset_id FROM mileage_forecasts f WHERE f.next_maintenance_on "
        f"BETWEEN '{by.today}' AND '{by.day(days=30)}'"
    )
    found = by.either(forecast, by.last_visit(since, until))
    sql = by.vehicles(f"o.asset_id IN ({found}) AND " + by.nothing_under_way(called))
    return Hand(sql, {
        "period_from": by.today, "period_until": by.day(days=30), "visited_from": since,
        "visited_until": until, "contacted_since": called,
    })  # fmt: skip


def _thin_ice(by: _By) -> Hand:
    since, until, called = by.day(months=-12), by.day(months=-9), by.day(days=-30)
    last = by.last_visit(since, until, f" AND v.workshop_id = {by.unit_id}")
    sql = by.vehicles(f"o.asset_id IN ({last}) AND " + by.nothing_under_way(called))
    return Hand(sql, {
        "period_from": since, "period_until": until, "unit": by.unit_id, "contacted_since": called,
    })  # fmt: skip


def _lost(by: _By, place: str) -> Hand:
    since, until, called = by.day(months=-24), by.day(months=-12), by.day(days=-60)
    three_years = (
        "e.done_on >= (v.done_on - interval '36 months')::date"
        if by.is_postgresql
        else "e.done_on >= date(v.done_on, '-36 months', 'floor')"
    )
    there = f" AND {{}}.workshop_id = {by.unit_id}"
    before = (
        " AND (SELECT count(*) FROM visits e WHERE e.asset_id = v.asset_id AND e.status = 'done'"
        f"{there.format('e')} AND e.done_on < v.done_on AND {three_years}) >= 1"
    )
    last = by.last_visit(since, until, before, there)
    sql = by.vehicles(f"o.asset_id IN ({last}) AND " + by.nothing_under_way(called))
    return Hand(sql, {
        place: by.unit_id, "period_from": since, "period_until": until, "times": 1,
        "contacted_since": called,
    })  # fmt: skip


def _declined_work(by: _By) -> Hand:
    since, until, called = by.day(days=-180), by.day(days=-30), by.day(days=-30)
    sql = by.vehicles(
        "o.asset_id IN (SELECT r.asset_id FROM recommendations r WHERE r.status IN "
        f"('open', 'declined') AND r.advised_on BETWEEN '{since}' AND '{until}') AND "
        + by.nothing_under_way(called)
    )
    return Hand(sql, {"period_from": since, "period_until": until, "contacted_since": called})


def _no_show(by: _By) -> Hand:
    since = by.day(days=-7)
    same = "({0}.asset_id = r.asset_id OR {0}.asset_id IS NULL OR r.asset_id IS NULL)"
    sql = by.clients(
        "c.id IN (SELECT r.client_id FROM service_requests r WHERE r.wanted_on BETWEEN "
        f"'{since}' AND '{by.today}' AND (r.state = 'no_show' OR (r.state = 'requested' AND "
        f"r.wanted_on <= '{by.day(days=-1)}')) AND r.workshop_id = {by.unit_id} AND NOT EXISTS "
        "(SELECT 1 FROM tasks t WHERE t.id = r.next_task_id AND t.closed_at IS NULL) AND NOT "
        "EXISTS (SELECT 1 FROM service_requests l WHERE l.client_id = r.client_id AND "
        "(l.wanted_on > r.wanted_on OR (l.wanted_on = r.wanted_on AND l.id > r.id)) AND "
        f"{same.format('l')} AND l.state <> 'cancelled') AND NOT EXISTS (SELECT 1 FROM visits v "
        f"WHERE v.client_id = r.client_id AND v.opened_on >= r.wanted_on AND {same.format('v')} "
        "AND v.status <> 'cancelled') AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.client_id "
        f"= r.client_id AND a.undone_at IS NULL AND a.at > r.created_at AND {by.called_on()} >= "
        "r.wanted_on))"
    )
    return Hand(sql, {"period_from": since, "period_until": by.today, "unit": by.unit_id})


def _after_service(by: _By) -> Hand:
    since, until = by.day(days=-15), by.day(days=-3)
    sql = by.clients(
        "c.id IN (SELECT v.client_id FROM visits v WHERE v.status = 'done' AND v.workshop_id = "
        f"{by.unit_id} AND v.done_on BETWEEN '{since}' AND '{until}' AND NOT EXISTS (SELECT 1 "
        "FROM attempts a WHERE a.client_id = v.client_id AND a.undone_at IS NULL AND "
        f"{by.called_on()} > v.done_on))"
    )
    return Hand(sql, {"period_from": since, "period_until": until, "unit": by.unit_id})


def _confirm_booking(by: _By) -> Hand:
    tomorrow = by.day(days=1)
    sql = by.clients(
        "c.id IN (SELECT r.client_id FROM service_requests r WHERE r.wanted_on = "
        f"'{tomorrow}' AND r.state = 'requested' AND r.workshop_id = {by.unit_id}) AND "
        + by.not_called("a.client_id = c.id", by.today)
    )
    return Hand(sql, {
        "period_from": tomorrow, "period_until": tomorrow, "unit": by.unit_id,
        "contacted_since": by.today,
    })  # fmt: skip


def _recall(by: _By) -> Hand:
    vins = ", ".join(f"'{vin}'" for vin in _VINS)
    sql = by.vehicles(f"a.vin IN ({vins})", "JOIN assets a ON a.id = o.asset_id")
    return Hand(sql, {"vins": _VINS})


def _cover_ends(by: _By) -> Hand:
    until, called = by.day(days=30), by.day(days=-30)
    ends = (
        f"SELECT s.id FROM assets s WHERE s.{cover} BETWEEN '{by.today}' AND '{until}'"
        for cover in ("warranty_until", "insured_until")
    )
    not_called = by.not_called("a.asset_id = o.asset_id", called)
    sql = by.vehicles(f"o.asset_id IN ({by.either(*ends)}) AND {not_called}")
    return Hand(sql, {"period_from": by.today, "period_until": until, "contacted_since": called})


def _birthday(by: _By) -> Hand:
    called = by.day(days=-7)
    days = [by.today + timedelta(days=ahead) for ahead in range(4)]
    numbers = ", ".join(f"'{day:%m-%d}'" for day in days)
    number = "to_char(c.birth_on, 'MM-DD')" if by.is_postgresql else "strftime('%m-%d', c.birth_on)"
    sql = by.clients(f"{number} IN ({numbers}) AND " + by.not_called("a.client_id = c.id", called))
    return Hand(sql, {"days": 3, "contacted_since": called})


def _forgotten(by: _By) -> Hand:
    since, until = by.day(days=-365), by.day(days=-60)
    sql = by.clients(
        "c.id IN (SELECT a.client_id FROM attempts a WHERE a.undone_at IS NULL AND a.at >= "
        f"{by.since(since)} AND a.at < {by.since(until + timedelta(days=1))} AND NOT EXISTS "
        "(SELECT 1 FROM attempts l WHERE l.client_id = a.client_id AND l.undone_at IS NULL AND "
        "(l.at > a.at OR (l.at = a.at AND l.id > a.id)))) AND NOT EXISTS (SELECT 1 FROM tasks t "
        "WHERE t.client_id = c.id AND t.closed_at IS NULL) AND NOT EXISTS (SELECT 1 FROM visits v "
        f"WHERE v.client_id = c.id AND v.status = 'done' AND v.done_on >= '{until}')"
    )
    return Hand(sql, {"period_from": since, "period_until": until})


_BY_HAND: Mapping[str, Callable[[_By], Hand]] = {
    "maintenance_due": _maintenance_due,
    "thin_ice": _thin_ice,
    "lost_by_unit": lambda by: _lost(by, "unit"),
    "lost_by_workshop": lambda by: _lost(by, "workshop"),
    "declined_work": _declined_work,
    "no_show": _no_show,
    "after_service": _after_service,
    "confirm_booking": _confirm_booking,
    "recall": _recall,
    "cover_ends": _cover_ends,
    "birthday": _birthday,
    "forgotten": _forgotten,
}


def by_hand(code: str, unit_id: int, today: date, *, is_postgresql: bool) -> Hand:
    """The statement for the kind of this code, asked for one unit on this day."""
    return _BY_HAND[code](_By(unit_id, today, is_postgresql))
