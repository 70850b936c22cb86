"""Results of calls that were made elsewhere: attempts at the tasks that waited for those calls.

Whom and what a row concerns is looked up for the whole batch; each attempt is then saved by the one
use-case for outcomes, in the order of the calls, with all that follows from it. No client, vehicle
or task is made: a call for which no task waited has no place here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import select

from campaigns.effects import EffectKind, default_effects
from campaigns.models import AcquisitionWay, DataFault
from core.among import among
from core.errors import ProzvonError
from directory.clients.models import ContactKind, ContactPoint
from directory.units.tree import zone_of
from importers.fields import Field
from importers.loads.batch import Setting
from importers.loads.call_work import CallTask, CallWork, MadeCall, Moment, Narrowed
from importers.loads.callers import Callers, CampaignsTold
from importers.loads.fleet import Car
from importers.loads.result_reports import MileageRefused, refusal_of, report_of
from importers.loads.told import Doubtful, Known, Ruling, Verdict
from importers.loads.vehicles import Owners
from importers.matching import in_chunks
from importers.problems import RowProblem, RowProblemCode
from importers.result_words import Meaning, Unclear
from importers.typed_rows import TypedRow
from importers.typed_values import told_value
from worklists.made_elsewhere import record_made_elsewhere

_NOON = time(12)
_DAY = timedelta(days=1)
_NO_VEHICLE = 0
_BY_PHONE = "phone_call"
"""How a booking that such a call brought came about."""


class ResultsApplier:
    """Rows of the format ``results``: all of a batch are saved when the first is asked for."""

    def __init__(self, setting: Setting, rows: Sequence[TypedRow]) -> None:
        self._setting, self._rows = setting, rows
        self._zone = zone_of(setting.session, setting.unit_id, setting.actor.time_zone)
        self._owners = Owners(setting, rows, knows_dead=True)
        self._moments = {row.row_no: self._moment(row) for row in rows}
        self._work = CallWork(
            setting, self._owners.people.known, self._moments.values(), self._zone
        )
        self._campaigns = CampaignsTold(setting, rows)
        self._callers = Callers(setting, rows)
        self._numbers = self._read_numbers()
        self._by_phone = setting.session.scalar(
            select(AcquisitionWay.id).where(
                AcquisitionWay.code == _BY_PHONE, ~AcquisitionWay.is_archived
            )
        )
        self._rulings: dict[int, Ruling] = {}

    def take(self, row: TypedRow) -> Ruling:
        """New, matched, blocked, doubtful, invalid or skipped."""
        if not self._rulings:
            self._save_all()
        return self._rulings[row.row_no]

    def awaits(self, row: TypedRow, client_id: int) -> bool:
        """Whether the row's call could be an attempt at a task of this client."""
        try:
            told = self._narrowed(row, self._owners.fleet.find(row))
            found = self._work.task_at(client_id, self._moments[row.row_no], told)
        except Doubtful as doubtful:
            return doubtful.ruling.problems[0].code is RowProblemCode.SEVERAL_TASKS
        return not isinstance(found, Ruling)

    def write(self) -> None:
        """Nothing is left: attempts are saved one by one, each may change what the next finds."""

    def _save_all(self) -> None:
        """In the order of the calls, whatever that of the file: many lists have the newest on top.

        Calls of a day without their time are as of noon.
        """
        for row in sorted(self._rows, key=lambda one: (self._moments[one.row_no].at, one.row_no)):
            try:
                self._rulings[row.row_no] = self._save(row)
            except Doubtful as doubtful:
                self._rulings[row.row_no] = doubtful.ruling

    def _save(self, row: TypedRow) -> Ruling:
        moment = self._moments[row.row_no]
        if moment.at > self._setting.now:
            return _told(row, Verdict.INVALID, RowProblemCode.IN_FUTURE, Field.CALLED_AT)
        car = self._owners.fleet.find(row)
        person = self._owners.people.find(self._owners.asked[row.row_no],
                                          self._owners.owner_of(car))  # fmt: skip
        if person is None or person.id is None:
            raise Doubtful(RowProblemCode.UNKNOWN_CLIENT)
        told = self._narrowed(row, car)
        self._work.refresh(person.id)
        known = self._known(row, self._work.made_then(person.id, moment, told))
        if known is not None:
            return known
        found = self._work.task_at(person.id, moment, told)
        if isinstance(found, Ruling):
            return found
        task, at = found
        meant = self._campaigns.words(task.campaign_id).read(_outcome(row))
        if isinstance(meant, Unclear):
            value = "|".join((_outcome(row).replace("|", "/"), *meant.meant))
            return _told(row, Verdict.INVALID, RowProblemCode.UNKNOWN_RESULT, Field.OUTCOME, value)
        return self._record(row, task, meant, at)

    def _narrowed(self, row: TypedRow, car: Car | None) -> Narrowed:
        asset_id = car.id if car is not None else None
        if car is None and Field.VIN in row.values:
            asset_id = _NO_VEHICLE  # no task can be about it
        return Narrowed(self._campaigns.find(row), asset_id)

    def _known(self, row: TypedRow, attempts: Sequence[MadeCall]) -> Ruling | None:
        """What is said of an attempt that is there already, or was and is taken back."""
        same: list[MadeCall] = []
        for one in attempts:
            meant = self._campaigns.words(one.campaign_id).read(_outcome(row))
            wanted = (one.outcome, one.result_code_id)
            if isinstance(meant, Meaning) and (meant.outcome, meant.result_code_id) == wanted:
                same.append(one)
        if not same:
            return None
        standing = [one for one in same if not one.is_undone]
        known = (standing or same)[0]
        ruling = Ruling(Verdict.MATCHED)
        if not standing:
            ruling = Ruling(Verdict.BLOCKED, (RowProblem("", RowProblemCode.TAKEN_BACK),))
        return _about(ruling, known.client_id, known.task_id)

    def _record(self, row: TypedRow, task: CallTask, meant: Meaning, at: datetime) -> Ruling:
        ruling = self._recorded(row, task, meant, at)
        return _about(ruling, task.client_id, task.id)

    def _recorded(self, row: TypedRow, task: CallTask, meant: Meaning, at: datetime) -> Ruling:
        numbers = [self._numbers.get((task.client_id, phone.e164)) for phone in row.phones]
        contact_point_id = next((one for one in numbers if one is not None), None)
        if numbers and contact_point_id is None and _doubts_number(meant):
            raise Doubtful(RowProblemCode.UNKNOWN_NUMBER, row.phones[0].e164)
        if self._setting.only_looks:
            return Ruling(Verdict.NEW)
        actor, caller = self._callers.of(row)
        report = report_of(
            row, task, meant, at, zone=self._zone, contact_point_id=contact_point_id,
            acquisition_id=self._by_phone, caller=caller,
        )  # fmt: skip
        session, problems = self._setting.session, list(report.problems)
        for attempt in report.variants:
            try:
                with session.begin_nested():
                    record_made_elsewhere(session, task.id, attempt, called_at=at, actor=actor,
                                          now=self._setting.now)  # fmt: skip
            except MileageRefused:
                problems.append(_problem(row, RowProblemCode.NOT_TAKEN, Field.MILEAGE_KM))
            except ProzvonError as refused:
                return refusal_of(refused, row)
            else:
                break
        self._work.look_again(task.client_id)
        return Ruling(Verdict.NEW, tuple(problems))

    def _moment(self, row: TypedRow) -> Moment:
        """By the clocks of the unit; a day without a time is its noon, or now if that is later."""
        told = cast(datetime, row.values[Field.CALLED_AT])
        zone = ZoneInfo(self._zone)
        if told.time() != time():
            return Moment(told.replace(tzinfo=zone).astimezone(UTC))
        at = datetime.combine(told, _NOON, zone).astimezone(UTC)
        is_today = told.date() == self._setting.now.astimezone(zone).date()
        return Moment(min(at, self._setting.now) if is_today else at, told.date())

    def _read_numbers(self) -> dict[tuple[int, str], int]:
        """The phones that the rows name, of whichever clients have them."""
        session, found = self._setting.session, dict[tuple[int, str], int]()
        query = select(ContactPoint.client_id, ContactPoint.value, ContactPoint.id).where(
            ContactPoint.kind == ContactKind.PHONE
        )
        for chunk in in_chunks(phone.e164 for row in self._rows for phone in row.phones):
            these = query.where(among(session, ContactPoint.value, chunk))
            for client_id, value, number in session.execute(these.order_by(ContactPoint.id.desc())):
                found[client_id, value] = number
        return found


def _about(ruling: Ruling, client_id: int, task_id: int) -> Ruling:
    """Whom and which task it concerns: that stands in the file of results."""
    return replace(ruling, client=Known(client_id), task=Known(task_id))


def _outcome(row: TypedRow) -> str:
    return str(row.values[Field.OUTCOME])


def _doubts_number(meant: Meaning) -> bool:
    """Whether the result says of the number that was called that it is wrong."""
    effects = meant.code.effects if meant.code is not None else default_effects(meant.outcome)
    return any(
        one.kind is EffectKind.MARK and one.what is not DataFault.ASSET for one in effects
    )  # fmt: skip


def _problem(row: TypedRow, code: RowProblemCode, field: Field, value: str = "") -> RowProblem:
    said = value or told_value(row.values.get(field, ""))
    return RowProblem(row.headings.get(field, ""), code, said)


def _told(
    row: TypedRow, verdict: Verdict, code: RowProblemCode, field: Field, value: str = ""
) -> Ruling:
    return Ruling(verdict, (_problem(row, code, field, value),))
