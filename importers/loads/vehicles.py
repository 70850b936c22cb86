"""Vehicles with their owners: what is missing is filled in; a known owner stays the owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from directory.assets.models import MileageSource
from importers.fields import Field
from importers.loads.asked import Asked, Person, asked_of, has_that_name
from importers.loads.batch import Setting, not_yet
from importers.loads.fleet import Car, Fleet
from importers.loads.fleet_otherwise import said_otherwise
from importers.loads.people import People
from importers.loads.told import Doubtful, Ruling, Verdict
from importers.problems import RowProblem, RowProblemCode
from importers.typed_rows import TypedRow


class Owners:
    """The vehicles and the people of a batch together: whose is which."""

    def __init__(
        self, setting: Setting, rows: Sequence[TypedRow], *, knows_dead: bool = False
    ) -> None:
        self._setting = setting
        self.fleet = Fleet(setting.session, rows)
        self.asked = {row.row_no: asked_of(row) for row in rows}
        self.people = People(
            setting.session, list(self.asked.values()), setting.unit_id, self.fleet.owner_ids,
            knows_dead=knows_dead, answers=setting.answers,
        )  # fmt: skip

    def owner_of(self, car: Car | None) -> Person | None:
        """The present owner; that of this batch too."""
        if car is None:
            return None
        if car.new_owner is not None or car.owner_id is None:
            return car.new_owner
        return self.people.by_id(car.owner_id)

    def is_in_sight(self, car: Car) -> bool:
        """Whether it is a client's of the load's unit: of others' vehicles nothing is told.

        What stands in this very batch is no secret.
        """
        owner = self.owner_of(car)
        return owner.is_ours if owner is not None else car.id is None

    def may_be_told(self, car: Car, remarks: tuple[RowProblem, ...]) -> tuple[RowProblem, ...]:
        """``remarks`` as far as they may be told; of nobody's vehicle not what is known of it."""
        if self.is_in_sight(car):
            return remarks
        if self.owner_of(car) is not None:
            return ()
        return tuple(
            RowProblem(one.column, RowProblemCode.NOT_TAKEN, one.value.partition("|")[0])
            for one in remarks
        )

    def person_of(self, row: TypedRow, car: Car | None) -> tuple[Person | None, bool]:
        """Whom the row names as the owner, and whether that is to be a new client.

        Neither where it names nobody. Raises Doubtful where the vehicle is another's.
        """
        asked, owner = self.asked[row.row_no], self.owner_of(car)
        decided = self.people.decided(asked)
        if decided is not None:
            return decided.person, decided.person is None and asked.shown_name is not None
        if not asked.is_anybody:
            if owner is not None and not has_that_name(owner, asked):
                doubt = self.people.doubt(asked, owner)
                raise Doubtful(RowProblemCode.OTHER_OWNER, mark_of(row), doubt)
            return (owner, False)
        person = self.people.find(asked, owner)
        if owner is not None and person is not owner:
            others = [owner] if person is None else [owner, person]
            doubt = self.people.doubt(asked, owner, *others)
            raise Doubtful(RowProblemCode.OTHER_OWNER, mark_of(row), doubt)
        # A code alone is no client whom anybody could recognise.
        return person, person is None and asked.shown_name is not None

    def settle(
        self, row: TypedRow, car: Car | None, person: Person | None, is_new: bool
    ) -> tuple[Car, Person | None, bool]:
        """Make or complete the vehicle and its owner; both, and whether anything was news."""
        asked = self.asked[row.row_no]
        news = car is None or is_new
        if is_new:
            person = self.people.make(asked)
        elif person is not None and _says_more(asked):
            news |= self.people.enrich(person, asked)
        if car is None:
            car = self.fleet.make(row)
        else:
            news |= self.fleet.enrich(car, row)
        if person is not None and self.owner_of(car) is None:
            car.new_owner = person
            news = True
        return car, person, news

    def staying(self, row: TypedRow, car: Car, person: Person | None) -> tuple[RowProblem, ...]:
        """Told where the row means ``person``, and the vehicle stays its known owner's."""
        if person is None or self.owner_of(car) is person:
            return ()
        heading = row.headings.get(Field.NAME, "")
        return (RowProblem(heading, RowProblemCode.OWNER_STAYS, person.name),)

    def left_out(self, row: TypedRow, person: Person | None) -> tuple[RowProblem, ...]:
        """Told of an owner whom the row names and of whom no client can be made.

        ``person``: the one to whom the row came.
        """
        asked = self.asked[row.row_no]
        if person is not None:
            return ()
        if asked.name and not asked.is_anybody:
            heading = row.headings.get(Field.NAME, "")
            return (RowProblem(heading, RowProblemCode.OWNER_UNREACHABLE, asked.name),)
        if asked.external_key:
            heading = row.headings.get(Field.EXTERNAL_KEY, "")
            return (RowProblem(heading, RowProblemCode.OWNER_NAMELESS, asked.external_key),)
        return ()

    def flush(self) -> None:
        """Write clients first: vehicles refer to them."""
        self.people.flush(self._setting)
        self.fleet.flush(self._setting)


