"""Clients that a batch has made or completed, written in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import BindParameter, Table, bindparam, case, func, update
from sqlalchemy.orm import Session

from core.bulk import copy_rows, insert_numbered
from core.db import Base, insert_into
from core.numbers import take_numbers
from directory.clients.models import Client, ClientUnit, ContactKind, ContactPoint, ContactState
from directory.clients.phones import phone_prefix_zone
from importers.loads.asked import Person
from importers.loads.batch import Setting

_CLIENT = ("kind", "name", "name_norm", "external_key", "tax_id", "birth_on", "note", "created_at",
           "version")  # fmt: skip
_POINT = ("client_id", "kind", "typed", "value", "reversed_value", "is_valid", "state",
          "do_not_contact", "time_zone", "label", "rank")  # fmt: skip
DETAILS = ("kind", "name", "name_norm", "external_key", "tax_id", "birth_on", "note")
"""What a file may change of a known client."""
_AFTER_THE_KNOWN = 10
"""Rank of numbers that a file adds to a known client: tried after the client's own."""
_TABLE = cast(Table, Client.__table__)


def _given(name: str, column: str) -> BindParameter[Any]:
    return bindparam(name, type_=_TABLE.c[column].type)


_FILL = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("of"))
    .values(
        # Whatever a person has entered meanwhile stays.
        external_key=func.coalesce(_TABLE.c.external_key, _given("key", "external_key")),
        tax_id=func.coalesce(_TABLE.c.tax_id, _given("tax", "tax_id")),
        birth_on=func.coalesce(_TABLE.c.birth_on, _given("birth", "birth_on")),
        note=case((_TABLE.c.note == "", _given("said", "note")), else_=_TABLE.c.note),
        # None unless only a number stood there for a name.
        name=func.coalesce(_given("called", "name"), _TABLE.c.name),
        name_norm=func.coalesce(_given("norm", "name_norm"), _TABLE.c.name_norm),
        kind=func.coalesce(_given("sort", "kind"), _TABLE.c.kind),
        version=_TABLE.c.version + 1,
    )
)


def write_people(
    session: Session,
    new: Sequence[Person],
    known: Sequence[Person],
    was: Mapping[int, Mapping[str, Any]],
    setting: Setting,
) -> None:
    """Insert ``new`` (they get their ids), complete ``known``; both are known to the unit then.

    ``was``: the ``DETAILS`` of the known ones before this batch.
    """
    unit_id, added = setting.unit_id, setting.added
    rows = [
        (one.kind, one.name, one.name_norm, one.external_key, one.tax_id, one.birth_on, one.note,
         setting.now, 1)
        for one in new
    ]  # fmt: skip
    fresh = sum(len(one.fresh_points) for one in new)
    numbers, point_numbers = take_numbers(session, [(Client, len(new)), (ContactPoint, fresh)])
    insert_numbered(session, Client, _CLIENT, rows, numbers)
    for person, number in zip(new, numbers, strict=True):
        person.id = number
    added.rows(Client, numbers)
    _fill(session, [one for one in known if one.filled])
    points = [point for one in new for point in _points(one, first=1)]
    insert_numbered(session, ContactPoint, _POINT, points, point_numbers)
    added.rows(ContactPoint, point_numbers)
    more = [
        dict(zip(_POINT, point, strict=True))
        for one in known
        for point in _points(one, first=1 + _AFTER_THE_KNOWN)
    ]
    # Somebody may be adding the same number on the client's card just now.
    added.rows(ContactPoint, insert_missing(session, ContactPoint, "id", more))
    copy_rows(session, ClientUnit, ("client_id", "unit_id"), [(one.id, unit_id) for one in new])
    added.rows(ClientUnit, numbers)
    ours = [{"client_id": one.id, "unit_id": unit_id} for one in known]
    added.rows(ClientUnit, insert_missing(session, ClientUnit, "client_id", ours))
    for one in known:
        if one.id is not None and one.filled:
            now = {name: getattr(one, name) for name in DETAILS}
            added.change(Client, one.id, was[one.id], now)
    for one in (*new, *known):
        one.filled.clear()
        one.fresh_points.clear()


def insert_missing(
    session: Session, table: type[Base], number: str, rows: list[dict[str, Any]]
) -> list[int]:
    """Insert the rows that are not there yet; the numbers of those that were not."""
    if not rows:
        return []
    key = table.__table__.c[number]
    into = insert_into(session, table).on_conflict_do_nothing().returning(key)
    return list(session.connection().execute(into, rows).scalars())


def _fill(session: Session, people: list[Person]) -> None:
    if people:
        session.connection().execute(
            _FILL,
            [
                {"of": one.id, "key": one.external_key, "tax": one.tax_id,
                 "birth": one.birth_on, "said": one.note, **_name(one)}
                for one in people
            ],
        )  # fmt: skip


def _name(person: Person) -> dict[str, Any]:
    if "name" in person.filled:
        return {"called": person.name, "norm": person.name_norm, "sort": person.kind}
    return {"called": None, "norm": None, "sort": None}


def _points(person: Person, *, first: int) -> list[tuple[Any, ...]]:
    points = []
    for rank, ((kind, value), (typed, label)) in enumerate(person.fresh_points.items(), first):
        is_phone = kind is ContactKind.PHONE
        points.append(
            (person.id, kind, typed, value, value[::-1] if is_phone else None, True,
             ContactState.UNCONFIRMED, False, phone_prefix_zone(value) if is_phone else None,
             label, rank)
        )  # fmt: skip
    return points
