"""Rehearsals: what is done in them is seen in them, and nothing remains."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.db import Database
from core.rehearsals import rehearsing
from directory.units.models import Unit
from tests.given import Given


def units(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(Unit.id))) or 0


def test_nothing_remains_and_others_write_meanwhile(database: Database, tmp_path: Path) -> None:
    with database.unit_of_work() as session:
        Given(session).unit()
    before = sorted(one.name for one in tmp_path.iterdir())
    with rehearsing(database) as session:
        Given(session).unit()
        assert session.scalar(select(func.count(Unit.id))) == 2
        with database.unit_of_work() as other:
            Given(other).unit()
        assert units(database) == 2
    assert units(database) == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == before


def test_a_part_can_be_taken_back_inside(
    database: Database, tmp_path: Path, engine_name: str
) -> None:
    with rehearsing(database) as session:
        given = Given(session)
        given.unit("one")
        names = {one.name for one in tmp_path.iterdir()}
        with pytest.raises(RuntimeError), session.begin_nested():
            for _ in range(500):
                given.unit("x" * 1000)
            raise RuntimeError
        session.expire_all()
        given.unit("two")
        assert sorted(session.scalars(select(Unit.name))) == ["one", "two"]
        if engine_name == "sqlite":
            check = session.connection().exec_driver_sql("PRAGMA integrity_check").scalar()
            assert check == "ok"
        assert not [name for name in names if "rehearsal" in name], "a crash would leave nothing"
    assert units(database) == 0


def test_an_error_inside_leaves_nothing_behind(database: Database, tmp_path: Path) -> None:
    units(database)
    before = sorted(one.name for one in tmp_path.iterdir())
    with pytest.raises(RuntimeError), rehearsing(database) as session:
        Given(session).unit()
        raise RuntimeError
    assert units(database) == 0
    assert sorted(one.name for one in tmp_path.iterdir()) == before


def test_the_copy_of_somebody_who_was_killed_is_removed(
    database: Database, tmp_path: Path, engine_name: str
) -> None:
    torn = tmp_path / "test.db-rehearsal-abc"
    torn.write_bytes(b"half a copy")
    with rehearsing(database) as session:
        assert session.scalar(select(func.count(Unit.id))) == 0
    assert torn.exists() is (engine_name != "sqlite")
