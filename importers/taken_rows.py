"""The rows that a file has made and that are to go again: whether anything needs them, and how.

Nothing here knows what a table is for: whatever refers to a row that is to go, and does not go
itself, hinders it. The references are found in the declared tables, so that a table added later
hinders by itself, until somebody says here that its rows only follow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session

from core.bulk import copy_rows, refresh_statistics_of
from core.db import Base
from core.errors import Refused
from directory.assets.forecast_models import MileageNews

FOLLOWING = frozenset(
    {"mileage_forecasts", "task_firings", "notifications", "escalations", "escalation_people"}
)
"""What the clock has made of a row by itself goes with it."""
_KNOWN_TO = "client_units"
"""Has no number of its own: told by the client, in the unit of the file."""
TAKEN = Table(
    "taken_rows",
    MetaData(),
    Column("kind", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    prefixes=["TEMPORARY"],
)
"""The rows that are to go, by table; temporary."""
_FIRST = 3
"""So many of the rows that hinder are told of each reason."""


class Touch(StrEnum):
    """Why rows cannot go: what has come to need them since."""

    WORK = "work"
    """Tasks, work-lists, calls and bookings."""
    SELECTION = "selection"
    """A run of a selection has found them."""
    FILE = "file"
    """A file of work-lists names them."""
    RECORD = "record"
    """More was written down about them: contacts, vehicles, visits, refusals."""
    MERGE = "merge"
    """Cards were merged."""
    EDIT = "edit"
    """Somebody has corrected them."""
    BAN = "ban"
    """Their numbers must not be called, whoever has said so."""
    LATER_LOAD = "later_load"
    """A later load names them or completed them; it is taken back first."""


REASONS: Mapping[str, Touch] = {
    "tasks": Touch.WORK, "work_lists": Touch.WORK, "attempts": Touch.WORK,
    "service_requests": Touch.WORK, "task_comments": Touch.WORK, "task_documents": Touch.WORK,
    "task_checklist_items": Touch.WORK, "task_links": Touch.WORK, "task_watchers": Touch.WORK,
    "task_skips": Touch.WORK, "slot_holds": Touch.WORK, "involvements": Touch.WORK,
    "dispatch_run_tasks": Touch.WORK,
    "leads": Touch.SELECTION, "imported_rows": Touch.FILE,
    "clients": Touch.MERGE, "client_merges": Touch.MERGE,
}  # fmt: skip
"""Tables whose rows need what they refer to; all others are more that was written down."""


@dataclass(frozen=True, slots=True)
class Needed:
    """Rows that cannot go for one reason: each once, the first of them as (table, id)."""

    count: int
    first: tuple[tuple[str, int], ...]


class LoadTouched(Refused):
    """What the file made is needed by now: nothing of it is taken back.

    ``reasons``: how many uses there are of each kind. ``needed``: which rows those use, as far as
    that is known; ``count``: how many rows that are, each once. ``loads``: the first of the loads
    that hinder, the latest of them first.
    """

    def __init__(
        self,
        reasons: Mapping[Touch, int],
        needed: Mapping[Touch, Needed] | None = None,
        count: int = 0,
        loads: Sequence[int] = (),
    ) -> None:
        super().__init__(", ".join(f"{touch.value}: {count}" for touch, count in reasons.items()))
        self.reasons = dict(reasons)
        self.needed = dict(needed or {})
        untold = (uses for touch, uses in self.reasons.items() if touch not in self.needed)
        self.count = count + sum(untold)
        self.loads = tuple(loads)


class TakenRows:
    """The rows that are to go; what is said here is kept in the temporary table."""

    def __init__(self, session: Session, unit_id: int) -> None:
        self._session, self._unit_id = session, unit_id
        self._kinds: set[str] = set()
        self._needed: dict[Touch, list[Select[Any]]] = {}
        self._loads: set[int] = set()

    def add(self, kind: str, numbers: Iterable[int]) -> None:
        """These rows of the table are to go."""
        if copy_rows(self._session, TAKEN, ("kind", "id"), ((kind, one) for one in numbers)):
            self._kinds.add(kind)

    def add_found(self, kind: str, numbers: Select[int]) -> None:
        """As ``add``, for what the statement finds."""
        found = numbers.add_columns(literal(kind))
        self._session.execute(insert(TAKEN).from_select(["id", "kind"], found))
        self._kinds.add(kind)

    def settle(self) -> None:
        """Add what follows by itself, and let the planner know; after the last ``add``."""
        for table in Base.metadata.sorted_tables:
            if table.name in FOLLOWING and "id" in table.c:
                which = self._of_taken(table)
                if which is not None:
                    self.add_found(table.name, select(table.c.id).where(which))
        refresh_statistics_of(self._session, TAKEN)

    def spare(self, kind: str, which: ColumnElement[bool]) -> int:
        """Rows of the table of which this is so do not go after all; how many."""
        if kind not in self._kinds:
            return 0
        table = Base.metadata.tables[kind]
        key = table.c.client_id if kind == _KNOWN_TO else table.c.id
        spared = select(key).where(self.has(table), which)
        gone = self._session.execute(
            delete(TAKEN)
            .where(TAKEN.c.kind == kind, TAKEN.c.id.in_(spared.scalar_subquery()))
            .returning(TAKEN.c.id)
        )
        return len(gone.all())

    def numbers(self, kind: str) -> Select[int]:
        """Statement: the numbers of the rows of the table that are to go."""
        return select(TAKEN.c.id).where(TAKEN.c.kind == kind)

    def has(self, table: Table) -> ColumnElement[bool]:
        """Condition: the row of the table is to go."""
        if table.name == _KNOWN_TO:
            known = table.c.client_id.in_(self.numbers(table.name))
            return known & (table.c.unit_id == self._unit_id)
        return table.c.id.in_(self.numbers(table.name))

    def uses(self, only: Mapping[str, ColumnElement[bool]] | None = None) -> Counter[Touch]:
        """How many of the rows are needed by rows that stay, by what those are.

        ``only``: of rows of this table those alone count of which this is so.
        """
        found: Counter[Touch] = Counter()
        for kind, table, column in self._references():
            used: list[ColumnElement[bool]] = [column.in_(self.numbers(kind))]
            if table.name in self._kinds:
                used.append(~self.has(table))
            if only is not None and table.name in only:
                used.append(only[table.name])
            touch = REASONS.get(table.name, Touch.RECORD)
            if number := self._session.scalar(select(func.count(column.distinct())).where(*used)):
                found[touch] += number
                self.note(touch, kind, select(column).where(*used))
        return +found

    def note(self, touch: Touch, kind: str, numbers: Select[int]) -> None:
        """These rows of the table hinder for this reason: for whoever is refused."""
        if kind == "contact_points":
            # Nobody knows a number by its number: the client is told.
            points = Base.metadata.tables[kind]
            kind = "clients"
            numbers = select(points.c.client_id).where(points.c.id.in_(numbers))
        self._needed.setdefault(touch, []).append(numbers.add_columns(literal(kind).label("kind")))

    def note_loads(self, numbers: Iterable[int]) -> None:
        """These loads hinder: for whoever is refused."""
        self._loads.update(numbers)

    def touched(self, reasons: Mapping[Touch, int]) -> LoadTouched:
        """The refusal, with the rows that were noted."""
        needed = {touch: self._need(statements) for touch, statements in self._needed.items()}
        every = [one for statements in self._needed.values() for one in statements]
        count = self._need(every).count if every else 0
        return LoadTouched(reasons, needed, count, sorted(self._loads, reverse=True)[:_FIRST])

    def _need(self, statements: list[Select[Any]]) -> Needed:
        found = union(*statements).subquery()
        number, kind = found.c[0], found.c[1]
        count = self._session.scalar(select(func.count()).select_from(found)) or 0
        # «clients» comes after «assets», and tells a person more.
        first = select(kind, number).order_by(kind.desc(), number).limit(_FIRST)
        rows = self._session.execute(first.where(kind.in_(("clients", "assets"))))
        return Needed(count, tuple((str(kind), int(number)) for kind, number in rows))

    def delete(self) -> dict[str, int]:
        """Delete them all, whatever refers to others first; how many of each table."""
        gone: dict[str, int] = {}
        for table in reversed(Base.metadata.sorted_tables):
            which: ColumnElement[bool] | None = None
            if table.name in self._kinds:
                which = self.has(table)
            elif table.name in FOLLOWING:
                which = self._of_taken(table)
            if which is not None:
                statement = delete(table).where(which).execution_options(preserve_rowcount=True)
                gone[table.name] = self._session.connection().execute(statement).rowcount
        if "assets" in self._kinds:
            # Their readings have gone after all that is known of them was forgotten.
            news = delete(MileageNews).where(MileageNews.asset_id.in_(self.numbers("assets")))
            self._session.execute(news.execution_options(synchronize_session=False))
        return gone

    def _references(self) -> Iterator[tuple[str, Table, Column[int]]]:
        """Each kind that is to go with every column that may refer to it and does not follow."""
        for table in Base.metadata.sorted_tables:
            for column in table.columns if table.name not in FOLLOWING else ():
                for key in column.foreign_keys:
                    kind, _, name = key.target_fullname.partition(".")
                    if kind in self._kinds and name == "id":
                        yield kind, table, column

    def _of_taken(self, table: Table) -> ColumnElement[bool] | None:
        """Condition: the row refers to one that is to go; None: it cannot."""
        either = [
            column.in_(self.numbers(key.column.table.name))
            for column in table.columns
            for key in column.foreign_keys
            if key.column.table.name in self._kinds and key.column.name == "id"
        ]
        return or_(*either) if either else None


@contextmanager
def taken_rows(session: Session, unit_id: int) -> Iterator[TakenRows]:
    """A place for the rows that are to go, for this block; ``unit_id``: of the file."""
    connection = session.connection()
    TAKEN.create(connection, checkfirst=False)
    try:
        yield TakenRows(session, unit_id)
    except Refused:
        TAKEN.drop(connection, checkfirst=False)
        raise
    TAKEN.drop(connection, checkfirst=False)
