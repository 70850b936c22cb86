"""Many rows at once arrive as one by one, on both engines."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.bulk import BATCH, copy_rows, insert_numbered, refresh_statistics
from core.db import holding
from core.journal import JournalEntry
from directory.assets.models import Asset, AssetKind
from directory.clients.models import Client, ClientKind
from directory.units.models import Unit, UnitKind
from directory.visits.models import LineKind, Visit, VisitLine, VisitStatus
from tests.given import Given

AT = datetime(2026, 3, 18, 9, 0, 30, 250_000, tzinfo=UTC)
CLIENT = ("id", "kind", "name", "name_norm", "note", "created_at", "version")


def test_values_come_back_as_the_mapped_types(session: Session) -> None:
    unit_columns = ("id", "kind", "code", "name", "is_archived", "created_at")
    copy_rows(session, Unit, unit_columns, [(5, UnitKind.WORKSHOP, "w", "Цех", False, AT)])
    copy_rows(session, Client, CLIENT, [(7, ClientKind.PERSON, "Ян\t\\N", "ян", "", AT, 1)])
    copy_rows(session, Asset, ("id", "kind", "make", "model", "is_confirmed", "created_at"),
              [(3, AssetKind.VEHICLE, "Lada", "Vesta", True, AT)])  # fmt: skip
    copy_rows(
        session,
        Visit,
        ("id", "number", "asset_id", "client_id", "workshop_id", "status", "opened_on", "done_on",
         "total"),
        [(9, "N-1", 3, 7, 5, VisitStatus.OPEN, date(2026, 3, 1), None, Decimal("10.50"))],
    )  # fmt: skip
    copy_rows(session, VisitLine, ("visit_id", "kind", "name", "quantity", "total"),
              [(9, LineKind.WORK, "ТО", Decimal("1.5"), Decimal("10.50"))])  # fmt: skip
    client, visit = session.get_one(Client, 7), session.get_one(Visit, 9)
    assert (client.kind, client.name, client.created_at) == (ClientKind.PERSON, "Ян\t\\N", AT)
    assert (visit.status, visit.opened_on, visit.done_on) == (
        VisitStatus.OPEN, date(2026, 3, 1), None
    )  # fmt: skip
    assert visit.total == Decimal("10.50")
    assert session.scalars(select(VisitLine.quantity)).one() == Decimal("1.5")


def test_triggers_see_every_row_of_many(session: Session) -> None:
    count = BATCH + 60
    names = (f"клиент{number:06}" for number in range(count))
    rows = [(ClientKind.PERSON, name, name, "", AT, 1) for name in names]
    ids = insert_numbered(session, Client, CLIENT[1:], rows)
    assert ids == sorted(ids)
    for at in (0, BATCH - 1, BATCH, count - 1):
        found = holding(session, Client.name_norm, [f"нт{at:06}"])
        assert ids[at] in session.scalars(select(found.c.id)).all()


def test_json_is_kept(session: Session) -> None:
    columns = ("at", "actor", "subject", "subject_id", "event", "details")
    copy_rows(session, JournalEntry, columns, [(AT, "x", "task", 1, "E", {"why": ["да", 1]})])
    assert session.scalars(select(JournalEntry.details)).one() == {"why": ["да", 1]}


def test_generated_keys_go_on_after_explicit_ones(session: Session) -> None:
    count = copy_rows(
        session,
        Client,
        CLIENT,
        ((i, ClientKind.PERSON, f"К {i}", f"к {i}", "", AT, 1) for i in range(1, BATCH + 3)),
    )
    late = Client(name="Новый", name_norm="новый", created_at=AT)
    session.add(late)
    session.flush()
    assert (count, late.id) == (BATCH + 2, BATCH + 3)
    refresh_statistics(session)


def test_nothing_is_no_error(session: Session) -> None:
    assert copy_rows(session, Client, CLIENT, []) == 0


def test_a_broken_rule_is_the_sessions_own_error(session: Session) -> None:
    twice = [(1, ClientKind.PERSON, "А", "а", "", AT, 1)] * 2
    with pytest.raises(IntegrityError), session.begin_nested():
        copy_rows(session, Client, CLIENT, twice)


def test_numbered_rows_come_back_with_their_keys_in_order(session: Session) -> None:
    given = Given(session)
    before = given.client("Первый")
    names = [f"Клиент {n}" for n in range(50)]
    columns = ("kind", "name", "name_norm", "note", "created_at", "version")
    rows = [(ClientKind.PERSON, name, name.lower(), "", AT, 1) for name in names]
    ids = insert_numbered(session, Client, columns, rows)
    assert ids == sorted(set(ids)) and ids[0] > before.id
    found = session.execute(select(Client.id, Client.name).where(Client.id.in_(ids)))
    assert {row.id: row.name for row in found} == dict(zip(ids, names, strict=True))
    assert given.client("Последний").id > ids[-1]
    assert insert_numbered(session, Client, columns, []) == []


def test_a_number_that_was_taken_away_is_given_to_nobody(session: Session) -> None:
    """The journal names rows by their numbers for ever."""
    columns = ("kind", "name", "name_norm", "note", "created_at", "version")
    rows = [(ClientKind.PERSON, "Кто-то", "кто-то", "", AT, 1)] * 3
    first = insert_numbered(session, Client, columns, rows)
    session.execute(delete(Client).where(Client.id.in_(first)))
    second = insert_numbered(session, Client, columns, rows)
    assert min(second) > max(first)
    session.execute(delete(Client).where(Client.id.in_(second)))
    late = Client(name="Новый", name_norm="новый", created_at=AT)
    session.add(late)
    session.flush()
    assert late.id > max(second)
