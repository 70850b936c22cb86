"""Refusals: who does not want to be called. In doubt about the person the number itself is banned.

A number that nobody has becomes a client without a name who refuses: whatever brings the number
later finds the refusal. What a person has lifted since is not refused anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from core.among import among
from core.bulk import insert_numbered
from core.journal import Event, record_all
from directory.clients.consent import ContactRefused
from directory.clients.events import ContactPointForbidden
from directory.clients.models import ContactKind, ContactPoint, ContactRefusal, RefusalScope
from importers.fields import Field
from importers.loads.asked import Asked, Person, Point
from importers.loads.batch import Setting
from importers.loads.told import Doubtful, Ruling, Verdict
from importers.loads.vehicles import Owners
from importers.matching import in_chunks
from importers.problems import RowProblem, RowProblemCode
from importers.typed_rows import TypedRow

CHANNEL = "phone"
_COLUMNS = ("client_id", "scope", "channel", "purpose", "asset_id", "reason", "source",
            "recorded_at")  # fmt: skip


_FREE, _FORBIDDEN = {"do_not_contact": False}, {"do_not_contact": True}


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far a refusal reaches."""

    scope: RefusalScope
    channel: str | None = None
    purpose: str | None = None
    asset_id: int | None = None


class DoNotCallApplier:
    """Rows of the format ``do-not-call``."""

    def __init__(self, setting: Setting, rows: Sequence[TypedRow]) -> None:
        self._setting = setting
        self._owners = Owners(setting, rows)
        self._purposes = _purposes(setting.session, rows)
        self._known = self._refusals()
        self._banned = self._bans()
        self._new: list[tuple[Person, _Reach, str, datetime]] = []
        self._bans_to_write: list[tuple[Person, Point, str]] = []

    def take(self, row: TypedRow) -> Ruling:
        """New, refreshed, matched or skipped. Raises Doubtful."""
        car = self._owners.fleet.find(row)
        reach = self._reach(row, car.id if car is not None else None)
        asked = self._owners.asked[row.row_no]
        try:
            person = self._owners.people.find(asked, self._owners.owner_of(car))
        except Doubtful as doubtful:
            return self._ban(row, asked, doubtful)
        is_new = person is None
        if person is None:
            if not asked.points:
                raise Doubtful(RowProblemCode.UNKNOWN_CLIENT, asked.external_key or "")
            person = self._owners.people.make(asked)
        return self._refuse(row, person, reach, is_new=is_new)

    def write(self) -> None:
        """Write the refusals and bans, with the journal of each client."""
        session, setting = self._setting.session, self._setting
        self._owners.people.flush(setting)
        rows = [
            (person.id, reach.scope, reach.channel, reach.purpose, reach.asset_id, reason,
             setting.source, at)
            for person, reach, reason, at in self._new
        ]  # fmt: skip
        ids = insert_numbered(session, ContactRefusal, _COLUMNS, rows)
        setting.added.rows(ContactRefusal, ids)
        events: list[Event] = [
            ContactRefused(client_id=row[0] or 0, refusal_id=number, scope=row[1],
                           source=setting.source)
            for number, row in zip(ids, rows, strict=True)
        ]  # fmt: skip
        events += self._write_bans()
        record_all(session, events, actor=setting.actor, at=setting.now)

    def _refuse(self, row: TypedRow, person: Person, reach: _Reach, *, is_new: bool) -> Ruling:
        standing = self._known.setdefault((person, reach), [])
        said_on = row.values.get(Field.REFUSED_ON)
        at = _moment(said_on, self._setting) if isinstance(said_on, date) else self._setting.now
        if any(lifted is None for _, lifted in standing):
            return Ruling(Verdict.MATCHED, client=person)
        since = [
            lifted
            for source, lifted in standing
            if source == self._setting.source or (lifted is not None and lifted >= at)
        ]
        if since:
            lifted = RowProblem("", RowProblemCode.LIFTED_SINCE)
            return Ruling(Verdict.SKIPPED, (lifted,), person)
        standing.append((self._setting.source, None))
        reason = str(row.values.get(Field.REASON) or "")
        self._new.append((person, reach, reason, at))
        return Ruling(Verdict.NEW if is_new else Verdict.REFRESHED, client=person)

    def _ban(self, row: TypedRow, asked: Asked, doubtful: Doubtful) -> Ruling:
        """Nobody can say who it is, but the number is not to be called, whoever has it."""
        reason = str(row.values.get(Field.REASON) or "")
        held = [
            (person, point)
            for point in asked.points
            if point[0] is ContactKind.PHONE
            for person in self._owners.people.holders(point)
        ]
        if not held:
            raise doubtful
        fresh = [one for one in held if one not in self._banned]
        self._banned.update(fresh)
        self._bans_to_write += [(person, point, reason) for person, point in fresh]
        return Ruling(Verdict.REFRESHED if fresh else Verdict.MATCHED, doubtful.ruling.problems)

    def _reach(self, row: TypedRow, asset_id: int | None) -> _Reach:
        scope = row.values.get(Field.SCOPE, RefusalScope.ALL)
        match scope:
            case RefusalScope.CHANNEL:
                return _Reach(RefusalScope.CHANNEL, channel=CHANNEL)
            case RefusalScope.PURPOSE:
                named = str(row.values.get(Field.CAMPAIGN) or "")
                purpose = self._purposes.get(named.casefold())
                if purpose is None:
                    raise Doubtful(RowProblemCode.NOT_KNOWN, named or RefusalScope.PURPOSE.value)
                return _Reach(RefusalScope.PURPOSE, purpose=purpose)
            case RefusalScope.ASSET:
                if asset_id is None:
                    raise Doubtful(RowProblemCode.UNKNOWN_VEHICLE)
                return _Reach(RefusalScope.ASSET, asset_id=asset_id)
            case _:
                return _Reach(RefusalScope.ALL)

    def _refusals(self) -> dict[tuple[Person, _Reach], list[tuple[str, datetime | None]]]:
        """Refusals of the people in question: source, and when lifted."""
        found: dict[tuple[Person, _Reach], list[tuple[str, datetime | None]]] = {}
        session, people = self._setting.session, self._owners.people.known
        columns = select(
            ContactRefusal.client_id, ContactRefusal.scope, ContactRefusal.channel,
            ContactRefusal.purpose, ContactRefusal.asset_id, ContactRefusal.source,
            ContactRefusal.lifted_at,
        )  # fmt: skip
        for chunk in in_chunks(people):
            theirs = among(session, ContactRefusal.client_id, chunk)
            rows = session.execute(columns.where(theirs))
            for client_id, scope, channel, purpose, asset_id, source, lifted_at in rows:
                key = (people[client_id], _Reach(scope, channel, purpose, asset_id))
                found.setdefault(key, []).append((source, lifted_at))
        return found

    def _bans(self) -> set[tuple[Person, Point]]:
        session, people = self._setting.session, self._owners.people.known
        found: set[tuple[Person, Point]] = set()
        query = select(ContactPoint.client_id, ContactPoint.kind, ContactPoint.value)
        for chunk in in_chunks(people):
            theirs = among(session, ContactPoint.client_id, chunk)
            rows = session.execute(query.where(theirs, ContactPoint.do_not_contact))
            found.update((people[client_id], (kind, value)) for client_id, kind, value in rows)
        return found

    def _write_bans(self) -> list[Event]:
        session = self._setting.session
        wanted = {(one.id, *point): reason for one, point, reason in self._bans_to_write}
        columns = (ContactPoint.id, ContactPoint.client_id, ContactPoint.kind, ContactPoint.value)
        events: list[Event] = []
        for chunk in in_chunks(value for _, _, value in wanted):
            these = among(session, ContactPoint.value, chunk)
            rows = session.execute(select(*columns).where(these)).all()
            here = {
                number: (client_id, kind, value)
                for number, client_id, kind, value in rows
                if (client_id, kind, value) in wanted
            }
            session.execute(
                update(ContactPoint)
                .where(ContactPoint.id.in_(here))
                .values(do_not_contact=True)
                .execution_options(synchronize_session=False)
            )
            for number in here:
                self._setting.added.change(ContactPoint, number, _FREE, _FORBIDDEN)
            events += [
                ContactPointForbidden(client_id=key[0], contact_point_id=number,
                                      reason=wanted[key])
                for number, key in here.items()
            ]  # fmt: skip
        return events


def _purposes(session: Session, rows: Sequence[TypedRow]) -> dict[str, str]:
    """Code and name of campaigns, as a cell may name them → the purpose."""
    if not any(Field.CAMPAIGN in row.values for row in rows):
        return {}
    told = session.execute(
        select(Campaign.code, Campaign.name, Campaign.purpose).order_by(Campaign.id)
    )
    purposes: dict[str, str] = {}
    for code, name, purpose in told:
        for word in (code, name, purpose):
            purposes.setdefault(word.casefold(), purpose)
    return purposes


def _moment(day: date, setting: Setting) -> datetime:
    """The beginning of the day where the actor works; never in the future."""
    zone = ZoneInfo(setting.actor.time_zone)
    return min(datetime.combine(day, time(), zone).astimezone(UTC), setting.now)