class VehiclesApplier:
    """Rows of the format ``vehicles``."""

    def __init__(self, setting: Setting, rows: Sequence[TypedRow]) -> None:
        self._setting = setting
        self._owners = Owners(setting, rows)

    def take(self, row: TypedRow) -> Ruling:
        """New, refreshed or matched. Raises Doubtful."""
        known = self._owners.fleet.find(row)
        person, is_new = self._owners.person_of(row, known)
        row, to_come = self._without_what_is_to_come(row)
        car, person, news = self._owners.settle(row, known, person, is_new)
        is_read, remarks = self._read_odometer(row, car)
        remarks = to_come + remarks
        stays = self._owners.staying(row, car, person)
        remarks += stays or self._owners.left_out(row, person)
        if known is None:
            return Ruling(Verdict.NEW, remarks, client=person)
        remarks += self._owners.may_be_told(car, said_otherwise(row, car))
        if is_new and stays:  # the record that it made is the client
            return Ruling(Verdict.NEW, remarks, client=person)
        verdict = Verdict.REFRESHED if news or is_read else Verdict.MATCHED
        return Ruling(verdict, remarks, client=person)

    def write(self) -> None:
        """Write the vehicles with owners and readings."""
        self._owners.flush()

    def _without_what_is_to_come(self, row: TypedRow) -> tuple[TypedRow, tuple[RowProblem, ...]]:
        """A sale is over, and a model year begins at most a year ahead; other ones are left out."""
        today, year = self._setting.today, row.values.get(Field.YEAR)
        told = {Field.SOLD_ON: not_yet(row, Field.SOLD_ON, today)}
        if isinstance(year, int) and year > today.year + 1:
            heading = row.headings.get(Field.YEAR, "")
            told[Field.YEAR] = (RowProblem(heading, RowProblemCode.OUT_OF_RANGE, str(year)),)
        remarks = tuple(remark for some in told.values() for remark in some)
        if not remarks:
            return row, ()
        values = {field: value for field, value in row.values.items() if not told.get(field)}
        return replace(row, values=values), remarks

    def _read_odometer(self, row: TypedRow, car: Car) -> tuple[bool, tuple[RowProblem, ...]]:
        """Whether the mileage is news, and what is to be told of it."""
        km, told_on = row.values.get(Field.MILEAGE_KM), row.values.get(Field.MILEAGE_ON)
        fleet, today = self._owners.fleet, self._setting.today
        if km is None:
            return False, ()
        remarks = not_yet(row, Field.MILEAGE_ON, today)
        is_dated = isinstance(told_on, date) and not remarks
        on = min(told_on, today) if isinstance(told_on, date) else today
        if fleet.read_odometer(car, km, on, MileageSource.FILE, is_dated=is_dated):
            return True, remarks
        amiss = fleet.fallen(car, row, on)
        if is_dated:
            amiss = amiss or fleet.contradicted(car, row, on)
        return False, remarks + self._owners.may_be_told(car, amiss)


def _says_more(asked: Asked) -> bool:
    return asked.is_anybody or asked.name is not None


def mark_of(row: TypedRow) -> str:
    """What the row calls its vehicle: the VIN, else the plate."""
    return str(row.values.get(Field.VIN) or row.values.get(Field.PLATE) or "")
