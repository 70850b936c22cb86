"""Refusals: who does not want to be called. In doubt about the person the number itself is banned.

A number that nobody has becomes a client without a name who refuses: whatever brings the number
later finds the refusal. What a person has lifted since is not refused anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from core.among import among
from core.bulk import insert_numbered
from core.journal import Event, record_all
from directory.clients.consent import ContactRefused
from directory.clients.models import Channel, ContactKind, ContactRefusal, RefusalScope
from importers.fields import Field
from importers.loads.asked import Asked, Person
from importers.loads.bans import Bans
from importers.loads.batch import Setting
from importers.loads.told import Doubtful, Ruling, Verdict
from importers.loads.vehicles import Owners
from importers.matching import in_chunks
from importers.problems import RowProblem, RowProblemCode
from importers.refusal_words import NotRefused, RefusedPurpose
from importers.typed_rows import TypedRow

_COLUMNS = ("client_id", "scope", "channel", "purpose", "asset_id", "reason", "source",
            "recorded_at")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far a refusal reaches."""

    scope: RefusalScope
    channel: str | None = None
    purpose: str | None = None
    asset_id: int | None = None

    @property
    def forbids_calls(self) -> bool:
        """Whether nobody may be called at all."""
        return self.scope is RefusalScope.ALL or self.channel == Channel.PHONE


class DoNotCallApplier:
    """Rows of the format ``do-not-call``."""

    def __init__(self, setting: Setting, rows: Sequence[TypedRow]) -> None:
        self._setting = setting
        self._owners = Owners(setting, rows)
        self._purposes = _purposes(setting.session, rows)
        self._known = self._refusals()
        self._bans = Bans(setting, self._owners.people)
        self._new: list[tuple[Person, _Reach, str, datetime]] = []

    def take(self, row: TypedRow) -> Ruling:
        """New, refreshed, matched or skipped. Raises Doubtful."""
        allowing = _allowing(row)
        if allowing is not None:
            told = RowProblem(row.headings[allowing], RowProblemCode.NOT_REFUSED)
            return Ruling(Verdict.SKIPPED, (told,))
        car = self._owners.fleet.find(row)
        reach = self._reach(row, car.id if car is not None else None)
        asked = self._owners.asked[row.row_no]
        try:
            person = self._owners.people.find(asked, self._owners.owner_of(car))
        except Doubtful as doubtful:
            return self._ban(row, asked, reach, doubtful)
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
        events += self._bans.write()
        record_all(session, events, actor=setting.actor, at=setting.now)

    def _refuse(self, row: TypedRow, person: Person, reach: _Reach, *, is_new: bool) -> Ruling:
        standing = self._known.setdefault((person, reach), [])
        at = self._said_at(row)
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

    def _ban(self, row: TypedRow, asked: Asked, reach: _Reach, doubtful: Doubtful) -> Ruling:
        """Nobody can say who it is, but the number is not to be called, whoever has it.

        What is refused for one purpose or vehicle only is for a person to decide.
        """
        held = [
            (person, point)
            for point in asked.points
            if point[0] is ContactKind.PHONE
            for person in self._owners.people.holders(point)
        ]
        if not held or not reach.forbids_calls:
            raise doubtful
        free = [one for one in held if not self._bans.stands(one)]
        at = self._said_at(row)
        fresh = [one for one in free if not self._bans.was_lifted(one, at)]
        for one in fresh:
            self._bans.put(one, str(row.values.get(Field.REASON) or ""))
        if fresh:
            return Ruling(Verdict.REFRESHED, doubtful.ruling.problems)
        if len(free) == len(held):
            return Ruling(Verdict.SKIPPED, (RowProblem("", RowProblemCode.LIFTED_SINCE),))
        return Ruling(Verdict.MATCHED, doubtful.ruling.problems)

    def _said_at(self, row: TypedRow) -> datetime:
        said_on = row.values.get(Field.REFUSED_ON)
        return _moment(said_on, self._setting) if isinstance(said_on, date) else self._setting.now

    def _reach(self, row: TypedRow, asset_id: int | None) -> _Reach:
        scope = row.values.get(Field.SCOPE) or row.values.get(Field.REFUSES, RefusalScope.ALL)
        match scope:
            case Channel():
                return _Reach(RefusalScope.CHANNEL, channel=scope.value)
            case RefusedPurpose():
                purpose = self._purposes.get(scope.value)
                if purpose is None:
                    raise Doubtful(RowProblemCode.UNKNOWN_CAMPAIGN)
                return _Reach(RefusalScope.PURPOSE, purpose=purpose)
            case RefusalScope.CHANNEL:
                return _Reach(RefusalScope.CHANNEL, channel=Channel.PHONE.value)
            case RefusalScope.PURPOSE:
                named = str(row.values.get(Field.CAMPAIGN) or "")
                purpose = self._purposes.get(named.casefold())
                if purpose is None:
                    raise Doubtful(RowProblemCode.UNKNOWN_CAMPAIGN, named)
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


def _purposes(session: Session, rows: Sequence[TypedRow]) -> dict[str, str]:
    """Code and name of campaigns, as a cell may name them → the purpose."""
    if not any(
        Field.CAMPAIGN in row.values or isinstance(row.values.get(field), RefusedPurpose)
        for row in rows
        for field in (Field.SCOPE, Field.REFUSES)
    ):
        return {}
    told = session.execute(
        select(Campaign.code, Campaign.name, Campaign.purpose).order_by(Campaign.id)
    )
    purposes: dict[str, str] = {}
    for code, name, purpose in told:
        for word in (code, name, purpose):
            purposes.setdefault(word.casefold(), purpose)
    return purposes


def _allowing(row: TypedRow) -> Field | None:
    """The column by which the row refuses nothing: «нет», or nothing under «Не звонить»."""
    for field in (Field.REFUSES, Field.SCOPE):
        if row.values.get(field) is NotRefused.NO:
            return field
    is_silent = Field.REFUSES in row.headings and Field.REFUSES not in row.values
    return Field.REFUSES if is_silent else None


def _moment(day: date, setting: Setting) -> datetime:
    """The beginning of the day where the actor works; never in the future."""
    zone = ZoneInfo(setting.actor.time_zone)
    return min(datetime.combine(day, time(), zone).astimezone(UTC), setting.now)
