"""Keys taken before, texts of COPY, look-ups of many values, batches made ahead: both engines."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from threading import current_thread

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.among import among
from core.bulk import copy_rows, insert_numbered
from core.db import is_postgresql
from core.numbers import take_numbers
from directory.assets.models import Asset
from directory.clients.models import Client, ClientKind
from importers.ahead import made_ahead

AT = datetime(2026, 3, 18, 9, 0, 30, 250_000, tzinfo=UTC)
NAMED = ("kind", "name", "name_norm", "external_key", "birth_on", "note", "created_at", "version")
ODD = ["", "\t", "\\N", "\\", "a\nb\r", "«ё»", "\x1f", "a\x1fb", "'", '"{},']


def _clients(session: Session, keys: list[str | None]) -> None:
    rows = [
        (ClientKind.PERSON, f"К{at}", f"к{at}", key, date(1980, 1, 1) if at % 2 else None,
         key or "", AT, 1)
        for at, key in enumerate(keys)
    ]  # fmt: skip
    copy_rows(session, Client, NAMED, rows)


def test_odd_texts_and_blanks_arrive_as_they_are(session: Session) -> None:
    _clients(session, [*ODD, None, None])
    columns = (Client.external_key, Client.note, Client.birth_on, Client.created_at)
    found = session.execute(select(*columns).order_by(Client.id)).all()
    assert [row[0] for row in found] == [*ODD, None, None]
    assert [row[1] for row in found] == [*ODD, "", ""]
    assert {row[2] for row in found[::2]} == {None}
    assert {row[2] for row in found[1::2]} == {date(1980, 1, 1)}
    assert {row[3] for row in found} == {AT}


@pytest.mark.parametrize("wanted", [[], [""], ["", "«ё»"], ["\x1f"], ["a\x1fb", "'"], ODD, ["z"]])
def test_any_texts_are_found_among_many(session: Session, wanted: list[str]) -> None:
    _clients(session, [*ODD, None])
    query = select(Client.external_key).where(among(session, Client.external_key, wanted))
    assert set(session.scalars(query)) == set(wanted) & set(ODD)
    ids = list(session.scalars(select(Client.id)))
    assert len(session.scalars(select(Client.id).where(among(session, Client.id, ids))).all()) == 11


def test_numbers_of_several_tables_are_nobody_elses(session: Session) -> None:
    if is_postgresql(session):
        # As if another load took a number between each two of ours.
        session.execute(text("ALTER SEQUENCE clients_id_seq INCREMENT 2"))
    clients, nothing, assets = take_numbers(session, [(Client, 3), (Client, 0), (Asset, 2)])
    assert (len(clients), len(nothing), len(assets)) == (3, 0, 2)
    assert list(clients) == sorted(set(clients))
    rows = [(ClientKind.PERSON, "Кто", "кто", None, None, "", AT, 1)] * 3
    assert insert_numbered(session, Client, NAMED, rows, clients) == list(clients)
    (more,) = take_numbers(session, [(Client, 2)])
    assert min(more) > max(clients)
    assert take_numbers(session, []) == []


def test_an_error_comes_where_its_item_would() -> None:
    here, made = current_thread().name, []

    def items() -> Iterator[int]:
        for one in (1, 2):
            made.append(current_thread().name)
            yield one
        raise ValueError("three")

    seen = []
    with pytest.raises(ValueError, match="three"), made_ahead(items()) as found:
        for item in found:
            seen.append(item)
    assert seen == [1, 2] and here not in made
    with made_ahead(iter([1, 2, 3])) as found:
        assert next(found) == 1, "leaving in the middle ends the thread"
    with made_ahead(iter([])) as found:
        assert list(found) == []
